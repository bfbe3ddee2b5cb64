//! Which records are selected. Commands refer to rows of the listing on screen.

use vstore::Key;

use super::selected::{
    add_range, clear, move_cursor, select_key, select_range, select_row, toggle,
};
use super::{Effects, query};
use crate::command::SelectionCommand;
use crate::state::{FocusTarget, OpenStore, State};

pub(super) fn update(state: &mut State, command: SelectionCommand) -> Effects {
    let focus = match command {
        SelectionCommand::Next | SelectionCommand::Previous => Some(FocusTarget::Records),
        _ => None,
    };
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    // Choosing something else cancels waiting for the first row.
    store.search.wants_first = false;
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
            let rows = 0..store.row_count();
            select_range(store, rows);
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

/// Selects a record in its row; clears a search that hides it.
fn go_to(store: &mut OpenStore, key: Key) -> Effects {
    let is_there = store.snapshot.get(key.as_str()).is_some();
    let is_shown = store
        .listing
        .row_of(&store.snapshot, key.as_str())
        .is_some();
    let effects = if is_there && !is_shown {
        query::set_text(store, String::new())
    } else {
        Effects::new()
    };
    select_key(store, key);
    effects
}
