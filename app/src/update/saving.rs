//! Asking for a change, and what the status bar says about saving.

use vstore::Millis;

use super::Effects;
use crate::engine::Request;
use crate::state::{OpenStore, SaveState};
use crate::update::Effect;

/// Asks the engine for a change, unless nothing can be changed.
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

/// Makes the words about saving fit the facts; `now` is given when something was settled.
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
