//! The progress of a file check, and its findings part by part.

use egui::{Id, RichText, ScrollArea, Ui};
use vstore::file::{Finding, Loss, VerifyReport};

use crate::format;
use crate::state::{TaskId, TaskState};
use crate::theme::{Tokens, metrics, type_scale};
use crate::view::AppView;
use crate::widgets::modal::list_height;
use crate::widgets::progress::progress;
use crate::widgets::row_ends::Ends;

const ROW: f32 = 22.0;
const ROWS_SHOWN: f32 = 6.0;

/// The result of a finished check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) verdict: String,
    /// Location, problem, loss.
    pub(crate) rows: Vec<[String; 3]>,
}

impl Findings {
    pub(crate) fn new(report: &VerifyReport) -> Self {
        let (parts, more) = report.lost_frames();
        let all = report.frames + parts;
        let read = format::bytes(report.bytes);
        let verdict = if report.findings.is_empty() {
            format!("All {read} were read; no problems were found.")
        } else if report.is_intact() {
            format!("All {read} were read: no data is lost, and opening the file repairs it.")
        } else {
            let least = if more { "at least " } else { "" };
            let all = format::counted(all, "part");
            format!(
                "Of {all}, {least}{} cannot be read.",
                format::count(parts.max(1))
            )
        };
        let row = |finding: &Finding| {
            let loss = match finding.loss {
                _ if finding.kind.is_harmless() => "nothing lost".to_owned(),
                Some(Loss {
                    records: Some(records),
                    ..
                }) => format!("about {} lost", format::counted(records, "record")),
                Some(Loss {
                    frames: Some(frames),
                    ..
                }) => format!("{} lost", format::counted(frames, "part")),
                Some(Loss { bytes, .. }) => format!("{} lost", format::bytes(bytes)),
                None => "loss unknown".to_owned(),
            };
            let place = format!("byte {}", format::count(finding.offset));
            [place, finding.kind.to_string(), loss]
        };
        Self {
            verdict,
            rows: report.findings.iter().map(row).collect(),
        }
    }
}

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

/// Draws the result of a check: the verdict, followed by the damage, if any.
pub(crate) fn check_findings(ui: &mut Ui, report: &VerifyReport) {
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
