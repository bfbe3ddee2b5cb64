//! Confirms the deletion of many records: how many, with a few examples.

use egui::{Context, RichText};
use vstore::Key;

use super::frame;
use crate::command::{Commands, RecordCommand};
use crate::format;
use crate::state::Scope;
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::view::AppView;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The word that must be typed to delete everything.
const WORD: &str = "delete";

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct ConfirmDeleteForm {
    word: String,
    started: bool,
}

/// What the dialog says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfirmDeleteData {
    scope: Scope,
    pub(super) title: String,
    pub(super) button: String,
    pub(super) sample: Vec<String>,
    pub(super) more: Option<String>,
    /// Every record would be deleted: the word must be typed.
    pub(super) everything: bool,
}

impl ConfirmDeleteData {
    pub(super) fn new(scope: &Scope, count: usize, sample: &[Key], view: AppView<'_>) -> Self {
        let records = format::counted(count as u64, "record");
        let more = count.saturating_sub(sample.len());
        let all = view.store().map_or(0, |store| store.snapshot().len());
        Self {
            scope: scope.clone(),
            title: format!("Delete {records}?"),
            button: format!("Delete {records}"),
            sample: sample.iter().map(Key::to_string).collect(),
            more: (more > 0).then(|| format!("and {} more", format::count(more as u64))),
            everything: count > 1 && count >= all,
        }
    }
}

pub(super) fn show(
    ctx: &Context,
    form: &mut ConfirmDeleteForm,
    data: &ConfirmDeleteData,
    commands: &mut Commands,
) {
    let sure = !data.everything || form.word.trim().eq_ignore_ascii_case(WORD);
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::danger(&data.button).enabled(sure),
    ];
    let shown = DialogFrame::new(frame::id("delete"), &data.title)
        .icon(icons::TRASH)
        .show(ctx, &buttons, |ui| {
            let tokens = Tokens::of(ui);
            for key in &data.sample {
                let text = RichText::new(type_scale::one_name(key)).color(tokens.text);
                ui.add(egui::Label::new(text.font(type_scale::mono())).truncate());
            }
            if let Some(more) = &data.more {
                ui.label(RichText::new(more).color(tokens.muted));
            }
            ui.add_space(metrics::SPACE_8);
            field::explanation(ui, "You can undo this while the database is open.");
            if data.everything {
                field::caution(ui, "These are all the records in the database.");
                let label = "Type “delete” to confirm";
                let field = TextField::new(frame::field_id("delete word"), label);
                let response = field.show(ui, &mut form.word);
                if !std::mem::replace(&mut form.started, true) {
                    response.request_focus();
                }
            }
        });
    if shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if shown.clicked == Some(1) {
        frame::answer(commands, RecordCommand::Delete(data.scope.clone()));
    }
}
