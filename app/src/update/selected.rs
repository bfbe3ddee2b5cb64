//! Which records are selected, while rows and records change.

use std::ops::Range;

use vstore::{Cause, Commit, Key, Millis, Record};

use crate::format;
use crate::state::{Level, Listing, OpenStore, Selection, Span, State};

/// A larger range is stored by its ends instead of its keys.
const NAMED_ROWS_MAX: usize = 2_000;

/// Selects one record and nothing else, and shows it. A record that the table does not show only
/// appears in the detail panel: commands do not apply to what a search hides.
pub(super) fn select_key(store: &mut OpenStore, key: Key) {
    store.selection = Selection {
        keys: [key.clone()].into(),
        cursor: Some(key.clone()),
        anchor: Some(key),
        ..Selection::default()
    };
    find_cursor_row(store);
    hide(store);
    show_cursor(store);
}

/// Clears the selection.
pub(super) fn clear(store: &mut OpenStore) {
    store.selection = Selection::default();
    store.detail.record = None;
    store.detail.expired = None;
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

pub(super) fn toggle(store: &mut OpenStore, row: usize) {
    let Some(key) = store.listing.key_at(&store.snapshot, row) else {
        return;
    };
    store.selection.toggle(key.clone());
    store.selection.anchor = Some(key);
    move_cursor(store, row);
}

/// Adds rows to the selection. A new long range replaces an earlier one.
pub(super) fn add_range(store: &mut OpenStore, rows: Range<usize>, cursor: usize) {
    select_range(store, rows);
    move_cursor(store, cursor);
}

pub(super) fn select_range(store: &mut OpenStore, rows: Range<usize>) {
    let rows = rows.start..rows.end.min(store.row_count());
    if rows.len() <= NAMED_ROWS_MAX {
        for key in store.listing.keys(&store.snapshot, rows) {
            store.selection.add(key);
        }
    } else {
        store.selection.clear_records();
        store.selection.span = span(store, rows);
        let answer = store.search.answer.as_deref();
        let now = store.snapshot.seq();
        store.selection.is_stale = answer.is_some_and(|answer| answer.snapshot.seq() != now);
    }
}

/// A run of rows of the table.
fn span(store: &OpenStore, rows: Range<usize>) -> Option<Span> {
    match &store.listing {
        Listing::Keys(keys) => Some(Span::rows(keys.clone(), rows)),
        Listing::Everything { descending } => {
            let key_at = |row: usize| store.listing.key_at(&store.snapshot, row);
            let (first, last) = (key_at(rows.start)?, key_at(rows.end.checked_sub(1)?)?);
            let (first, last) = if *descending {
                (last, first)
            } else {
                (first, last)
            };
            Some(Span::between(store.snapshot.clone(), first, last))
        }
    }
}

/// What the new rows of the table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Every record.
    Everything,
    /// The result of the same query as before, in any order.
    Same,
    /// The result of another query.
    Other,
}

/// Adapts the selection to other rows. It keeps its records, as far as they are shown.
pub(super) fn follow_rows(store: &mut OpenStore, rows: Rows, is_whole: bool) {
    hide(store);
    let (selection, listing) = (&mut store.selection, &store.listing);
    if selection.span.is_none() {
        return;
    }
    match rows {
        Rows::Everything => selection.changed.clear(),
        // Finding out which of them the new query found would take too long for a frame.
        Rows::Other => selection.end_run_and_say_so(),
        // Some of these rows may no longer be in the result.
        Rows::Same if is_whole && selection.is_stale => selection.end_run_and_say_so(),
        Rows::Same if is_whole => {
            for key in std::mem::take(&mut selection.changed) {
                let in_run = |span: &Span| span.contains(key.as_str());
                if selection.span.as_ref().is_some_and(in_run)
                    && !listing.contains(&store.snapshot, key.as_str())
                {
                    selection.leave_out(key);
                }
            }
        }
        Rows::Same => {}
    }
}

