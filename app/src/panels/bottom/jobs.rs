//! Background tasks: their progress and results.

use egui::{Id, Ui, UiBuilder, vec2};
use jiff::tz::TimeZone;

use super::list;
use crate::command::{Commands, TransferCommand};
use crate::format;
use crate::state::{Task, TaskId, TaskState};
use crate::theme::{icons, metrics, type_scale};
use crate::view::StoreView;
use crate::widgets::button::Button;
use crate::widgets::progress::progress;
use crate::widgets::row_ends::Ends;

/// What a row shows of a task.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JobRow {
    id: TaskId,
    time: String,
    title: String,
    /// The progress, or the result.
    text: String,
    outcome: Outcome,
    can_cancel: bool,
    has_report: bool,
}

/// What is painted in front of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// It is running; with the finished fraction, if known.
    Running(Option<f32>),
    Done,
    Cancelled,
    Failed,
}

impl JobRow {
    pub(super) fn new(task: &Task, zone: &TimeZone) -> Self {
        let (outcome, text) = match &task.state {
            TaskState::Running { fraction, text } => (Outcome::Running(*fraction), text.clone()),
            TaskState::Cancelling => (Outcome::Running(None), "Cancelling…".to_owned()),
            TaskState::Finished(text) => (Outcome::Done, text.clone()),
            TaskState::Cancelled => (
                Outcome::Cancelled,
                "Cancelled; nothing was changed".to_owned(),
            ),
            TaskState::Failed(text) => (Outcome::Failed, text.clone()),
        };
        Self {
            id: task.id,
            time: format::time_of_day(task.started_at, zone),
            title: task.title.clone(),
            text,
            outcome,
            can_cancel: task.cancellable && matches!(task.state, TaskState::Running { .. }),
            has_report: task.report.is_some(),
        }
    }
}

/// Draws the list, newest first.
pub(super) fn show(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let tasks: Vec<&Task> = view.app.tasks.iter().collect();
    if tasks.is_empty() {
        list::empty(
            ui,
            "Imports, exports and other long-running tasks appear here.",
        );
        return;
    }
    let zone = TimeZone::system();
    list::rows(ui, "jobs", tasks.len(), |ui, index| {
        if let Some(task) = tasks.get(index) {
            show_row(ui, &JobRow::new(task, &zone), commands);
        }
    });
}

fn show_row(ui: &mut Ui, row: &JobRow, commands: &mut Commands) {
    let id = Id::unique("job").with(row.id.0);
    let label = format!("{} {}", row.title, row.text);
    let (response, painter) = list::row(ui, id, &label, false);
    let tokens = painter.tokens();
    let (body, mono) = (type_scale::body(), type_scale::mono());
    painter.text(painter.place(12.0, 76.0), &row.time, mono, tokens.faint);
    let icon = painter.place(80.0, 100.0);
    match row.outcome {
        Outcome::Running(_) => painter.icon(icon, icons::PLAY, tokens.accent),
        Outcome::Done => painter.icon(icon, icons::CHECK_CIRCLE, tokens.ok),
        Outcome::Cancelled => painter.icon(icon, icons::PROHIBIT, tokens.muted),
        Outcome::Failed => painter.icon(icon, icons::WARNING_CIRCLE, tokens.danger),
    }
    painter.text(
        painter.place(110.0, 400.0),
        &row.title,
        body.clone(),
        tokens.text,
    );
    let color = if row.outcome == Outcome::Failed {
        tokens.danger
    } else {
        tokens.muted
    };
    let bar = painter.place(412.0, 572.0);
    let Outcome::Running(fraction) = row.outcome else {
        let end = if row.has_report { 860.0 } else { f32::INFINITY };
        painter.text(painter.place(412.0, end), &row.text, body, color);
        let rect = response.rect;
        if !row.text.is_empty() {
            response.on_hover_text(&row.text);
        }
        let report = Button::link("Report").hint("What the import did, record by record");
        if row.has_report && at_end(ui, rect, ("report", row.id.0), report) {
            commands.push(TransferCommand::ShowReport(row.id));
        }
        return;
    };
    painter.text(painter.place(588.0, 860.0), &row.text, body, color);
    let rect = egui::Rect::from_center_size(bar.center(), vec2(bar.width(), 4.0));
    let mut place = ui.new_child(UiBuilder::new().id_salt(("bar", row.id.0)).max_rect(rect));
    progress(&mut place, id.with("bar"), &row.title, fraction);
    let cancel = Button::link("Cancel").hint("Stop without changing anything");
    if row.can_cancel && at_end(ui, response.rect, ("cancel", row.id.0), cancel) {
        commands.push(TransferCommand::Cancel(row.id));
    }
}

/// Draws a button at the right end of a row; returns whether it was clicked.
fn at_end(ui: &mut Ui, row: egui::Rect, salt: (&str, u64), button: Button<'_>) -> bool {
    let room = row.shrink2(vec2(metrics::SPACE_12, 0.0));
    Ends::within(ui, salt, room).end(ui, |ui| button.show(ui).clicked())
}
