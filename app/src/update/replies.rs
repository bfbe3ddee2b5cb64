//! What the engine said.

use vstore::{Cause, Change, Commit, Key, Millis};

use super::{
    Effects, close, derived, file, loading, record, repair, search, security, selection, settings,
    transfer,
};
use crate::action::Action;
use crate::effect::{Discarded, Effect};
use crate::engine::{Committed, OpenedStore, Reply, Request, SealedDraft};
use crate::format;
use crate::state::{
    ActivityEvent, Column, Dialog, Draft, DraftBase, EventKind, FocusTarget, Level, OpenStore,
    Page, Problem, SaveState, State, TaskState, Ticket, Told,
};

/// A commit of more changes is not looked through change by change: that would hold up a frame.
const FEW: usize = 1_000;

pub(super) fn receive(state: &mut State, reply: Reply, now: Millis) -> Effects {
    match reply {
        Reply::Probed { path, facts } => {
            if let Page::Unlock(page) = &mut state.page
                && page.path == path
            {
                match facts {
                    Ok(facts) => {
                        page.len = Some(facts.len);
                        page.needs_key_file = Some(facts.needs_key_file);
                        // Known before a password is typed in vain.
                        if let Some(holder) = facts.holder.filter(|_| !page.read_only) {
                            page.problem = Some(Problem::OpenElsewhere(Some(holder)));
                        }
                    }
                    Err(problem) => page.problem = Some(problem),
                }
            }
            Effects::new()
        }
        Reply::Busy(ticket, phase) => {
            if state.busy == Some(ticket) {
                match &mut state.page {
                    Page::Unlock(page) => page.busy = Some(phase),
                    Page::NewDatabase(page) => page.busy = Some(phase),
                    Page::Open(store) => loading::progress(store, phase),
                    Page::Welcome => {}
                }
            }
            Effects::new()
        }
        Reply::Preview(ticket, preview) => loading::preview(state, ticket, preview, now),
        Reply::Opened(ticket, opened) => opened_store(state, ticket, *opened, now),
        Reply::NotOpened(ticket, problem) => not_opened(state, ticket, problem, now),
        Reply::Cancelled(ticket) => {
            if state.busy == Some(ticket) {
                return file::cancel_busy(state);
            }
            Effects::new()
        }
        Reply::Committed(committed) => committed_batch(state, *committed, now),
        Reply::Settled(count) => settled(state, count, now),
        Reply::Refused(words) => refused(state, &words, now),
        Reply::WriteFailed(problem) => write_failed(state, problem, now),
        Reply::ChangedElsewhere(changed) => {
            if let Some(store) = state.store_mut() {
                store.changed_elsewhere = changed;
            }
            Effects::new()
        }
        Reply::PasswordChanged(result) => password_changed(state, result, now),
        Reply::Security(reply) => security::receive(state, reply, now),
        Reply::Indexing(indexing) => search::indexing(state, indexing, now),
        Reply::CompactionAdvised => file::start_compaction(state, now),
        Reply::Locked { draft_lost } => {
            if let Some(why) = draft_lost {
                let words = format!("The open edit could not be kept: {why}");
                state.notices.push(now, Level::Error, words);
            }
            Effects::new()
        }
        Reply::Closed(result) => {
            if let Err(words) = result {
                state
                    .notices
                    .push(now, Level::Warning, format!("Closing: {words}"));
            }
            close::closed(state)
        }
        reply => task_reply(state, reply, now),
    }
}

