//! What the engine said.

use std::path::PathBuf;

use vstore::{Cause, Change, Commit, Key, Millis, Record};

use super::{
    Effects, close, derived, file, loading, open, record, repair, search, security, selection,
    settings, transfer, unsaved,
};
use crate::effect::{Discarded, Effect};
use crate::engine::{Answer, Committed, FileFacts, OpenedStore, Reply, Request, SealedDraft};
use crate::format;
use crate::state::{
    ActivityEvent, BusyPhase, Column, CommitSummary, Dialog, Draft, DraftBase, EventKind,
    FocusTarget, FollowUp, Level, OpenStore, Page, Problem, RequestId, SaveState, State, TaskState,
    Ticket,
};

/// A commit of more changes is not looked through change by change: that would hold up a frame.
const FEW: usize = 1_000;

/// Takes in an answer, unless it is about a database that is not open any more: those that matter
/// all the same name what they are about themselves (a path, an attempt, a task).
pub(super) fn receive(state: &mut State, answer: Answer, now: Millis) -> Effects {
    let Answer { session, reply } = answer;
    let is_stale = session.is_some() && session != state.session();
    if is_stale && is_about_open(&reply) {
        return Effects::new();
    }
    match reply {
        Reply::Probed { path, facts } => probed(state, path, facts),
        Reply::Busy(ticket, phase) => {
            busy(state, ticket, phase);
            Effects::new()
        }
        Reply::Preview(ticket, preview) => loading::preview(state, ticket, preview, now),
        Reply::Opened(_, opened) if opened.is_copy => saved_as(state, *opened, now),
        Reply::Opened(ticket, opened) => opened_store(state, ticket, *opened, now),
        Reply::NotOpened(ticket, problem) => not_opened(state, ticket, problem, now),
        Reply::Cancelled(ticket) => {
            if state.busy == Some(ticket) {
                return file::cancel_busy(state);
            }
            Effects::new()
        }
        Reply::Committed(committed) => committed_batch(state, *committed, now),
        Reply::Settled(id, outcome) => unsaved::settled(state, id, outcome, now),
        Reply::Refused(words) => {
            let words = format!("Not changed: {words}");
            state.notices.push(now, Level::Warning, words);
            Effects::new()
        }
        Reply::WriteFailed(problem) => match state.store_mut() {
            Some(store) => unsaved::write_failed(store, &problem, now),
            None => Effects::new(),
        },
        Reply::PasswordChanged(result) => password_changed(state, result, now),
        Reply::Security(reply) => security::receive(state, reply, now),
        Reply::Indexing(indexing) => search::indexing(state, indexing, now),
        Reply::CompactionAdvised => file::start_compaction(state, now),
        Reply::Locked { lost, path } => {
            let effects = locked(state, session, path, now);
            if let Some(why) = lost {
                let words = format!("Not everything that was unsaved could be kept: {why}");
                state.notices.push(now, Level::Error, words);
            }
            effects
        }
        Reply::NotClosed => close::not_closed(state),
        Reply::Closed(result) => {
            if let Err(words) = result {
                state
                    .notices
                    .push(now, Level::Warning, format!("Closing: {words}"));
            }
            close::closed(state)
        }
        reply => {
            if let Some(reply) = fact(state, reply, now) {
                task_reply(state, reply, now);
            }
            Effects::new()
        }
    }
}

/// What a file says about itself: for the page that asks for its password, or for an opening that
/// waits for it.
fn probed(state: &mut State, path: PathBuf, facts: Result<FileFacts, Problem>) -> Effects {
    let Page::Unlock(page) = &mut state.page else {
        return open::probed(state, &path, facts);
    };
    if page.path != path {
        return open::probed(state, &path, facts);
    }
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
    Effects::new()
}

