//! Asks before unsaved changes would be lost: one question for the open edit and for the database.

use egui::Context;

use super::frame;
use crate::command::{Commands, FileCommand};
use crate::format;
use crate::state::{self, AfterClose};
use crate::theme::icons;
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The texts of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) reasons: Vec<String>,
    can_save: bool,
}

impl Words {
    /// The texts for this dialog; empty for any other dialog.
    pub(super) fn of(question: &state::Dialog) -> Self {
        match question {
            state::Dialog::SaveBeforeClosing {
                name,
                waiting,
                locked: true,
                ..
            } => Self::locked(name, *waiting),
            state::Dialog::SaveBeforeClosing {
                name,
                draft,
                no_file,
                waiting,
                ..
            } => Self::new(name, draft.as_deref(), *no_file, *waiting),
            _ => Self::new("", None, false, 0),
        }
    }

    pub(super) fn new(name: &str, draft: Option<&str>, no_file: bool, waiting: usize) -> Self {
        let mut reasons = Vec::new();
        if let Some(key) = draft {
            reasons.push(if key.is_empty() {
                "The new record has not been saved.".to_owned()
            } else {
                format!("The edit of “{key}” has not been saved.")
            });
        }
        if waiting > 0 {
            let changes = format::counted(waiting as u64, "change");
            reasons.push(format!(
                "{changes} could not be written to the file. “Save” tries again; “Save a \
                 copy…” above the table saves everything to another file."
            ));
        }
        if no_file {
            reasons.push(
                "This database has no file yet. Saving asks for a location and password."
                    .to_owned(),
            );
        }
        Self {
            title: format!("“{name}” was modified. Save changes?"),
            reasons,
            can_save: true,
        }
    }

    /// For a locked database.
    pub(super) fn locked(name: &str, waiting: usize) -> Self {
        let changes = format::counted(waiting as u64, "change");
        Self {
            title: format!("Quit and lose unsaved changes to “{name}”?"),
            reasons: vec![format!(
                "{changes} could not be written before the database was locked. VStore keeps them \
                 encrypted in memory and tries again when you unlock it."
            )],
            can_save: false,
        }
    }
}

pub(super) fn show(ctx: &Context, words: &Words, then: &AfterClose, commands: &mut Commands) {
    let buttons: &[DialogButton<'_>] = if words.can_save {
        &[
            DialogButton::secondary("Don't save"),
            DialogButton::secondary("Cancel"),
            DialogButton::primary("Save"),
        ]
    } else {
        &[
            DialogButton::secondary("Discard and quit"),
            DialogButton::primary("Cancel"),
        ]
    };
    let shown = DialogFrame::new(frame::id("save before closing"), &words.title)
        .icon(icons::FLOPPY_DISK)
        .show(ctx, buttons, |ui| {
            for reason in &words.reasons {
                ui.label(reason);
            }
        });
    match shown.clicked {
        Some(0) => frame::answer(commands, FileCommand::CloseWithoutSaving(then.clone())),
        Some(2) => frame::answer(commands, FileCommand::SaveAndClose(then.clone())),
        Some(_) => frame::close(commands),
        None if shown.cancelled => frame::close(commands),
        None => {}
    }
}