fn task_reply(state: &mut State, reply: Reply, now: Millis) -> Effects {
    match reply {
        Reply::TaskProgress(task, phase) => {
            state
                .tasks
                .progress(task, phase.fraction(), phase.text().to_owned());
        }
        Reply::TaskDone(task, words) => {
            state.tasks.finish(task, TaskState::Finished(words));
        }
        Reply::Imported(task, report) => transfer::imported(state, task, report, now),
        Reply::Compacted(task, bytes) => {
            let words = format!("The file has {} now", format::bytes(bytes));
            state.tasks.finish(task, TaskState::Finished(words));
            if let Some(store) = state.store_mut() {
                let text = format::bytes(bytes);
                store.activity.push(ActivityEvent {
                    before: None,
                    at: now,
                    kind: EventKind::Compact,
                    key: None,
                    text,
                });
                if matches!(store.save, SaveState::Failed { .. }) {
                    store.save = SaveState::Saved { at: now };
                }
            }
        }
        Reply::Checked(task, result) => repair::checked(state, task, result),
        Reply::BackupFailed(words) => {
            let notice = "The file as it was before could not be kept as a backup";
            state.notices.push(now, Level::Warning, notice).detail = Some(words);
        }
        Reply::TaskCancelled(task) => state.tasks.finish(task, TaskState::Cancelled),
        Reply::TaskFailed(task, words) => {
            state.notices.push(now, Level::Error, words.clone());
            state.tasks.finish(task, TaskState::Failed(words));
        }
        _ => {}
    }
    Effects::new()
}

fn opened_store(state: &mut State, ticket: Ticket, opened: OpenedStore, now: Millis) -> Effects {
    if state.busy != Some(ticket) {
        // Nobody waits for it any more: keys and records are dropped again.
        return vec![Effect::Ask(Request::Lock { draft: None })];
    }
    state.busy = None;
    if opened.is_copy {
        return saved_as(state, opened, now);
    }
    state.recent = None;
    let loaded = take_loading(state, &opened);
    let OpenedStore {
        title,
        path,
        read_only,
        snapshot,
        draft,
        notes,
        ..
    } = opened;
    let is_new = loaded.is_none();
    let mut store = loaded.unwrap_or_else(|| {
        let mut store = Box::new(OpenStore::new(title, path, read_only, snapshot));
        store.columns.push(Column::Value);
        store
    });
    settings::load(&mut store);
    store.detail.draft = draft.map(|draft| unsealed(&store, draft));
    if store.detail.draft.is_some() {
        state
            .notices
            .push(now, Level::Info, "Restored an unsaved edit");
        state.focus = Some(FocusTarget::Detail);
    } else if is_new {
        state.focus = Some(FocusTarget::Records);
    }
    let text = format::counted(store.snapshot.len() as u64, "record");
    store.activity.push(ActivityEvent {
        before: None,
        at: now,
        kind: EventKind::Open,
        key: None,
        text,
    });
    for note in notes {
        state.notices.push(now, Level::Info, note);
    }
    let mut effects = file::remember(state, &store, now);
    effects.extend(derived::refresh_all(&mut store, now));
    state.page = Page::Open(store);
    if let Some(path) = state.pending_import.take() {
        effects.extend(transfer::plan_import(state, path, now));
    }
    effects
}

/// The file that was shown while it was being read.
fn take_loading(state: &mut State, opened: &OpenedStore) -> Option<Box<OpenStore>> {
    match std::mem::take(&mut state.page) {
        Page::Open(mut store) if store.loading.is_some() => {
            loading::finished(&mut store, opened);
            Some(store)
        }
        page => {
            state.page = page;
            None
        }
    }
}

fn unsealed(store: &OpenStore, sealed: SealedDraft) -> Draft {
    let record = sealed.base.and_then(|key| store.snapshot.get(key.as_str()));
    let base = record.map_or(DraftBase::New, DraftBase::Record);
    let draft = record::new_draft(base, sealed.key, sealed.text, sealed.expires_at);
    Draft {
        restored: true,
        sealed: true,
        ..draft
    }
}