/// How far opening, creating or saving is.
fn busy(state: &mut State, ticket: Ticket, phase: BusyPhase) {
    if state.busy == Some(ticket) {
        match &mut state.page {
            Page::Unlock(page) => page.busy = Some(phase),
            Page::NewDatabase(page) => page.busy = Some(phase),
            Page::Open(store) => loading::progress(store, phase),
            Page::Welcome => {}
        }
    }
}

/// Takes in what the engine says of the state of things; returns what is none of that.
fn fact(state: &mut State, reply: Reply, now: Millis) -> Option<Reply> {
    match (reply, state.store_mut()) {
        (Reply::KeptAside(kept), _) => state.kept_aside = kept,
        (Reply::Unsaved(unsaved), Some(store)) => unsaved::reported(store, unsaved, now),
        (Reply::ChangedElsewhere(changed), Some(store)) => store.changed_elsewhere = changed,
        (Reply::ClockSuspect(suspect), Some(store)) => {
            // What expired since is asked about anew.
            store.keeps_expired = false;
            store.clock_suspect = suspect;
        }
        (reply, _) => return Some(reply),
    }
    None
}

/// The engine has locked a file. It may be a copy that was finished just before: then the page
/// asks for that one.
fn locked(
    state: &mut State,
    session: Option<Ticket>,
    path: Option<PathBuf>,
    now: Millis,
) -> Effects {
    let Some((_, shown)) = state
        .locking
        .take_if(|(locking, _)| Some(*locking) == session)
    else {
        return Effects::new();
    };
    if let Page::Unlock(page) = &mut state.page
        && state.busy.is_none()
    {
        page.busy = None;
    }
    let Some(path) = path.filter(|path| *path != shown) else {
        return Effects::new();
    };
    let words = format!("Saved as {} before it was locked", path.display());
    state.notices.push(now, Level::Info, words);
    state.prefs.remember(path.clone(), now.0);
    match &mut state.page {
        Page::Unlock(page) if page.path == shown && state.busy.is_none() => {
            page.path.clone_from(&path);
            vec![file::probe(path)]
        }
        _ => Effects::new(),
    }
}

/// Whether a reply makes sense only for the database that it is about.
const fn is_about_open(reply: &Reply) -> bool {
    match reply {
        Reply::Committed(_)
        | Reply::Settled(..)
        | Reply::Refused(_)
        | Reply::WriteFailed(_)
        | Reply::Unsaved(_)
        | Reply::ChangedElsewhere(_)
        | Reply::ClockSuspect(_)
        | Reply::Indexing(_)
        | Reply::CompactionAdvised
        | Reply::PasswordChanged(_)
        | Reply::Security(_)
        | Reply::BackupFailed(_)
        | Reply::NotClosed
        | Reply::Closed(_) => true,
        Reply::Probed { .. }
        | Reply::Busy(..)
        | Reply::Preview(..)
        | Reply::Opened(..)
        | Reply::NotOpened(..)
        | Reply::Cancelled(_)
        | Reply::TaskProgress(..)
        | Reply::TaskDone(..)
        | Reply::Imported(..)
        | Reply::Compacted(..)
        | Reply::Checked(..)
        | Reply::TaskCancelled(_)
        | Reply::TaskFailed(..)
        | Reply::KeptAside(_)
        | Reply::Locked { .. } => false,
    }
}

fn task_reply(state: &mut State, reply: Reply, now: Millis) {
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
}

