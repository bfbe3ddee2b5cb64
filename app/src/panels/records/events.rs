//! Turns the user's actions on the table into commands.

use super::columns::ColumnData;
use crate::command::{
    Commands, LayoutCommand, RecordCommand, SearchCommand, SelectionCommand, SettingsCommand,
};
use crate::state::{FocusTarget, PanelSide};
use crate::view::StoreView;
use crate::widgets::table::TableEvent;

/// Queues the commands of an event. `key_of` returns the key of a visible row.
pub(super) fn apply(
    event: &TableEvent,
    caret: Option<usize>,
    columns: &[ColumnData],
    view: StoreView<'_>,
    commands: &mut Commands,
) {
    let range = |range: &std::ops::Range<usize>| (range.clone(), caret.unwrap_or(range.start));
    match event {
        TableEvent::Select(row) => commands.push(SelectionCommand::Only(*row)),
        TableEvent::Toggle(row) => commands.push(SelectionCommand::Toggle(*row)),
        TableEvent::SelectRange(rows) => {
            let (rows, cursor) = range(rows);
            commands.push(SelectionCommand::Range(rows, cursor));
        }
        TableEvent::AddRange(rows) => {
            let (rows, cursor) = range(rows);
            commands.push(SelectionCommand::AddRange(rows, cursor));
        }
        TableEvent::SelectAll => commands.push(SelectionCommand::All),
        TableEvent::Caret(row) => commands.push(SelectionCommand::Cursor(*row)),
        TableEvent::Activate(row) => activate(*row, view, commands),
        TableEvent::Sort(column) => {
            if let Some(sort) = columns.get(*column).and_then(ColumnData::next_sort) {
                commands.push(SearchCommand::Sort(sort));
            }
        }
        TableEvent::Resize(index, width) => {
            if let Some(column) = columns.get(*index) {
                let (column, width) = (column.kind.clone(), *width);
                commands.push(SettingsCommand::ResizeColumn { column, width });
            }
        }
        // The menus are attached to the responses.
        TableEvent::ColumnMenu(_) | TableEvent::RowMenu(_) => {}
    }
}

/// A double click or Enter edits the record; if it cannot be edited, it is shown instead.
fn activate(row: usize, view: StoreView<'_>, commands: &mut Commands) {
    commands.push(SelectionCommand::Only(row));
    let key = view.store.listing.key_at(view.snapshot(), row);
    match key {
        Some(key) if !view.store.read_only => {
            show_detail(view, commands);
            commands.push(RecordCommand::Edit(key));
        }
        _ => open(view, commands),
    }
}

/// Shows the record under the cursor in the detail panel, and focuses that.
pub(super) fn open(view: StoreView<'_>, commands: &mut Commands) {
    show_detail(view, commands);
    commands.push(LayoutCommand::Focus(FocusTarget::Detail));
}

fn show_detail(view: StoreView<'_>, commands: &mut Commands) {
    if !view.app.prefs.layout.right {
        commands.push(LayoutCommand::Toggle(PanelSide::Right));
    }
}