/// Moves individually selected records that the table does not show to `hidden`, and those that it
/// shows again back.
fn hide(store: &mut OpenStore) {
    let selection = &mut store.selection;
    let all = std::mem::take(&mut selection.keys).into_iter();
    let all = all.chain(std::mem::take(&mut selection.hidden));
    let is_shown = |key: &Key| store.listing.contains(&store.snapshot, key.as_str());
    (selection.keys, selection.hidden) = all.partition(is_shown);
}

/// Adapts the selection to a commit: deleted records are deselected, and changed ones are examined
/// again when the rows are looked up.
pub(super) fn follow_commit(store: &mut OpenStore, commit: &Commit) {
    let snapshot = &store.snapshot;
    let selection = &mut store.selection;
    let is_there = |key: &Key| snapshot.get(key.as_str()).is_some();
    if !selection.hidden.is_empty() {
        selection.hidden.retain(is_there);
    }
    let Some(span) = selection.span.clone() else {
        return;
    };
    // Without a search the rows are all records, in any order.
    let shows_all = store.search.answer.is_none();
    if FEW < commit.changes.len() {
        // An import deletes nothing.
        if shows_all && commit.cause == Cause::Import {
            return;
        }
        if ends(&span).iter().any(is_there) {
            selection.end_run_and_say_so();
        } else {
            selection.end_run();
        }
        return;
    }
    for change in commit.changes.iter() {
        if change.after.is_none() {
            if span.contains(change.key.as_str()) {
                selection.leave_out(change.key.clone());
            }
        } else if !shows_all {
            selection.changed.insert(change.key.clone());
        }
    }
    if FEW < selection.changed.len() {
        selection.end_run_and_say_so();
    }
}

/// With more changes or changed records, they are not examined one by one: that would delay a
/// frame.
const FEW: usize = 1_000;

/// The first and the last record of a run.
fn ends(span: &Span) -> Vec<Key> {
    match span {
        Span::Between { first, last, .. } => vec![first.clone(), last.clone()],
        Span::Rows { keys, rows, .. } => {
            let last = rows.end.checked_sub(1).and_then(|last| keys.get(last));
            keys.get(rows.start).into_iter().chain(last).collect()
        }
    }
}

/// Reports a run of selected records that had to end.
pub(super) fn report_ended_run(state: &mut State, now: Millis) {
    let store = state.store_mut();
    if let Some(count) = store.and_then(|store| store.selection.ended.take()) {
        let records = format::counted(count as u64, "record");
        let message = format!("{records} no longer selected");
        let why = "The table now shows other rows";
        state.notices.push(now, Level::Info, message).detail = Some(why.to_owned());
    }
}

pub(super) fn move_cursor(store: &mut OpenStore, row: usize) {
    store.selection.cursor = store.listing.key_at(&store.snapshot, row);
    store.selection.cursor_row = store.selection.cursor.is_some().then_some(row);
    show_cursor(store);
}

/// Shows the current version of the record under the cursor. If it expires while it is shown, its
/// last version stays, so that it can be restored, until another record is shown.
pub(super) fn show_cursor(store: &mut OpenStore) {
    let cursor = store.selection.cursor.as_ref();
    let found = cursor.and_then(|key| store.snapshot.get(key.as_str()));
    let before = std::mem::replace(&mut store.detail.record, found);
    if store.detail.record.is_some() {
        store.detail.expired = None;
        return;
    }
    let now = store.snapshot.now();
    let is_expired = |record: &Record| record.meta.expires_at.is_some_and(|at| at <= now);
    if let Some(record) = before.filter(is_expired)
        && cursor.is_none_or(|cursor| *cursor == record.key)
    {
        store.detail.expired = Some(record);
    }
}

/// Looks up the row of the record under the cursor.
pub(super) fn find_cursor_row(store: &mut OpenStore) {
    let cursor = store.selection.cursor.as_ref();
    store.selection.cursor_row =
        cursor.and_then(|key| store.listing.row_of(&store.snapshot, key.as_str()));
}
