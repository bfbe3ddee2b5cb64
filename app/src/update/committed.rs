//! Applies a commit: records, selection, draft and messages follow it.

use vstore::{Cause, Change, Commit, Key, Millis, Record};

use super::{Effects, derived, selected};
use crate::effect::{Discarded, Effect};
use crate::engine::Committed;
use crate::state::{CommitSummary, DraftBase, FollowUp, Level, OpenStore, RequestId, State};

/// A commit with more changes is not examined change by change: that would delay a frame.
const FEW: usize = 1_000;

pub(super) fn receive(state: &mut State, committed: Committed, now: Millis) -> Effects {
    let Committed {
        commit,
        snapshot,
        events,
        history,
        summary,
        select,
        request,
    } = committed;
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    if snapshot.seq() < store.snapshot.seq() {
        // A late answer: the records on screen are newer.
        return Effects::new();
    }
    let row_before = store.selection.cursor_row;
    let before = std::mem::replace(&mut store.snapshot, snapshot);
    store.history = history;
    for event in events {
        store.activity.push(event);
    }
    follow_renames(store, &commit);
    let cursor_went = forget_gone(store, &commit);
    selected::follow_commit(store, &commit);
    follow_draft(store, &commit, request);
    let mut effects = Effects::new();
    if matches!(store.listing, crate::state::Listing::Everything { .. }) {
        selected::find_cursor_row(store);
    }
    effects.extend(derived::refresh_stale(store, now));
    if let Some(key) = select {
        selected::select_key(store, key);
    } else {
        selected::show_cursor(store);
        if cursor_went && commit.cause != Cause::Expired {
            let row = row_before.unwrap_or(0);
            // A search result still lists deleted records until it is looked up again.
            if let Some(row) = store.listing.row_instead_of(&store.snapshot, row) {
                selected::select_row(store, row);
            }
        }
    }
    report(state, &commit, summary, now);
    effects.push(Effect::Discard(Discarded::Commit(commit, Box::new(before))));
    effects
}

/// Shows a message about a commit, unless its effect is on screen (an edit) or reported elsewhere
/// (an import in its report, expiry in the activity panel).
fn report(state: &mut State, commit: &Commit, summary: CommitSummary, now: Millis) {
    let changed = |change: &Change| match (&change.before, &change.after) {
        (Some(before), Some(after)) => before.value != after.value,
        _ => false,
    };
    let in_place = matches!(&*commit.changes, [change] if changed(change));
    let notices = &mut state.notices;
    match commit.cause {
        Cause::Edit if !in_place && !commit.changes.is_empty() => {
            notices.report(now, summary, Level::Success, FollowUp::Undo);
        }
        Cause::Undo => notices.report(now, summary, Level::Info, FollowUp::Redo),
        Cause::Redo => notices.report(now, summary, Level::Info, FollowUp::Undo),
        Cause::Edit | Cause::Import => notices.end_tally(),
        _ => {}
    }
}

/// Keeps the selection on a renamed record.
fn follow_renames(store: &mut OpenStore, commit: &Commit) {
    let [first, second] = &*commit.changes else {
        return;
    };
    let (gone, new) = if first.after.is_none() {
        (first, second)
    } else {
        (second, first)
    };
    let (Some(before), Some(after)) = (&gone.before, &new.after) else {
        return;
    };
    let renamed = gone.after.is_none()
        && new.before.is_none()
        && before.meta.created_at == after.meta.created_at;
    if renamed && store.selection.keys.remove(&gone.key) {
        store.selection.keys.insert(new.key.clone());
    }
    for place in [&mut store.selection.cursor, &mut store.selection.anchor] {
        if renamed && place.as_ref() == Some(&gone.key) {
            *place = Some(new.key.clone());
        }
    }
}

/// Removes deleted records from the selection; returns whether the one under the cursor was
/// deleted. The selection names few records, whereas a commit may change a million.
fn forget_gone(store: &mut OpenStore, commit: &Commit) -> bool {
    let is_small = commit.changes.len() <= FEW;
    if is_small && commit.changes.iter().all(|change| change.after.is_some()) {
        return false;
    }
    let (snapshot, selection) = (&store.snapshot, &mut store.selection);
    let is_gone = |key: &Key| snapshot.get(key.as_str()).is_none();
    selection.keys.retain(|key| !is_gone(key));
    selection.anchor.take_if(|key| is_gone(key));
    selection.cursor.take_if(|key| is_gone(key)).is_some()
}

/// Closes a draft that was saved, and marks one whose record someone else changed.
fn follow_draft(store: &mut OpenStore, commit: &Commit, request: Option<RequestId>) {
    let Some(draft) = &mut store.detail.draft else {
        return;
    };
    if draft.committing.is_some() && draft.committing == request.map(|id| id.number) {
        let after = store.snapshot.get(&draft.key);
        let is_whole = after.as_ref().is_some_and(|record| {
            draft.parsed.as_ref() == Ok(&record.value) && draft.expires_at == record.meta.expires_at
        });
        if is_whole {
            store.detail.draft = None;
        } else if let Some(record) = written_record(commit) {
            // More was typed while it was being saved.
            draft.base = DraftBase::Record(record);
            draft.committing = None;
            draft.not_written = false;
        }
        return;
    }
    if FEW < commit.changes.len() {
        if let DraftBase::Record(record) = &draft.base {
            let now = store.snapshot.get(record.key.as_str());
            draft.outdated |= now.as_ref() != Some(record);
        }
        return;
    }
    if let DraftBase::Record(record) = &draft.base
        && commit.changes.iter().any(|change| change.key == record.key)
    {
        draft.outdated = true;
    }
}

/// The record that a commit wrote, if it wrote one.
fn written_record(commit: &Commit) -> Option<Record> {
    let mut written = commit
        .changes
        .iter()
        .filter_map(|change| change.after.clone());
    let first = written.next()?;
    written.next().is_none().then_some(first)
}
