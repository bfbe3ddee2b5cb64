//! Applies the replies of the engine.

use std::path::PathBuf;

use vstore::Millis;

use super::{
    Effects, close, committed, file, loading, open, opened, pages, repair, search, security,
    transfer, unsaved,
};
use crate::effect::{Discarded, Effect};
use crate::engine::{Answer, FileFacts, Reply};
use crate::format;
use crate::state::{
    ActivityEvent, BusyPhase, Dialog, EventKind, Level, Page, Problem, State, TaskState, Ticket,
};

/// Applies a reply, unless it is about a database that is no longer open. Replies that matter
/// regardless identify their subject themselves (a path, an attempt, a task).
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
        Reply::Opened(_, opened) if opened.is_copy => opened::saved_as(state, *opened, now),
        Reply::Opened(ticket, opened) => opened::opened_store(state, ticket, *opened, now),
        Reply::NotOpened(ticket, problem) => opened::not_opened(state, ticket, problem, now),
        Reply::Cancelled(ticket) => {
            if state.busy == Some(ticket) {
                return pages::cancel_busy(state);
            }
            Effects::new()
        }
        Reply::Committed(committed) => committed::receive(state, *committed, now),
        Reply::Settled(id, outcome) => unsaved::settled(state, id, outcome, now),
        Reply::Refused(message) => {
            let message = format!("Not changed: {message}");
            state.notices.push(now, Level::Warning, message);
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
                let message = format!("Some unsaved changes could not be kept: {why}");
                state.notices.push(now, Level::Error, message);
            }
            effects
        }
        Reply::NotClosed => close::not_closed(state),
        Reply::Closed(result) => {
            if let Err(message) = result {
                state
                    .notices
                    .push(now, Level::Warning, format!("Closing: {message}"));
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

/// The facts about a file: for the page that asks for its password, or for an opening that waits
/// for them.
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
            // Shown before a password is typed in vain.
            if let Some(holder) = facts.holder.filter(|_| !page.read_only) {
                page.problem = Some(Problem::OpenElsewhere(Some(holder)));
            }
        }
        Err(problem) => page.problem = Some(problem),
    }
    Effects::new()
}

/// The progress of opening, creating or saving.
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

/// Applies a reply about the state of the database; returns any other reply.
fn fact(state: &mut State, reply: Reply, now: Millis) -> Option<Reply> {
    match (reply, state.store_mut()) {
        (Reply::KeptAside(kept), _) => state.kept_aside = kept,
        (Reply::Unsaved(unsaved), Some(store)) => unsaved::reported(store, unsaved, now),
        (Reply::ChangedElsewhere(changed), Some(store)) => store.changed_elsewhere = changed,
        (Reply::ClockSuspect(suspect), Some(store)) => {
            // The user is asked again about records that have expired since.
            store.keeps_expired = false;
            store.clock_suspect = suspect;
        }
        (reply, _) => return Some(reply),
    }
    None
}

/// The engine has locked a file. If that is a copy finished just before, the page asks for its
/// password instead.
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
    let message = format!("Saved as {} before it was locked", path.display());
    state.notices.push(now, Level::Info, message);
    state.prefs.remember(path.clone(), now.0);
    match &mut state.page {
        Page::Unlock(page) if page.path == shown && state.busy.is_none() => {
            page.path.clone_from(&path);
            vec![pages::probe(path)]
        }
        _ => Effects::new(),
    }
}

/// Whether a reply is meaningful only for the database that it is about.
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
        Reply::TaskDone(task, message) => {
            state.tasks.finish(task, TaskState::Finished(message));
        }
        Reply::Imported(task, report) => transfer::imported(state, task, report, now),
        Reply::Compacted(task, bytes) => {
            let message = format!("The file now has {}", format::bytes(bytes));
            state.tasks.finish(task, TaskState::Finished(message));
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
        Reply::BackupFailed(message) => {
            let notice = "The previous version of the file could not be kept as a backup";
            state.notices.push(now, Level::Warning, notice).detail = Some(message);
        }
        Reply::TaskCancelled(task) => state.tasks.finish(task, TaskState::Cancelled),
        Reply::TaskFailed(task, message) => {
            state.notices.push(now, Level::Error, message.clone());
            state.tasks.finish(task, TaskState::Failed(message));
        }
        _ => {}
    }
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
        Err(cause) => {
            if let Some(Dialog::ChangePassword { busy, problem }) = state.dialogs.front_mut() {
                *busy = false;
                *problem = Some(cause);
            }
        }
    }
    Effects::new()
}

/// Frees rows that are no longer shown, on another thread.
pub(super) fn discard_rows(listing: crate::state::Listing) -> Effect {
    Effect::Discard(Discarded::Listing(listing))
}
