//! What dialogs share: their identities, how they close, and what they show while a key is derived.

use egui::{Id, Ui};

use crate::command::{Commands, FileCommand, LayoutCommand};
use crate::forms::busy_line;
use crate::state::{BusyPhase, Problem};
use crate::widgets::field;

/// The plain text fields of all dialogs. Their text may be a key or a value, so the toolkit must
/// not keep it.
pub(super) const FIELDS: [&str; 16] = [
    "search name",
    "search rename",
    "new key",
    "expiry",
    "delete word",
    "path",
    "template",
    "prefix",
    "filter",
    "palette",
    "go to key",
    "salvage target",
    "header backup",
    "slot label",
    "recovery group 4",
    "recovery group 9",
];

/// The identity of a text field of a dialog.
pub(super) fn field_id(name: &'static str) -> Id {
    debug_assert!(FIELDS.contains(&name), "{name} would not be forgotten");
    Id::unique(("dialog field", name))
}

/// The identity of a dialog's window.
pub(super) fn id(name: &str) -> Id {
    Id::unique(("dialog", name))
}

/// The bottom of a form that derives a key: the progress, or the error of the last attempt. Returns
/// whether the form can be submitted.
pub(super) fn derivation(ui: &mut Ui, busy: bool, problem: Option<&Problem>) -> bool {
    if busy {
        busy_line(ui, id("derivation"), BusyPhase::DerivingKey);
    } else if let Some(problem) = problem {
        field::problem(ui, &problem.text());
    }
    !busy
}

/// Closes a form that derives a key. While a derivation is running, cancels that instead and keeps
/// the form open.
pub(super) fn leave(commands: &mut Commands, busy: bool) {
    if busy {
        commands.push(FileCommand::CancelBusy);
    } else {
        close(commands);
    }
}

/// Closes the dialog, then queues a command, which may open another dialog. Not for commands that
/// need the dialog while they run and close it themselves (import, export, save).
pub(super) fn answer(commands: &mut Commands, command: impl Into<crate::command::Command>) {
    commands.push(LayoutCommand::CloseDialog);
    commands.push(command);
}

pub(super) fn close(commands: &mut Commands) {
    commands.push(LayoutCommand::CloseDialog);
}