fn saved_as(state: &mut State, opened: OpenedStore, now: Millis) -> Effects {
    let is_save_as = |dialog: &Dialog| matches!(dialog, Dialog::SaveAs { .. });
    let place = state.dialogs.iter().position(is_save_as);
    let then = match place.and_then(|place| state.dialogs.remove(place)) {
        Some(Dialog::SaveAs { then, .. }) => then,
        _ => None,
    };
    let Page::Open(store) = &mut state.page else {
        return Effects::new();
    };
    store.title = opened.title;
    store.path = opened.path;
    store.read_only = opened.read_only;
    store.save = SaveState::Saved { at: now };
    store.changed_elsewhere = false;
    state
        .notices
        .push(now, Level::Success, format!("Saved as {}", store.title));
    let Page::Open(store) = std::mem::take(&mut state.page) else {
        return Effects::new();
    };
    let mut effects = file::remember(state, &store, now);
    state.page = Page::Open(store);
    if let Some(then) = then {
        effects.extend(close::without_saving(state, then));
    }
    effects
}

fn not_opened(state: &mut State, ticket: Ticket, problem: Problem, now: Millis) -> Effects {
    if state.busy != Some(ticket) {
        return Effects::new();
    }
    state.busy = None;
    loading::back_to_unlock(state);
    if let Some(Dialog::SaveAs {
        busy,
        problem: shown,
        ..
    }) = state.dialogs.front_mut()
    {
        *busy = false;
        *shown = Some(problem);
        return Effects::new();
    }
    match &mut state.page {
        Page::Unlock(page) => {
            page.busy = None;
            page.attempts += 1;
            page.problem = Some(problem);
            state.focus = Some(FocusTarget::Password);
        }
        Page::NewDatabase(page) => {
            page.busy = None;
            if let Problem::AlreadyExists(path) = &problem {
                page.exists = Some(path.clone());
            }
            page.problem = Some(problem);
        }
        Page::Welcome | Page::Open(_) => {
            state.notices.push(now, Level::Error, problem.text());
        }
    }
    Effects::new()
}

fn committed_batch(state: &mut State, committed: Committed, now: Millis) -> Effects {
    let Committed {
        commit,
        snapshot,
        events,
        history,
        told,
        select,
    } = committed;
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let row_before = store.selection.cursor_row;
    let before = std::mem::replace(&mut store.snapshot, snapshot);
    store.history = history;
    for event in events {
        store.activity.push(event);
    }
    follow_renames(store, &commit);
    let cursor_went = forget_gone(store, &commit);
    follow_draft(store, &commit);
    let mut effects = Effects::new();
    if matches!(store.listing, crate::state::Listing::Everything { .. }) {
        derived::find_cursor_row(store);
    }
    effects.extend(derived::refresh_stale(store, now));
    if let Some(key) = select {
        selection::select_key(store, key);
    } else {
        selection::show_cursor(store);
        if cursor_went && commit.cause != Cause::Expired {
            let row = row_before.unwrap_or(0);
            // A result names the records that are gone until it is looked up again.
            if let Some(row) = store.listing.row_instead_of(&store.snapshot, row) {
                selection::select_row(store, row);
            }
        }
    }
    tell(state, &commit, told, now);
    effects.push(Effect::Discard(Discarded::Commit(commit, Box::new(before))));
    effects
}

/// Says what was done, unless it can be seen where it was done (an edit) or is told otherwise (an
/// import by its report, an expiry by the activity panel).
fn tell(state: &mut State, commit: &Commit, told: Told, now: Millis) {
    let changed = |change: &Change| match (&change.before, &change.after) {
        (Some(before), Some(after)) => before.value != after.value,
        _ => false,
    };
    let in_place = matches!(&*commit.changes, [change] if changed(change));
    let notices = &mut state.notices;
    match commit.cause {
        Cause::Edit if !in_place && !commit.changes.is_empty() => {
            notices.tell(now, told, Level::Success, Action::Undo);
        }
        Cause::Undo => notices.tell(now, told, Level::Info, Action::Redo),
        Cause::Redo => notices.tell(now, told, Level::Info, Action::Undo),
        Cause::Edit | Cause::Import => notices.end_tally(),
        _ => {}
    }
}

/// The selection stays on a record that got another key.
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

