//! Restores the header of a file from a backup: the form and the result.

use egui::{Context, Id, Ui, vec2};

use super::frame;
use super::secret_fields::SecretFields;
use crate::command::{Commands, FileCommand, RepairCommand};
use crate::format;
use crate::forms::busy_line;
use crate::state::{BusyPhase, FilePurpose, OpenStore, Restore, RestoreStage, RestoredHeader};
use crate::theme::{icons, metrics};
use crate::typed_path::typed_path;
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};

const WIDTH: f32 = 520.0;

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct RestoreForm {
    backup: String,
    secret: SecretFields,
    started: bool,
    tried: bool,
}

pub(super) fn show(
    ctx: &Context,
    form: &mut RestoreForm,
    restore: &Restore,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let title = format!(
        "Restore the header of {}",
        OpenStore::title_of(&restore.file)
    );
    let is_form = matches!(restore.stage, RestoreStage::Form { .. });
    let buttons = match &restore.stage {
        RestoreStage::Done(_) => [
            DialogButton::secondary("Close"),
            DialogButton::primary("Open the file"),
        ],
        RestoreStage::Form { .. } | RestoreStage::Running(_) => [
            DialogButton::secondary("Cancel"),
            DialogButton::primary("Restore").enabled(is_form),
        ],
    };
    let shown = DialogFrame::new(frame::id("restore header"), &title)
        .icon(icons::FILE_LOCK)
        .subtitle("Only the beginning of the file is rewritten; its records are not touched")
        .width(WIDTH)
        .show(ctx, &buttons, |ui| match &restore.stage {
            RestoreStage::Form { problem } => form.fields(ui, problem.as_deref(), view, commands),
            RestoreStage::Running(_) => {
                busy_line(ui, Id::unique("restore progress"), BusyPhase::DerivingKey);
                false
            }
            RestoreStage::Done(restored) => {
                outcome(ui, restored, view);
                false
            }
        });
    let (left, right) = (shown.clicked == Some(0), shown.clicked == Some(1));
    match &restore.stage {
        RestoreStage::Form { .. } if left || shown.cancelled => frame::close(commands),
        RestoreStage::Form { .. } if right || shown.inner => form.submit(commands),
        RestoreStage::Running(_) if left || shown.cancelled => {
            commands.push(RepairCommand::CancelRestore);
        }
        RestoreStage::Done(_) if right => {
            let path = restore.file.clone();
            let read_only = false;
            frame::answer(commands, FileCommand::Open { path, read_only });
        }
        RestoreStage::Done(_) if left || shown.cancelled => frame::close(commands),
        _ => {}
    }
}

impl RestoreForm {
    /// Draws the form; returns whether Enter was pressed in the password field.
    fn fields(
        &mut self,
        ui: &mut Ui,
        problem: Option<&str>,
        view: AppView<'_>,
        commands: &mut Commands,
    ) -> bool {
        if let Some((FilePurpose::OpenHeaderBackup, path)) = view.picked {
            self.backup = path.to_string_lossy().into_owned();
        }
        field::label(ui, "Header backup");
        let missing = self.tried && typed_path(&self.backup).is_none();
        ui.horizontal(|ui| {
            let browse = 90.0;
            let width = ui.available_width() - browse - ui.spacing().item_spacing.x;
            ui.allocate_ui(vec2(width, metrics::FIELD), |ui| {
                let id = frame::field_id("header backup");
                let field = TextField::new(id, "Header backup").hint("notes.vstore-header");
                let field = field.untitled().error(missing.then_some(""));
                let response = field.show(ui, &mut self.backup);
                if !std::mem::replace(&mut self.started, true) {
                    response.request_focus();
                }
            });
            let button = Button::secondary("Browse…").min_width(browse);
            if button.show(ui).clicked() {
                commands.push(FileCommand::PickFile(FilePurpose::OpenHeaderBackup));
            }
        });
        ui.add_space(metrics::SPACE_8);
        let label = (
            "restore",
            "A password that was valid at the time of the backup",
        );
        self.secret.ui(ui, label, problem, view, commands).submitted
    }

    fn submit(&mut self, commands: &mut Commands) {
        self.tried = true;
        let Some(backup) = typed_path(&self.backup) else {
            return;
        };
        if let Some(secret) = self.secret.submit() {
            commands.push(RepairCommand::RestoreHeader { backup, secret });
        }
    }
}

fn outcome(ui: &mut Ui, restored: &RestoredHeader, view: AppView<'_>) {
    let zone = jiff::tz::TimeZone::system();
    let at = format::timestamp(restored.exported_at, view.now, &zone);
    ui.label(format!(
        "The header has been restored. The file opens with the passwords it had on {at}."
    ));
    if restored.is_older {
        field::caution(
            ui,
            "The file was compacted since then: passwords may have changed, too.",
        );
    }
    if !restored.is_whole {
        field::caution(
            ui,
            "The data after the header is damaged as well. Opening the file shows where; \
             “Salvage…” copies what is left to a new file.",
        );
    }
}
