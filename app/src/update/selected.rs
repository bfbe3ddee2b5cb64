//! Which records are selected, while rows and records change.

use std::ops::Range;

use vstore::{Cause, Commit, Key, Millis, Record};

use crate::format;
use crate::state::{Level, Listing, OpenStore, Selection, Span, State};

/// A range of more rows is known by its ends, not key by key.
const NAMED_ROWS_MAX: usize = 2_000;

/// Selects one record and nothing else, and shows it. One that the table does not show is shown
/// beside it only: nothing is done to what a search hides.
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

/// Selects nothing.
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

/// Selects rows too. Of long ranges the last one counts.
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

/// What the rows of the table are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Every record.
    Everything,
    /// What the same question found as before, in any order.
    Same,
    /// What another question found.
    Other,
}

/// The table shows other rows. The selection stays with its records, as far as they are shown.
pub(super) fn follow_rows(store: &mut OpenStore, rows: Rows, is_whole: bool) {
    hide(store);
    let (selection, listing) = (&mut store.selection, &store.listing);
    if selection.span.is_none() {
        return;
    }
    match rows {
        Rows::Everything => selection.changed.clear(),
        // Finding out which of them another question did not find would take too long for a frame.
        Rows::Other => selection.end_run_and_say_so(),
        // Among these rows may have been some that are not found any more.
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

/// Sets aside which of the records selected one by one the table does not show, and takes back
/// which it shows again.
fn hide(store: &mut OpenStore) {
    let selection = &mut store.selection;
    let all = std::mem::take(&mut selection.keys).into_iter();
    let all = all.chain(std::mem::take(&mut selection.hidden));
    let is_shown = |key: &Key| store.listing.contains(&store.snapshot, key.as_str());
    (selection.keys, selection.hidden) = all.partition(is_shown);
}

/// Records have changed: those that went are not selected any more, and those that changed are
/// looked at again when the rows are.
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
    // Without a search the rows are all records, in whatever order.
    let shows_all = store.search.answer.is_none();
    if FEW < commit.changes.len() {
        // An import takes nothing away.
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

/// A commit of more changes, or more changed records, are not looked through one by one: that
/// would hold up a frame.
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

/// Says that a run of selected records is not selected any more, if one had to end.
pub(super) fn say_what_ended(state: &mut State, now: Millis) {
    let store = state.store_mut();
    if let Some(count) = store.and_then(|store| store.selection.ended.take()) {
        let records = format::counted(count as u64, "record");
        let words = format!("{records} no longer selected");
        let why = "The table has other rows now";
        state.notices.push(now, Level::Info, words).detail = Some(why.to_owned());
    }
}

pub(super) fn move_cursor(store: &mut OpenStore, row: usize) {
    store.selection.cursor = store.listing.key_at(&store.snapshot, row);
    store.selection.cursor_row = store.selection.cursor.is_some().then_some(row);
    show_cursor(store);
}

/// Shows the record under the cursor as it is now. One whose time ran out while it was shown is
/// still there to be brought back, until another is shown.
pub(super) fn show_cursor(store: &mut OpenStore) {
    let cursor = store.selection.cursor.as_ref();
    let found = cursor.and_then(|key| store.snapshot.get(key.as_str()));
    let before = std::mem::replace(&mut store.detail.record, found);
    if store.detail.record.is_some() {
        store.detail.expired = None;
        return;
    }
    let now = store.snapshot.now();
    let ran_out = |record: &Record| record.meta.expires_at.is_some_and(|at| at <= now);
    if let Some(record) = before.filter(ran_out)
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
