//! The report of an import: totals, and individual records by line with the reason.

use egui::{Align, Context, Id, Label, Layout, RichText, ScrollArea, Ui, vec2};

use super::frame;
use crate::command::{Commands, TransferCommand};
use crate::format;
use crate::state::{ImportReport, ReportKind, ReportLine, TaskId};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame, list_height};
use crate::widgets::segmented::segmented;

const LIST_HEIGHT: f32 = 240.0;
const ROW: f32 = 20.0;

/// The kind of records that is listed; `None` for all.
#[derive(Debug, Default)]
pub(super) struct ReportForm {
    kind: Option<ReportKind>,
}

/// What the dialog shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportData<'a> {
    /// The kinds that can be chosen; the first is all.
    pub(super) kinds: Vec<(Option<ReportKind>, String)>,
    pub(super) chosen: usize,
    pub(super) lines: Vec<&'a ReportLine>,
}

impl<'a> ReportData<'a> {
    pub(super) fn new(report: &'a ImportReport, kind: Option<ReportKind>) -> Self {
        let of = |kind: ReportKind| move |line: &&ReportLine| line.kind == kind;
        let all = format!("All ({})", format::count(report.lines.len() as u64));
        let mut kinds = vec![(None, all)];
        for kind in ReportKind::ALL {
            let count = report.lines.iter().filter(of(kind)).count() as u64;
            if count > 0 {
                let words = format!("{} ({})", kind.name(), format::count(count));
                kinds.push((Some(kind), words));
            }
        }
        let wanted = |line: &&ReportLine| kind.is_none_or(|kind| line.kind == kind);
        Self {
            chosen: kinds.iter().position(|(one, _)| *one == kind).unwrap_or(0),
            lines: report.lines.iter().filter(wanted).collect(),
            kinds,
        }
    }
}

pub(super) fn show(
    ctx: &Context,
    form: &mut ReportForm,
    (task, title, report): (TaskId, &str, &ImportReport),
    commands: &mut Commands,
) {
    let buttons = [
        DialogButton::secondary("Copy"),
        DialogButton::primary("Close"),
    ];
    let shown = DialogFrame::new(frame::id("import report"), title)
        .icon(icons::DOWNLOAD_SIMPLE)
        .subtitle("What was read and what happened to it")
        .width(680.0)
        .show(ctx, &buttons, |ui| {
            counts(ui, report);
            ui.add_space(metrics::SPACE_12);
            if report.lines.is_empty() {
                field::explanation(ui, "Every record was imported unchanged.");
            } else {
                single_records(ui, form, report);
            }
        });
    if shown.clicked == Some(0) {
        commands.push(TransferCommand::CopyReport(task));
    } else if shown.cancelled || shown.clicked == Some(1) {
        frame::close(commands);
    }
}

fn counts(ui: &mut Ui, report: &ImportReport) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(metrics::SPACE_24, metrics::SPACE_8);
        for (count, words) in report.counts() {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let number = RichText::new(format::count(count));
                ui.label(number.font(type_scale::title()).color(tokens.text));
                let words = RichText::new(words).font(type_scale::small());
                ui.label(words.color(tokens.muted));
            });
        }
    });
}

fn single_records(ui: &mut Ui, form: &mut ReportForm, report: &ImportReport) {
    let tokens = Tokens::of(ui);
    let data = ReportData::new(report, form.kind);
    let names: Vec<_> = data.kinds.iter().map(|(_, name)| name.as_str()).collect();
    if names.len() > 2
        && let Some(picked) = segmented(ui, "Which records", &names, data.chosen)
    {
        form.kind = data.kinds.get(picked).and_then(|(kind, _)| *kind);
    }
    ui.add_space(metrics::SPACE_4);
    egui::Frame::new()
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(metrics::RADIUS)
        .inner_margin(metrics::SPACE_8)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ScrollArea::vertical()
                .id_salt(Id::unique("report lines"))
                .max_height(list_height(ui.ctx(), LIST_HEIGHT, 150.0))
                .auto_shrink([false, true])
                .show_rows(ui, ROW, data.lines.len(), |ui, range| {
                    for line in data.lines.get(range).into_iter().flatten() {
                        let text = RichText::new(type_scale::one_line(&line.text));
                        let text = text.font(type_scale::mono()).color(tokens.text);
                        let size = vec2(ui.available_width(), ROW);
                        let layout = Layout::left_to_right(Align::Center);
                        ui.allocate_ui_with_layout(size, layout, |ui| {
                            ui.add(Label::new(text).truncate());
                        });
                    }
                });
        });
    if report.unlisted > 0 {
        let more = format::count(report.unlisted);
        field::explanation(ui, &format!("… and {more} more, counted but not listed"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_happened_can_be_chosen_and_is_listed() {
        let line = |kind, text: &str| ReportLine {
            kind,
            text: text.to_owned(),
        };
        let report = ImportReport {
            read: 3,
            added: 3,
            numbered: 1,
            lines: vec![
                line(ReportKind::Numbered, "line 2"),
                line(ReportKind::Changed, "line 3"),
            ],
            ..ImportReport::default()
        };
        let data = ReportData::new(&report, Some(ReportKind::Changed));
        let names: Vec<_> = data.kinds.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["All (2)", "Numbered (1)", "Changed (1)"]);
        assert_eq!((data.chosen, data.lines.len()), (2, 1));
        let text = report.to_text("Import films.json");
        assert_eq!(
            text,
            "Import films.json\n3 read\n3 new\n1 numbered\n\nline 2\nline 3\n"
        );
    }
}
