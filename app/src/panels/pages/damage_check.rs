//! Checks a damaged file: the password, the progress, and the findings part by part.
//!
//! It is shown on the card of the problem, above the buttons: the findings say what may be lost
//! before anything is written.

use egui::{Id, Ui};

use crate::command::{Commands, RepairCommand};
use crate::forms::{check_findings, check_progress};
use crate::state::{Check, Secret, TaskId};
use crate::theme::metrics;
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field;
use crate::widgets::password::PasswordField;

/// Draws the check; `secret` builds the secret from the typed password.
pub(super) fn check_ui(
    ui: &mut Ui,
    check: Option<&Check>,
    password: &mut PasswordField,
    secret: impl FnOnce(&PasswordField) -> Secret,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    ui.add_space(metrics::SPACE_8);
    match check {
        Some(Check::Running(task)) => running(ui, *task, view, commands),
        Some(Check::Done(report)) => check_findings(ui, report),
        None | Some(Check::Failed(_)) => {
            field::label(ui, "Password");
            let shown = password.show(ui, Id::unique("check password"), "Password", false);
            if let Some(Check::Failed(words)) = check {
                field::problem(ui, words);
            }
            let ready = !password.is_empty();
            let button = |ui: &mut Ui| Button::primary("Check the file").show(ui).clicked();
            let pressed = ui.add_enabled_ui(ready, button).inner;
            if ready && (pressed || shown.submitted) {
                commands.push(RepairCommand::Check(secret(password)));
            }
        }
    }
}

fn running(ui: &mut Ui, task: TaskId, view: AppView<'_>, commands: &mut Commands) {
    check_progress(ui, task, view);
    if Button::link("Stop checking").show(ui).clicked() {
        commands.push(RepairCommand::CancelCheck);
    }
}
