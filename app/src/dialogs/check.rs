//! The progress and the findings of a full check of the open file.

use egui::Context;

use super::frame;
use crate::command::{Commands, FileCommand, RepairCommand};
use crate::forms::{check_findings, check_progress};
use crate::state::Check;
use crate::theme::icons;
use crate::view::AppView;
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};

const WIDTH: f32 = 520.0;

pub(super) fn show(ctx: &Context, check: &Check, view: AppView<'_>, commands: &mut Commands) {
    let title = view
        .store()
        .map(|view| format!("Check {}", view.store.title));
    // The records in memory are intact even if the file is damaged.
    let writable = view.store().is_some_and(|view| !view.store.read_only);
    let damaged = matches!(check, Check::Done(report) if !report.is_intact());
    let mends = damaged && writable;
    let mut buttons = vec![match check {
        Check::Running(_) => DialogButton::secondary("Stop"),
        _ if mends => DialogButton::secondary("Close"),
        _ => DialogButton::primary("Close"),
    }];
    if mends {
        buttons.push(DialogButton::primary("Rewrite the file"));
    }
    let shown = DialogFrame::new(
        frame::id("check"),
        title.as_deref().unwrap_or("Check the file"),
    )
    .icon(icons::SHIELD_CHECK)
    .subtitle("Every part is read, decrypted and compared; nothing is written")
    .width(WIDTH)
    .show(ctx, &buttons, |ui| match check {
        Check::Running(task) => check_progress(ui, *task, view),
        Check::Done(report) => {
            check_findings(ui, report);
            if mends {
                field::explanation(
                    ui,
                    "All records are still in memory. Rewriting the file from them repairs it; the \
                         damaged file is kept beside it as a backup.",
                );
            }
        }
        Check::Failed(words) => {
            field::problem(ui, words);
        }
    });
    if shown.clicked == Some(1) {
        commands.push(RepairCommand::CloseCheck);
        commands.push(FileCommand::Compact);
    } else if shown.cancelled || shown.clicked.is_some() {
        commands.push(RepairCommand::CloseCheck);
    }
}
