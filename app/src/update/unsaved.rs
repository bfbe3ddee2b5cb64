//! Changes that are not in the file: reported by the engine, pending requests of the window, and
//! the edit in the editor. Only this module decides whether everything is saved.

use vstore::Millis;

use super::{Effects, close, record, saving};
use crate::effect::Effect;
use crate::engine::Outcome;
use crate::state::{ActivityEvent, EventKind, OpenStore, Problem, RequestId, State, Unsaved};

/// Handles a settled request.
pub(super) fn settled(state: &mut State, id: RequestId, outcome: Outcome, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let was_pending = store.pending.remove(&id.number);
    if was_pending && outcome == Outcome::Done {
        // The engine would not have written to a file changed by another program.
        store.changed_elsewhere = false;
    }
    saving::refresh(store, Some(now));
    if let Some(draft) = &mut store.detail.draft
        && draft.committing == Some(id.number)
    {
        // If it had been committed, its commit would have closed it.
        draft.committing = None;
        draft.not_written = matches!(outcome, Outcome::NotWritten | Outcome::Crashed);
        if outcome == Outcome::Done && !draft.is_dirty() {
            store.detail.draft = None;
        }
    }
    if was_pending && outcome != Outcome::Done && store.close_asked.is_none() {
        store.closing = None;
    }
    if store.close_asked == Some(id.number) {
        if outcome == Outcome::NotOpen {
            return close::closed(state);
        }
        // It was not closed, or this page would be gone.
        store.close_asked = None;
        store.closing = None;
        return Effects::new();
    }
    close::go_on(state)
}

/// Applies a report of the engine on changes that are not in the file.
pub(super) fn reported(store: &mut OpenStore, unsaved: Unsaved, now: Millis) {
    if store.unsaved.version < unsaved.version {
        store.unsaved = unsaved;
        saving::refresh(store, Some(now));
    }
}

/// An attempt to write failed. The message stays above the table until it succeeds.
pub(super) fn write_failed(store: &mut OpenStore, problem: &Problem, now: Millis) -> Effects {
    if store.close_asked.is_none() {
        store.closing = None;
    }
    store.activity.push(ActivityEvent {
        before: None,
        at: now,
        kind: EventKind::Failure,
        key: None,
        text: problem.text(),
    });
    store.changed_elsewhere |= *problem == Problem::ChangedElsewhere;
    vec![Effect::ShowWindow]
}

/// Tries to write everything that is not in the file: changes waiting in the engine, and an edit
/// that was tried before.
pub(super) fn write_again(store: &mut OpenStore) -> Effects {
    let mut effects = saving::ask(store, crate::engine::Request::WriteAgain);
    if store
        .detail
        .draft
        .as_ref()
        .is_some_and(|draft| draft.not_written)
    {
        effects.extend(record::commit_draft(store));
    }
    effects
}
