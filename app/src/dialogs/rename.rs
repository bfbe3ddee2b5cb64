//! Gives a record a new key.

use egui::text::{CCursor, CCursorRange};
use egui::{Context, Id, TextEdit};
use vstore::Key;

use super::frame;
use crate::command::{Commands, RecordCommand};
use crate::theme::icons;
use crate::view::AppView;
use crate::widgets::field::TextField;
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The key as typed.
#[derive(Debug, Default)]
pub(super) struct RenameForm {
    key: Option<String>,
    /// The part that most likely changes has been selected.
    selected: bool,
}

/// The new key, or why it cannot be used.
pub(super) fn check(from: &Key, typed: &str, view: AppView<'_>) -> Result<Key, String> {
    let key = Key::new(typed).map_err(|error| sentence(&error.to_string()))?;
    if key == *from {
        return Err(String::new());
    }
    let taken = view
        .store()
        .is_some_and(|store| store.snapshot().get(typed).is_some());
    if taken {
        return Err("Another record already has this key.".to_owned());
    }
    Ok(key)
}

/// Turns an error of the store into a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", characters.as_str())
}

pub(super) fn show(
    ctx: &Context,
    form: &mut RenameForm,
    from: &Key,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let id = frame::field_id("new key");
    let starts = form.key.is_none();
    let typed = form.key.get_or_insert_with(|| from.to_string());
    let checked = check(from, typed, view);
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::primary("Rename").enabled(checked.is_ok()),
    ];
    let shown = DialogFrame::new(frame::id("rename"), "Rename record")
        .icon(icons::TEXT_AA)
        .show(ctx, &buttons, |ui| {
            let error = checked.as_ref().err().filter(|error| !error.is_empty());
            let field = TextField::new(id, "New key").mono();
            let response = field.error(error.map(String::as_str)).show(ui, typed);
            if starts {
                response.request_focus();
            } else if response.has_focus() && !form.selected {
                // The toolkit drops a selection that is made before the field has the keyboard.
                select_last_part(ui.ctx(), id, typed);
                form.selected = true;
            }
        });
    if shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if let (Some(1), Ok(to)) = (shown.clicked, checked) {
        let from = from.clone();
        frame::answer(commands, RecordCommand::Rename { from, to });
    }
}

/// Selects everything after the last `:`, the part of a key that changes most often.
fn select_last_part(ctx: &Context, id: Id, text: &str) {
    let all = text.chars().count();
    let last = text
        .rsplit(':')
        .next()
        .map_or(all, |part| part.chars().count());
    let mut state = TextEdit::load_state(ctx, id).unwrap_or_default();
    let range = CCursorRange::two(CCursor::new(all - last), CCursor::new(all));
    state.cursor.set_char_range(Some(range));
    TextEdit::store_state(ctx, id, state);
}
