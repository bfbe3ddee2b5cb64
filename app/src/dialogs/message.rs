//! A text that is too long for a notice.

use egui::Context;

use super::frame;
use crate::command::{Commands, CopyWhat, RecordCommand};
use crate::widgets::modal::{DialogButton, DialogFrame};

pub(super) fn show(ctx: &Context, title: &str, text: &str, commands: &mut Commands) {
    let buttons = [
        DialogButton::secondary("Copy"),
        DialogButton::primary("Close"),
    ];
    let shown = DialogFrame::new(frame::id("message"), title)
        .width(520.0)
        .show(ctx, &buttons, |ui| {
            ui.label(text);
        });
    match shown.clicked {
        Some(0) => commands.push(RecordCommand::Copy(CopyWhat::Text(text.to_owned()))),
        Some(_) => frame::close(commands),
        None if shown.cancelled => frame::close(commands),
        None => {}
    }
}
