//! Before something would be lost: one question for the open edit and for the database (UX 3.3).

use egui::Context;

use super::host;
use crate::command::{Commands, FileCommand};
use crate::state::AfterClose;
use crate::theme::icons;
use crate::widgets::modal::{Dialog, DialogButton};

/// The words of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) reasons: Vec<String>,
}

impl Words {
    pub(super) fn new(name: &str, draft: Option<&str>, no_file: bool) -> Self {
        let mut reasons = Vec::new();
        if let Some(key) = draft {
            reasons.push(if key.is_empty() {
                "The new record has not been saved.".to_owned()
            } else {
                format!("The edit of “{key}” has not been saved.")
            });
        }
        if no_file {
            reasons.push(
                "This database has no file yet. Saving asks for a place and a password.".to_owned(),
            );
        }
        Self {
            title: format!("“{name}” was modified. Save changes?"),
            reasons,
        }
    }
}

pub(super) fn show(ctx: &Context, words: &Words, then: &AfterClose, commands: &mut Commands) {
    let buttons = [
        DialogButton::secondary("Don't save"),
        DialogButton::secondary("Cancel"),
        DialogButton::primary("Save"),
    ];
    let shown = Dialog::new(host::id("save before closing"), &words.title)
        .icon(icons::FLOPPY_DISK)
        .show(ctx, &buttons, |ui| {
            for reason in &words.reasons {
                ui.label(reason);
            }
        });
    match shown.clicked {
        Some(0) => host::answer(commands, FileCommand::CloseWithoutSaving(then.clone())),
        Some(2) => host::answer(commands, FileCommand::SaveAndClose(then.clone())),
        Some(_) => host::close(commands),
        None if shown.cancelled => host::close(commands),
        None => {}
    }
}
