//! The changes to the record since the database was opened.

use egui::{Align, Rect, Role, ScrollArea, Sense, Ui, vec2};
use jiff::tz::TimeZone;
use vstore::Key;

use crate::command::{Commands, RecordCommand};
use crate::format;
use crate::state::{Activity, EventKind};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::StoreView;
use crate::widgets::button::Button;
use crate::widgets::field;

const ROW: f32 = 44.0;

/// One change of the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HistoryRow {
    pub(super) when: String,
    pub(super) kind: EventKind,
    /// `seen: false → true`.
    pub(super) text: String,
    /// The value before this change, which can be restored.
    pub(super) restore: Option<vstore::Record>,
}

/// The changes of one record, newest first.
pub(super) fn history_of(activity: &Activity, key: &Key, zone: &TimeZone) -> Vec<HistoryRow> {
    let events = activity
        .iter()
        .filter(|event| event.key.as_ref() == Some(key));
    let rows = events.map(|event| HistoryRow {
        when: format::time_of_day(event.at, zone),
        kind: event.kind,
        text: event.text.clone(),
        restore: event.before.as_deref().cloned(),
    });
    rows.collect()
}

pub(super) const fn icon(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Open => icons::FOLDER_OPEN,
        EventKind::Add => icons::PLUS,
        EventKind::Set => icons::PENCIL_SIMPLE,
        EventKind::Rename => icons::TEXT_AA,
        EventKind::Delete => icons::TRASH,
        EventKind::Expire => icons::TIMER,
        EventKind::Import => icons::DOWNLOAD_SIMPLE,
        EventKind::Undo => icons::ARROW_COUNTER_CLOCKWISE,
        EventKind::Redo => icons::ARROW_CLOCKWISE,
        EventKind::Compact => icons::FLOPPY_DISK,
        EventKind::Failure => icons::WARNING_CIRCLE,
    }
}

pub(super) fn history_ui(
    ui: &mut Ui,
    rows: &[HistoryRow],
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    if rows.is_empty() {
        ui.add_space(metrics::SPACE_12);
        let text = "This record has not changed since the database was opened.";
        field::explanation(ui, text);
        return;
    }
    let writable = view.read_only_reason().is_none();
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, row) in rows.iter().enumerate().skip(range.start).take(range.len()) {
                history_row(ui, index, row, writable, commands);
            }
        });
}

fn history_row(
    ui: &mut Ui,
    index: usize,
    row: &HistoryRow,
    writable: bool,
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Row);
        node.set_label(format!("{} {} {}", row.when, row.kind.name(), row.text));
    });
    paint::line_below(ui.painter(), rect, tokens.row_line);
    let mark = rect.with_max_x(rect.left() + 24.0);
    paint::icon(ui.painter(), mark, icon(row.kind), 15.0, tokens.muted);
    let mut room = rect.with_min_x(rect.left() + 28.0).shrink2(vec2(0.0, 4.0));
    if let Some(before) = row.restore.as_ref().filter(|_| writable) {
        let place = Rect::from_min_max(
            egui::pos2(rect.right() - 76.0, rect.top() + 7.0),
            rect.max - vec2(0.0, 7.0),
        );
        let mut child = ui.new_child(
            egui::UiBuilder::new()
                .id_salt(("restore", index))
                .max_rect(place),
        );
        let hint = "Restore the value from before this change";
        if Button::ghost("Restore")
            .hint(hint)
            .show(&mut child)
            .clicked()
        {
            commands.push(RecordCommand::Put {
                key: before.key.clone(),
                value: before.value.clone(),
                expires_at: before.meta.expires_at,
            });
        }
        room = room.with_max_x(place.left() - metrics::SPACE_4);
    }
    let (above, below) = room.split_top_bottom_at_fraction(0.5);
    let words = format!("{}  {}", row.when, row.kind.name());
    let text = type_scale::tabular(ui, &words, type_scale::small(), tokens.muted);
    paint::text_in(ui.painter(), above, Align::Min, text);
    let text = type_scale::line(
        ui,
        &row.text,
        type_scale::mono(),
        tokens.text,
        below.width(),
    );
    paint::text_in(ui.painter(), below, Align::Min, text);
}
