//! Goes to a key that is found by a few of its letters.

use egui::Context;

use super::finder::{self, FinderRow, Outcome};
use super::frame;
use crate::command::{Commands, LayoutCommand, SearchCommand, SelectionCommand};
use crate::format;
use crate::state::{Dialog, Jump, JumpRow};
use crate::theme::{Tokens, icons, type_scale};
use crate::view::StoreView;
use crate::widgets::field::TextField;

/// The typed text, and the selected key.
#[derive(Debug, Default)]
pub(super) struct GoToKeyForm {
    typed: String,
    chosen: usize,
    started: bool,
}

pub(super) fn show(
    ctx: &Context,
    form: &mut GoToKeyForm,
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    let jump = &view.store.jump;
    let rows = jump.answer.as_ref().map(|answer| &*answer.rows);
    let rows: &[JumpRow] = rows.unwrap_or_default();
    let (outcome, ()) = finder::show(ctx, ("go to key", "Go to key"), |ui, keys| {
        let response = TextField::new(frame::field_id("go to key"), "Go to key")
            .hint("Letters of a key, or > for commands")
            .untitled()
            .show(ui, &mut form.typed);
        let is_first = !std::mem::replace(&mut form.started, true);
        if is_first {
            response.request_focus();
        }
        if response.changed() || is_first {
            form.chosen = 0;
            commands.push(SearchCommand::Jump(form.typed.clone()));
        }
        form.chosen = keys.moved(form.chosen, rows.len());
        let shown: Vec<_> = rows.iter().map(row).collect();
        let empty = if jump.answer.is_some() {
            "No keys contain these letters in this order."
        } else {
            "Searching all keys…"
        };
        let picked = finder::list(ui, &shown, form.chosen, keys, empty);
        if !rows.is_empty() {
            let color = Tokens::of(ui).faint;
            let text = egui::RichText::new(count(jump)).font(type_scale::small());
            ui.add_space(4.0);
            ui.label(text.color(color));
        }
        (picked, ())
    });
    if form.typed.starts_with('>') {
        frame::answer(
            commands,
            LayoutCommand::OpenDialog(Box::new(Dialog::Palette)),
        );
        return;
    }
    match outcome {
        Some(Outcome::Close) => frame::close(commands),
        Some(Outcome::Pick(index)) => {
            if let Some(row) = rows.get(index) {
                frame::answer(commands, SelectionCommand::GoTo(row.key.clone()));
            }
        }
        None => {}
    }
}

fn row(row: &JumpRow) -> FinderRow<'_> {
    FinderRow {
        text: row.key.as_str(),
        matched: &row.matched,
        icon: icons::HASH,
        detail: String::new(),
        description: "",
        enabled: true,
    }
}

/// `12 keys`, or how many of them are shown.
fn count(jump: &Jump) -> String {
    let Some(answer) = &jump.answer else {
        return String::new();
    };
    let keys = format::counted(answer.total, "key");
    let more = if answer.partial { " so far" } else { "" };
    let listed = answer.rows.len() as u64;
    if listed < answer.total {
        return format!("{keys}{more}, showing the best {}", format::count(listed));
    }
    format!("{keys}{more}")
}
