//! The recent changes.

use egui::{Color32, Id, Ui};
use jiff::tz::TimeZone;

use super::list;
use crate::command::{Commands, SelectionCommand};
use crate::format;
use crate::state::{ActivityEvent, EventKind};
use crate::theme::{Tokens, icons, type_scale};
use crate::view::StoreView;

/// The texts of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventRow {
    time: String,
    kind: EventKind,
    /// Empty if the event is not about a single record.
    key: String,
    text: String,
}

impl EventRow {
    pub(super) fn new(event: &ActivityEvent, zone: &TimeZone) -> Self {
        Self {
            time: format::time_of_day(event.at, zone),
            kind: event.kind,
            key: event
                .key
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            text: event.text.clone(),
        }
    }

    fn label(&self) -> String {
        let words = [&self.time, self.kind.name(), &self.key, &self.text];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.join(" ")
    }
}

fn icon(kind: EventKind, tokens: &Tokens) -> (&'static str, Color32) {
    match kind {
        EventKind::Open => (icons::FOLDER_OPEN, tokens.muted),
        EventKind::Add => (icons::PLUS, tokens.ok),
        EventKind::Set => (icons::PENCIL_SIMPLE, tokens.accent),
        EventKind::Rename => (icons::TEXT_AA, tokens.accent),
        EventKind::Delete => (icons::TRASH, tokens.danger),
        EventKind::Expire => (icons::TIMER, tokens.warning),
        EventKind::Import => (icons::DOWNLOAD_SIMPLE, tokens.accent),
        EventKind::Undo => (icons::ARROW_COUNTER_CLOCKWISE, tokens.muted),
        EventKind::Redo => (icons::ARROW_CLOCKWISE, tokens.muted),
        EventKind::Compact => (icons::FLOPPY_DISK, tokens.muted),
        EventKind::Failure => (icons::WARNING_CIRCLE, tokens.danger),
    }
}

/// Draws the list; a click on an event selects its record.
pub(super) fn show(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let activity = &view.store.activity;
    if activity.is_empty() {
        list::empty(
            ui,
            "Every change to the records appears here as it happens.",
        );
        return;
    }
    let zone = TimeZone::system();
    let id = Id::unique("activity");
    list::rows(ui, "activity", activity.len(), |ui, index| {
        let Some(event) = activity.get(index) else {
            return;
        };
        let row = EventRow::new(event, &zone);
        let (response, painter) = list::row(ui, id.with(index), &row.label(), event.key.is_some());
        paint(&painter, &row);
        if response.clicked()
            && let Some(key) = &event.key
        {
            commands.push(SelectionCommand::Key(key.clone()));
        }
    });
}

fn paint(painter: &list::RowPainter<'_>, row: &EventRow) {
    let tokens = painter.tokens();
    let (glyph, color) = icon(row.kind, tokens);
    let (mono, body) = (type_scale::mono(), type_scale::body());
    painter.text(painter.place(12.0, 76.0), &row.time, mono, tokens.faint);
    painter.icon(painter.place(80.0, 100.0), glyph, color);
    painter.text(
        painter.place(110.0, 176.0),
        row.kind.name(),
        body.clone(),
        tokens.muted,
    );
    let text_from = if row.key.is_empty() { 180.0 } else { 424.0 };
    painter.name(painter.place(180.0, 412.0), &row.key, tokens.text);
    painter.text(
        painter.place(text_from, f32::INFINITY),
        &row.text,
        body,
        tokens.muted,
    );
}
