//! Requests changes, and keeps track of the save state shown in the status bar.

use vstore::Millis;

use super::Effects;
use crate::engine::Request;
use crate::state::{OpenStore, SaveState};
use crate::update::Effect;

/// Requests a change from the engine, unless the database is read-only.
pub(super) fn ask(store: &mut OpenStore, request: Request) -> Effects {
    if store.read_only {
        return Effects::new();
    }
    if matches!(store.save, SaveState::InMemory { .. }) {
        store.save = SaveState::InMemory { changed: true };
    }
    let id = store.next_request();
    store.pending.insert(id.number);
    refresh(store, None);
    vec![Effect::AskOf(id, request)]
}

/// Updates the save state; `now` is given when a request was settled.
pub(super) fn refresh(store: &mut OpenStore, now: Option<Millis>) {
    if store.path.is_none() && store.unsaved.problem.is_none() {
        return;
    }
    store.save = match &store.unsaved.problem {
        Some(problem) => SaveState::Failed {
            problem: problem.clone(),
        },
        None if !store.pending.is_empty() => SaveState::Saving {
            pending: store.pending.len(),
        },
        None => match (now, &store.save) {
            (None, SaveState::Saved { .. }) => return,
            (now, _) => SaveState::Saved {
                at: now.unwrap_or_else(|| store.snapshot.now()),
            },
        },
    };
}