fn opened_store(state: &mut State, ticket: Ticket, opened: OpenedStore, now: Millis) -> Effects {
    let is_loading = state.store().is_some_and(|store| store.loading.is_some());
    if state.session() == Some(ticket) && !is_loading {
        // It is on screen already.
        return Effects::new();
    }
    if state.busy != Some(ticket) {
        // Nobody waits for it any more: keys and records are dropped again.
        let id = RequestId {
            session: ticket,
            number: 0,
        };
        return vec![Effect::AskOf(id, Request::Lock { draft: None })];
    }
    state.busy = None;
    state.recent = None;
    let loaded = take_loading(state, &opened);
    let OpenedStore {
        title,
        path,
        read_only,
        snapshot,
        draft,
        notes,
        standing,
        session,
        key_file,
        ..
    } = opened;
    let is_new = loaded.is_none();
    let mut store = loaded.unwrap_or_else(|| {
        let mut store = Box::new(OpenStore::new(title, path, read_only, snapshot));
        store.columns.push(Column::Value);
        store
    });
    store.session = session;
    store.key_file = key_file;
    store.standing = standing;
    settings::load(&mut store);
    let mut asked = Effects::new();
    match draft.map(|draft| unsealed(&store, draft)) {
        // It was written after it was sealed: nothing is left to do.
        Some(draft) if is_written(&store, &draft) => {
            asked.extend(record::ask(&mut store, Request::ForgetDraft));
        }
        draft => store.detail.draft = draft,
    }
    if let Some(draft) = &store.detail.draft {
        if let DraftBase::Record(record) = &draft.base {
            let key = record.key.clone();
            selection::select_key(&mut store, key);
        }
        state.prefs.layout.right = true;
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
    effects.extend(asked);
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

/// Whether the records hold what a draft says.
fn is_written(store: &OpenStore, draft: &Draft) -> bool {
    let record = store.snapshot.get(&draft.key);
    record.is_some_and(|record| {
        draft.parsed.as_ref() == Ok(&record.value) && draft.expires_at == record.meta.expires_at
    })
}

/// The engine goes on with a copy. That is so whether or not somebody still waits for it: an attempt
/// that was cancelled too late is told as it ended.
fn saved_as(state: &mut State, opened: OpenedStore, now: Millis) -> Effects {
    if state.session() != Some(opened.session) {
        return Effects::new();
    }
    let is_attempt_over = state.busy.is_none();
    state.busy = None;
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
    store.key_file = opened.key_file;
    store.read_only = opened.read_only;
    store.changed_elsewhere = false;
    // What waits is in the copy as well: the engine says so next.
    store.save = SaveState::Saved { at: now };
    unsaved::refresh(store, Some(now));
    let mut asked = Effects::new();
    if store
        .detail
        .draft
        .as_ref()
        .is_some_and(|draft| draft.not_written)
    {
        asked.extend(record::commit_draft(store));
    }
    let words = if is_attempt_over {
        format!("Saved as {}: it was too late to cancel", store.title)
    } else {
        format!("Saved as {}", store.title)
    };
    state.notices.push(now, Level::Success, words);
    let Page::Open(store) = std::mem::take(&mut state.page) else {
        return Effects::new();
    };
    let mut effects = file::remember(state, &store, now);
    effects.extend(asked);
    state.page = Page::Open(store);
    if let Some(then) = then {
        effects.extend(close::request(state, then));
    }
    effects
}

fn not_opened(state: &mut State, ticket: Ticket, problem: Problem, now: Millis) -> Effects {
    if state.busy != Some(ticket) {
        return Effects::new();
    }
    state.busy = None;
    loading::back_to_unlock(state);
    if matches!(state.page, Page::Open(_))
        && let Some(Dialog::SaveAs {
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
        summary,
        select,
        request,
    } = committed;
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    if snapshot.seq() < store.snapshot.seq() {
        // An answer that comes late: what is on screen is newer.
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
    selection::follow_commit(store, &commit);
    follow_draft(store, &commit, request);
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
    report(state, &commit, summary, now);
    effects.push(Effect::Discard(Discarded::Commit(commit, Box::new(before))));
    effects
}

/// Shows a message about a commit, unless its effect is on screen (an edit) or something else
/// reports it (an import its report, an expiry the activity panel).
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
    selection.anchor.take_if(|key| is_gone(key));
    selection.cursor.take_if(|key| is_gone(key)).is_some()
}

/// A draft that arrived is done; one whose record somebody else changed says so.
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
            // More was typed while it was on its way.
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
