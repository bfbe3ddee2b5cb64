//! Checking a damaged file: the wish, the progress, and what was found, part by part.
//!
//! It stands on the card of the problem. What leads out of the damage belongs below the findings:
//! they say what can be lost before anything is written.

use egui::{Id, RichText, ScrollArea, Ui};

use crate::command::{Commands, RepairCommand, Secret};
use crate::format;
use crate::state::{Check, CheckFinding, CheckReport, Loss, TaskId, TaskState};
use crate::theme::{Tokens, metrics, type_scale};
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::ends::Ends;
use crate::widgets::field;
use crate::widgets::modal::list_height;
use crate::widgets::password::PasswordField;
use crate::widgets::progress::progress;

const ROW: f32 = 22.0;
const ROWS_SHOWN: f32 = 6.0;

/// What the card says about a finished check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Findings {
    pub(super) verdict: String,
    /// Place, what is wrong, what is lost.
    pub(super) rows: Vec<[String; 3]>,
}

impl Findings {
    pub(super) fn new(report: &CheckReport) -> Self {
        let (parts, more) = report.loss();
        let all = report.good_parts + parts;
        let read = format::bytes(report.bytes);
        let verdict = if report.findings.is_empty() {
            format!("All {read} were read and nothing is wrong with them.")
        } else if report.is_intact() {
            format!("All {read} were read: nothing is lost, and opening repairs what was found.")
        } else {
            let least = if more { "at least " } else { "" };
            let all = format::counted(all, "part");
            format!(
                "Of {all}, {least}{} cannot be read.",
                format::count(parts.max(1))
            )
        };
        let row = |finding: &CheckFinding| {
            let loss = match finding.loss {
                Loss::Nothing => "nothing lost".to_owned(),
                Loss::Lost {
                    records: Some(records),
                    ..
                } => format!("about {} lost", format::counted(records, "record")),
                Loss::Lost {
                    parts: Some(parts), ..
                } => format!("{} lost", format::counted(parts, "part")),
                Loss::Lost { bytes, .. } => format!("{} lost", format::bytes(bytes)),
                Loss::Unknown => "loss unknown".to_owned(),
            };
            let place = format!("byte {}", format::count(finding.offset));
            [place, finding.what.clone(), loss]
        };
        Self {
            verdict,
            rows: report.findings.iter().map(row).collect(),
        }
    }
}

/// Draws the check; `secret` makes what opens the file from the typed password.
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

/// Draws how far a check is.
pub(crate) fn check_progress(ui: &mut Ui, task: TaskId, view: AppView<'_>) {
    let found = view.tasks.iter().find(|one| one.id == task);
    let fraction = match found.map(|task| &task.state) {
        Some(TaskState::Running { fraction, .. }) => *fraction,
        _ => None,
    };
    let words = "Reading the whole file…";
    ui.label(RichText::new(words).color(Tokens::of(ui).muted));
    progress(ui, Id::unique("check progress"), words, fraction);
}

/// Draws what a check showed: the verdict and, if there is any, the damage.
pub(crate) fn check_findings(ui: &mut Ui, report: &CheckReport) {
    let data = Findings::new(report);
    let tokens = Tokens::of(ui);
    ui.label(RichText::new(&data.verdict).color(tokens.text));
    if data.rows.is_empty() {
        return;
    }
    ui.add_space(metrics::SPACE_4);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt("findings")
            .max_height(list_height(ui.ctx(), ROW * ROWS_SHOWN, 110.0))
            .auto_shrink([false, true])
            .show_rows(ui, ROW, data.rows.len(), |ui, range| {
                for [place, what, loss] in data.rows.get(range).into_iter().flatten() {
                    row(ui, place, what, loss);
                }
            });
    });
}

fn row(ui: &mut Ui, place: &str, what: &str, loss: &str) {
    let tokens = Tokens::of(ui);
    let ends = Ends::new(ui, (place, what, loss), ROW);
    ends.start(ui, |ui| {
        let mono = RichText::new(place).font(type_scale::mono());
        ui.label(mono.color(tokens.faint));
        let text = RichText::new(what).color(tokens.text);
        ui.add(egui::Label::new(text).truncate());
    });
    ends.end(ui, |ui| {
        ui.label(RichText::new(loss).color(tokens.muted));
    });
}
