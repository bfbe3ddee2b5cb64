//! Which records are selected. Commands name rows of the listing that was on screen.

use std::ops::Range;

use vstore::Key;

use super::{Effects, derived, search};
use crate::command::SelectionCommand;
use crate::state::{FocusTarget, OpenStore, Selection, State};

/// How many rows a range selects at most; more are selected with "Select all".
const RANGE_ROWS_MAX: usize = 200_000;

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
            store.selection.all = false;
            store.selection.keys.clear();
            add_range(store, rows, cursor);
        }
        SelectionCommand::AddRange(rows, cursor) => add_range(store, rows, cursor),
        SelectionCommand::Cursor(row) => move_cursor(store, row),
        SelectionCommand::All => {
            store.selection.all = store.row_count() > 0;
            store.selection.keys.clear();
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
            all: false,
        };
        show_cursor(store);
    }
}

fn toggle(store: &mut OpenStore, row: usize) {
    let Some(key) = store.listing.key_at(&store.snapshot, row) else {
        return;
    };
    if std::mem::take(&mut store.selection.all) {
        // Taking one row out of "all" leaves the rows on record, as far as a range may go.
        let rows = 0..store.row_count().min(RANGE_ROWS_MAX);
        store.selection.keys = keys(store, rows);
    }
    if !store.selection.keys.remove(&key) {
        store.selection.keys.insert(key.clone());
    }
    store.selection.anchor = Some(key);
    move_cursor(store, row);
}

fn add_range(store: &mut OpenStore, rows: Range<usize>, cursor: usize) {
    let rows = rows.start..rows.end.min(rows.start.saturating_add(RANGE_ROWS_MAX));
    let mut added = keys(store, rows);
    store.selection.all = false;
    store.selection.keys.append(&mut added);
    move_cursor(store, cursor);
}

fn keys(store: &OpenStore, rows: Range<usize>) -> std::collections::BTreeSet<Key> {
    let keys = store.listing.keys(&store.snapshot, rows);
    keys.into_iter().collect()
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
