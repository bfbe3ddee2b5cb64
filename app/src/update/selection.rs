//! Which records are selected. Commands name rows of the listing that was on screen.

use std::ops::Range;

use vstore::Key;

use super::{Effects, derived, search};
use crate::command::SelectionCommand;
use crate::state::{FocusTarget, Listing, OpenStore, Selection, Span, State};

/// A range of more rows is known by its ends, not key by key.
const NAMED_ROWS_MAX: usize = 2_000;

pub(super) fn update(state: &mut State, command: SelectionCommand) -> Effects {
    let focus = match command {
        SelectionCommand::Next | SelectionCommand::Previous => Some(FocusTarget::Records),
        _ => None,
    };
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    match command {
        SelectionCommand::Only(row) => select_row(store, row),
        SelectionCommand::Key(key) => select_key(store, key),
        SelectionCommand::GoTo(key) => {
            let effects = go_to(store, key);
            state.focus = Some(FocusTarget::Records);
            return effects;
        }
        SelectionCommand::Toggle(row) => toggle(store, row),
        SelectionCommand::Range(rows, cursor) => {
            store.selection.clear_records();
            add_range(store, rows, cursor);
        }
        SelectionCommand::AddRange(rows, cursor) => add_range(store, rows, cursor),
        SelectionCommand::Cursor(row) => move_cursor(store, row),
        SelectionCommand::All => {
            store.selection.clear_records();
            store.selection.all = store.row_count() > 0;
        }
        SelectionCommand::None => clear(store),
        SelectionCommand::Next => {
            let next = store.selection.cursor_row.map_or(0, |row| row + 1);
            select_row(store, next.min(store.row_count().saturating_sub(1)));
        }
        SelectionCommand::Previous => {
            let before = store
                .selection
                .cursor_row
                .map_or(0, |row| row.saturating_sub(1));
            select_row(store, before);
        }
    }
    if focus.is_some() {
        state.focus = focus;
    }
    Effects::new()
}

/// Selects one record and nothing else, and shows it.
pub(super) fn select_key(store: &mut OpenStore, key: Key) {
    store.selection = Selection {
        keys: [key.clone()].into(),
        cursor: Some(key.clone()),
        anchor: Some(key),
        ..Selection::default()
    };
    derived::find_cursor_row(store);
    show_cursor(store);
}

/// Selects a record where its row is; a search that did not find it would hide it.
fn go_to(store: &mut OpenStore, key: Key) -> Effects {
    let is_there = store.snapshot.get(key.as_str()).is_some();
    let is_shown = store
        .listing
        .row_of(&store.snapshot, key.as_str())
        .is_some();
    let effects = if is_there && !is_shown {
        search::set_text(store, String::new())
    } else {
        Effects::new()
    };
    select_key(store, key);
    effects
}

/// Selects nothing.
pub(super) fn clear(store: &mut OpenStore) {
    store.selection = Selection::default();
    store.detail.record = None;
}

pub(super) fn select_row(store: &mut OpenStore, row: usize) {
    if let Some(key) = store.listing.key_at(&store.snapshot, row) {
        let cursor_row = Some(row);
        store.selection = Selection {
            keys: [key.clone()].into(),
            cursor: Some(key.clone()),
            anchor: Some(key),
            cursor_row,
            ..Selection::default()
        };
        show_cursor(store);
    }
}

fn toggle(store: &mut OpenStore, row: usize) {
    let Some(key) = store.listing.key_at(&store.snapshot, row) else {
        return;
    };
    store.selection.toggle(row, key.clone());
    store.selection.anchor = Some(key);
    move_cursor(store, row);
}

/// Selects rows too. Of long ranges the last one counts.
fn add_range(store: &mut OpenStore, rows: Range<usize>, cursor: usize) {
    let rows = rows.start..rows.end.min(store.row_count());
    if rows.len() <= NAMED_ROWS_MAX {
        let keys = store.listing.keys(&store.snapshot, rows.clone());
        for (row, key) in rows.zip(keys) {
            store.selection.add(row, key);
        }
    } else {
        store.selection.clear_records();
        store.selection.span = span(store, rows);
    }
    move_cursor(store, cursor);
}

/// A run of rows of the table.
fn span(store: &OpenStore, rows: Range<usize>) -> Option<Span> {
    match &store.listing {
        Listing::Keys(keys) => Some(Span::Rows {
            keys: keys.clone(),
            rows,
        }),
        Listing::Everything { descending } => {
            let key_at = |row: usize| store.listing.key_at(&store.snapshot, row);
            let (first, last) = (key_at(rows.start)?, key_at(rows.end.checked_sub(1)?)?);
            let (first, last) = if *descending {
                (last, first)
            } else {
                (first, last)
            };
            Some(Span::Between { first, last })
        }
    }
}

fn move_cursor(store: &mut OpenStore, row: usize) {
    store.selection.cursor = store.listing.key_at(&store.snapshot, row);
    store.selection.cursor_row = store.selection.cursor.is_some().then_some(row);
    show_cursor(store);
}

/// Shows the record under the cursor as it is now.
pub(super) fn show_cursor(store: &mut OpenStore) {
    let cursor = store.selection.cursor.as_ref();
    store.detail.record = cursor.and_then(|key| store.snapshot.get(key.as_str()));
}
