//! The command palette: every action, found by typing a few of its letters.

use egui::Context;

use super::finder::{self, FinderRow, Outcome};
use super::frame;
use crate::action::{PaletteEntry, find, shortcut_text};
use crate::command::Commands;
use crate::view::AppView;
use crate::widgets::field::TextField;

/// The typed text, and the selected entry.
#[derive(Debug, Default)]
pub(super) struct PaletteForm {
    typed: String,
    chosen: usize,
    started: bool,
}

pub(super) fn show(
    ctx: &Context,
    form: &mut PaletteForm,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let (outcome, entries) = finder::show(ctx, ("palette", "Command palette"), |ui, keys| {
        let response = TextField::new(frame::field_id("palette"), "Find a command")
            .hint("Type to find a command")
            .untitled()
            .show(ui, &mut form.typed);
        if !std::mem::replace(&mut form.started, true) {
            response.request_focus();
        }
        if response.changed() {
            form.chosen = 0;
        }
        let entries = find(&view, &form.typed);
        form.chosen = keys.moved(form.chosen, entries.len());
        let rows: Vec<_> = entries.iter().map(|entry| row(ctx, entry)).collect();
        let empty = "No matching commands.";
        let picked = finder::list(ui, &rows, form.chosen, keys, empty);
        (picked, entries)
    });
    match outcome {
        Some(Outcome::Close) => frame::close(commands),
        Some(Outcome::Pick(index)) => {
            let entry = entries.into_iter().nth(index);
            if let Some(command) = entry.and_then(|entry| entry.command) {
                frame::answer(commands, command);
            }
        }
        None => {}
    }
}

fn row<'a>(ctx: &Context, entry: &'a PaletteEntry<'_>) -> FinderRow<'a> {
    let shortcut = entry.action.and_then(|action| shortcut_text(ctx, action));
    FinderRow {
        text: &entry.text,
        matched: &entry.matched,
        icon: entry.icon,
        detail: shortcut.unwrap_or_default(),
        description: entry.tooltip,
        enabled: entry.command.is_some(),
    }
}
