//! Copies what can be read of a damaged file to a new one: the form, the progress, the losses.

use egui::{Context, Id, RichText, ScrollArea, Ui, vec2};
use vstore::file::SalvageMode;

use super::frame;
use super::secret_fields::SecretFields;
use crate::command::{Commands, FileCommand, RepairCommand};
use crate::format;
use crate::state::{
    FilePurpose, OpenStore, Salvage, SalvageOutcome, SalvageStage, TaskId, TaskState,
};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::typed_path::path_in;
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame, list_height};
use crate::widgets::progress::progress;
use crate::widgets::segmented::segmented;
use crate::wording;

const WIDTH: f32 = 520.0;
const LOST_HEIGHT: f32 = 180.0;

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct SalvageForm {
    target: String,
    secret: SecretFields,
    mode: SalvageMode,
    started: bool,
}

pub(super) fn show(
    ctx: &Context,
    form: &mut SalvageForm,
    salvage: &Salvage,
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let title = format!("Salvage {}", OpenStore::title_of(&salvage.source));
    let buttons = match &salvage.stage {
        SalvageStage::Form { .. } => [
            DialogButton::secondary("Cancel"),
            DialogButton::primary("Salvage"),
        ],
        SalvageStage::Running(_) => [
            DialogButton::secondary("Stop"),
            DialogButton::primary("Salvage").enabled(false),
        ],
        SalvageStage::Done(_) => [
            DialogButton::secondary("Close"),
            DialogButton::primary("Open the new file"),
        ],
    };
    let shown = DialogFrame::new(frame::id("salvage"), &title)
        .icon(icons::FILE_LOCK)
        .subtitle("Copies what can be read to a new file; the damaged file is not changed")
        .width(WIDTH)
        .show(ctx, &buttons, |ui| match &salvage.stage {
            SalvageStage::Form { problem } => {
                form.fields(ui, salvage, problem.as_deref(), view, commands)
            }
            SalvageStage::Running(task) => {
                running(ui, *task, view);
                false
            }
            SalvageStage::Done(outcome) => {
                report(ui, outcome);
                false
            }
        });
    let (left, right) = (shown.clicked == Some(0), shown.clicked == Some(1));
    match &salvage.stage {
        SalvageStage::Form { .. } if left || shown.cancelled => frame::close(commands),
        SalvageStage::Form { .. } if right || shown.inner => form.submit(salvage, commands),
        SalvageStage::Running(_) if left || shown.cancelled => {
            commands.push(RepairCommand::CancelSalvage);
        }
        SalvageStage::Done(outcome) if right => {
            let path = outcome.target.clone();
            let read_only = false;
            frame::answer(commands, FileCommand::Open { path, read_only });
        }
        SalvageStage::Done(_) if left || shown.cancelled => frame::close(commands),
        _ => {}
    }
}

impl SalvageForm {
    /// Draws the form; returns whether Enter was pressed in the password field.
    fn fields(
        &mut self,
        ui: &mut Ui,
        salvage: &Salvage,
        problem: Option<&str>,
        view: AppView<'_>,
        commands: &mut Commands,
    ) -> bool {
        if let Some((FilePurpose::Create, path)) = view.picked {
            self.target = path.to_string_lossy().into_owned();
        }
        let starts = !std::mem::replace(&mut self.started, true);
        if starts {
            let name = salvage.source.with_extension("salvaged.vstore");
            self.target = name.to_string_lossy().into_owned();
        }
        field::label(ui, "New file");
        ui.horizontal(|ui| {
            let browse = 90.0;
            let width = ui.available_width() - browse - ui.spacing().item_spacing.x;
            ui.allocate_ui(vec2(width, metrics::FIELD), |ui| {
                let id = frame::field_id("salvage target");
                let field = TextField::new(id, "New file").hint("salvaged.vstore");
                field.untitled().show(ui, &mut self.target);
            });
            let button = Button::secondary("Browse…").min_width(browse);
            if button.show(ui).clicked() {
                commands.push(FileCommand::PickFile(FilePurpose::Create));
            }
        });
        ui.add_space(metrics::SPACE_8);
        field::label(ui, "What to salvage");
        let names = SalvageMode::ALL.map(|mode| wording::salvage_mode(mode).0);
        let chosen = SalvageMode::ALL.iter().position(|mode| *mode == self.mode);
        let picked = segmented(ui, "What to salvage", &names, chosen.unwrap_or(0));
        if let Some(mode) = picked.and_then(|index| SalvageMode::ALL.get(index)) {
            self.mode = *mode;
        }
        field::explanation(ui, wording::salvage_mode(self.mode).1);
        ui.add_space(metrics::SPACE_8);
        let label = (
            "salvage",
            "Password of the damaged file (also used for the new file)",
        );
        let shown = self.secret.ui(ui, label, problem, view, commands);
        if starts {
            shown.response.request_focus();
        }
        shown.submitted
    }

    fn submit(&mut self, salvage: &Salvage, commands: &mut Commands) {
        let base = salvage.source.parent();
        let Some(target) = path_in(&self.target, base) else {
            return;
        };
        if let Some(secret) = self.secret.submit() {
            let mode = self.mode;
            commands.push(RepairCommand::Salvage {
                target,
                secret,
                mode,
            });
        }
    }
}

fn running(ui: &mut Ui, task: TaskId, view: AppView<'_>) {
    let found = view.tasks.iter().find(|found| found.id == task);
    let (fraction, text) = match found.map(|task| &task.state) {
        Some(TaskState::Running { fraction, text }) => (*fraction, text.as_str()),
        _ => (None, ""),
    };
    let text = if text.is_empty() {
        "Deriving key…"
    } else {
        text
    };
    ui.label(text);
    progress(ui, Id::unique("salvage progress"), text, fraction);
}

fn report(ui: &mut Ui, outcome: &SalvageOutcome) {
    let tokens = Tokens::of(ui);
    let records = format::counted(outcome.records, "record");
    let name = OpenStore::title_of(&outcome.target);
    ui.label(RichText::new(format!("{records} salvaged to {name}")).color(tokens.text));
    ui.add_space(metrics::SPACE_8);
    if outcome.is_complete {
        field::explanation(ui, "No losses were found.");
        return;
    }
    field::caution(ui, "Not everything could be read.");
    let height = list_height(ui.ctx(), LOST_HEIGHT, 60.0);
    let scroll = ScrollArea::vertical().max_height(height);
    scroll.show_rows(ui, 18.0, outcome.lost.len(), |ui, rows| {
        for line in outcome.lost.get(rows).unwrap_or_default() {
            let line = RichText::new(type_scale::one_line(line)).font(type_scale::small());
            ui.add(egui::Label::new(line.color(tokens.muted)).truncate());
        }
    });
}