/// Takes records that are gone out of the selection; whether the one under the cursor went. The
/// selection names few records, a commit may change a million.
fn forget_gone(store: &mut OpenStore, commit: &Commit) -> bool {
    let is_small = commit.changes.len() <= FEW;
    if is_small && commit.changes.iter().all(|change| change.after.is_some()) {
        return false;
    }
    let (snapshot, selection) = (&store.snapshot, &mut store.selection);
    let is_gone = |key: &Key| snapshot.get(key.as_str()).is_none();
    selection.keys.retain(|key| !is_gone(key));
    selection.except.retain(|key| !is_gone(key));
    selection.anchor.take_if(|key| is_gone(key));
    let cursor_went = selection.cursor.take_if(|key| is_gone(key)).is_some();
    if cursor_went {
        selection.end_run();
    }
    cursor_went
}

/// A draft that arrived is done; one whose record somebody else changed says so.
fn follow_draft(store: &mut OpenStore, commit: &Commit) {
    let Some(draft) = &mut store.detail.draft else {
        return;
    };
    if FEW < commit.changes.len() {
        if let DraftBase::Record(record) = &draft.base {
            let now = store.snapshot.get(record.key.as_str());
            draft.outdated |= now.as_ref() != Some(record);
        }
        return;
    }
    let written = |change: &Change| {
        change.key.as_str() == draft.key
            && change.after.as_ref().map(|record| &record.value) == draft.parsed.as_ref().ok()
    };
    if draft.committing && commit.cause == Cause::Edit && commit.changes.iter().any(written) {
        store.detail.draft = None;
        return;
    }
    if let DraftBase::Record(record) = &draft.base
        && !draft.committing
        && commit.changes.iter().any(|change| change.key == record.key)
    {
        draft.outdated = true;
    }
}

fn settled(state: &mut State, count: usize, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    if let SaveState::Saving { pending } = store.save {
        store.save = match pending.saturating_sub(count) {
            0 => SaveState::Saved { at: now },
            pending => SaveState::Saving { pending },
        };
        // Nothing is written to a file that somebody else has changed.
        store.changed_elsewhere &= !matches!(store.save, SaveState::Saved { .. });
    }
    let saving = matches!(store.save, SaveState::Saving { .. });
    if let Some(draft) = store
        .detail
        .draft
        .as_mut()
        .filter(|draft| draft.committing && !saving)
    {
        // Everything was dealt with and the draft is still there: it changed nothing, or was
        // refused.
        if draft.is_dirty() {
            draft.committing = false;
        } else {
            store.detail.draft = None;
        }
    }
    close::go_on(state)
}

fn refused(state: &mut State, words: &str, now: Millis) -> Effects {
    if let Some(store) = state.store_mut() {
        store.closing = None;
        if let Some(draft) = &mut store.detail.draft {
            draft.committing = false;
        }
    }
    state
        .notices
        .push(now, Level::Warning, format!("Not changed: {words}"));
    Effects::new()
}

/// The words stay over the table until something could be written: see `panels/trouble.rs`.
fn write_failed(state: &mut State, problem: Problem, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    store.closing = None;
    if let Some(draft) = &mut store.detail.draft {
        draft.committing = false;
    }
    store.activity.push(ActivityEvent {
        before: None,
        at: now,
        kind: EventKind::Failure,
        key: None,
        text: problem.text(),
    });
    store.changed_elsewhere |= problem == Problem::ChangedElsewhere;
    store.save = SaveState::Failed { problem };
    vec![Effect::ShowWindow]
}

fn password_changed(state: &mut State, result: Result<(), Problem>, now: Millis) -> Effects {
    match result {
        Ok(()) => {
            state
                .dialogs
                .retain(|dialog| !matches!(dialog, Dialog::ChangePassword { .. }));
            state
                .notices
                .push(now, Level::Success, "The password was changed");
        }
        Err(words) => {
            if let Some(Dialog::ChangePassword { busy, problem }) = state.dialogs.front_mut() {
                *busy = false;
                *problem = Some(words);
            }
        }
    }
    Effects::new()
}

/// Frees rows that are not shown any more where it holds nobody up.
pub(super) fn discard_rows(listing: crate::state::Listing) -> Effect {
    Effect::Discard(Discarded::Listing(listing))
}
