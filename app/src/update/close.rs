//! Closing a database: asks once, in one dialog, about everything that would be lost.

use vstore::Millis;

use super::{Effects, ask_of, file_settings, pages, pick, record, saving};
use crate::effect::{Discarded, Effect};
use crate::engine::Request;
use crate::state::{AfterClose, Dialog, FilePurpose, Level, OpenStore, Page, SaveState, State};

/// Closes the open database and continues with `then`; asks first if changes would be lost.
pub(super) fn request(state: &mut State, then: AfterClose) -> Effects {
    let Page::Open(store) = &state.page else {
        if then == AfterClose::Quit && !state.dialogs.iter().any(is_question) {
            // Changes sealed in memory only, which would be lost when the program ends.
            let kept = state
                .kept_aside
                .iter()
                .filter(|kept| !kept.outlives_program);
            let waiting = kept.clone().map(|kept| kept.changes).sum();
            if let Some(first) = kept.clone().next() {
                let question = Dialog::SaveBeforeClosing {
                    name: OpenStore::title_of(&first.path),
                    draft: None,
                    no_file: false,
                    waiting,
                    locked: true,
                    then,
                };
                return ask(state, question);
            }
        }
        let mut effects = pages::cancel_busy(state);
        effects.extend(proceed(state, then));
        return effects;
    };
    let draft = store.unsaved_draft();
    let no_file = store.would_be_lost();
    let waiting = store.unsaved.waiting;
    if draft.is_none() && !no_file && waiting == 0 {
        return without_saving(state, then, 0);
    }
    let dialog = Dialog::SaveBeforeClosing {
        name: store.title.clone(),
        draft: draft.map(|draft| draft.key.clone()),
        no_file,
        waiting,
        locked: false,
        then,
    };
    ask(state, dialog)
}

const fn is_question(dialog: &Dialog) -> bool {
    matches!(dialog, Dialog::SaveBeforeClosing { .. })
}

/// Asks, replacing an earlier question, which may be out of date.
fn ask(state: &mut State, question: Dialog) -> Effects {
    state.dialogs.retain(|dialog| !is_question(dialog));
    state.dialogs.push_front(question);
    vec![Effect::ShowWindow]
}

/// The engine did not close: changes are waiting that the user was not asked about.
pub(super) fn not_closed(state: &mut State) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    store.close_asked = None;
    match store.closing.take() {
        Some(then) => request(state, then),
        None => Effects::new(),
    }
}

/// Closes the open database without asking, unless more changes are waiting than are given up.
pub(super) fn without_saving(state: &mut State, then: AfterClose, giving_up: usize) -> Effects {
    let Some(store) = state.store_mut() else {
        return proceed(state, then);
    };
    store.closing = Some(then);
    let mut effects = file_settings::write(store);
    let close = ask_of(store, Request::Close { giving_up });
    store.close_asked = Some(store.asked);
    if store.loading.is_some() {
        // A database that is still being read must not reappear after closing.
        state.busy = None;
    }
    effects.extend([
        Effect::CancelBusy,
        Effect::CancelQuestions,
        Effect::CancelTasks,
        close,
    ]);
    effects
}

/// Saves what would be lost, then closes.
pub(super) fn save_first(state: &mut State, then: AfterClose, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return proceed(state, then);
    };
    let no_file = store.would_be_lost();
    let mut effects = Effects::new();
    if store.unsaved.waiting > 0 {
        effects.extend(saving::ask(store, Request::WriteAgain));
    }
    if let Some(draft) = store.unsaved_draft() {
        if !draft.is_valid() {
            // The edit cannot be saved as it is: show it to the user, with the reason.
            return show_invalid_edit(state, now);
        }
        effects.extend(record::commit_draft(store));
    }
    store.closing = Some(then);
    if no_file {
        effects.extend(pick::pick(state, FilePurpose::SaveAs));
    } else {
        effects.extend(go_on(state));
    }
    effects
}

/// Shows an edit that cannot be saved as it is, with the reason.
fn show_invalid_edit(state: &mut State, now: Millis) -> Effects {
    let why = state
        .store()
        .and_then(OpenStore::unsaved_draft)
        .map(|draft| {
            let wrong_key = draft.key_error.clone();
            wrong_key.unwrap_or_else(|| match &draft.parsed {
                Err(error) => format!("line {}: {}", error.line, error.message),
                Ok(_) => String::new(),
            })
        });
    let words = format!(
        "The edit cannot be saved yet ({}). Correct it, or close without saving",
        why.unwrap_or_default()
    );
    state.notices.push(now, Level::Warning, words);
    record::show_draft(state)
}

/// Continues closing once everything to be saved is on disk.
pub(super) fn go_on(state: &mut State) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let Some(then) = store.closing.clone() else {
        return Effects::new();
    };
    if store.close_asked.is_some() || !store.pending.is_empty() {
        return Effects::new();
    }
    if store.unsaved_draft().is_some() {
        // More was typed while the edit was being saved.
        let effects = record::commit_draft(store);
        if effects.is_empty() {
            store.closing = None;
        }
        return effects;
    }
    if matches!(store.save, SaveState::Saved { .. }) {
        return without_saving(state, then, 0);
    }
    Effects::new()
}

/// The engine has closed the store.
pub(super) fn closed(state: &mut State) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let then = store.closing.take().unwrap_or(AfterClose::Welcome);
    let mut effects = Effects::new();
    if let Page::Open(store) = std::mem::take(&mut state.page) {
        effects.push(Effect::Discard(Discarded::Store(store)));
    }
    state.dialogs.clear();
    state.tasks.forget_reports();
    effects.push(Effect::ClearClipboard);
    effects.extend(proceed(state, then));
    effects
}

/// Continues after closing.
fn proceed(state: &mut State, then: AfterClose) -> Effects {
    match then {
        AfterClose::Welcome => {
            state.page = Page::Welcome;
            Effects::new()
        }
        AfterClose::NewDatabase => {
            pages::show_new(state);
            Effects::new()
        }
        AfterClose::Open { path, read_only } => pages::show_unlock(state, path, read_only),
        AfterClose::Sample => {
            let ticket = state.start_attempt();
            vec![Effect::Ask(Request::OpenSample { ticket })]
        }
        AfterClose::Quit => {
            state.may_quit = true;
            vec![Effect::CloseWindow]
        }
    }
}
