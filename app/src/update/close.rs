//! Closing a database: what would be lost is asked about once, in one dialog.

use super::{Effects, file, record, settings};
use crate::effect::{Discarded, Effect};
use crate::engine::Request;
use crate::state::{AfterClose, Dialog, Draft, FilePurpose, Page, SaveState, State};

/// Closes what is open, then does what comes next; asks first if something would be lost.
pub(super) fn request(state: &mut State, then: AfterClose) -> Effects {
    let Page::Open(store) = &state.page else {
        let mut effects = file::cancel_busy(state);
        effects.extend(proceed(state, then));
        return effects;
    };
    let draft = store.detail.draft.as_ref().filter(|draft| draft.is_dirty());
    let no_file = store.would_be_lost();
    if draft.is_none() && !no_file {
        return without_saving(state, then);
    }
    let dialog = Dialog::SaveBeforeClosing {
        name: store.title.clone(),
        draft: draft.map(|draft| draft.key.clone()),
        no_file,
        then,
    };
    let asked = |open: &Dialog| matches!(open, Dialog::SaveBeforeClosing { .. });
    if !state.dialogs.iter().any(asked) {
        state.dialogs.push_front(dialog);
    }
    vec![Effect::ShowWindow]
}

/// Closes what is open without another question.
pub(super) fn without_saving(state: &mut State, then: AfterClose) -> Effects {
    let Some(store) = state.store_mut() else {
        return proceed(state, then);
    };
    store.closing = Some(then);
    let mut effects = settings::write(store);
    if store.loading.is_some() {
        // What is still being read must not come back after it was closed.
        state.busy = None;
    }
    effects.extend([
        Effect::CancelBusy,
        Effect::CancelQuestions,
        Effect::CancelTasks,
        Effect::Ask(Request::Close),
    ]);
    effects
}

/// Saves what would be lost, then closes.
pub(super) fn save_first(state: &mut State, then: AfterClose) -> Effects {
    let Some(store) = state.store_mut() else {
        return proceed(state, then);
    };
    let no_file = store.would_be_lost();
    let dirty = store.detail.draft.as_ref().is_some_and(Draft::is_dirty);
    store.closing = Some(then.clone());
    let mut effects = Effects::new();
    if dirty {
        effects.extend(record::commit_draft(store));
        if effects.is_empty() {
            // The edit cannot be written as it is: the user should see why.
            store.closing = None;
            return effects;
        }
    }
    if no_file {
        effects.extend(file::pick(state, FilePurpose::SaveAs));
    } else if effects.is_empty() {
        effects.extend(without_saving(state, then));
    }
    effects
}

/// Goes on with closing once everything that was to be saved first is on disk.
pub(super) fn go_on(state: &mut State) -> Effects {
    let Some(store) = state.store() else {
        return Effects::new();
    };
    let arrived = matches!(store.save, SaveState::Saved { .. });
    match &store.closing {
        Some(then) if arrived && store.detail.draft.is_none() => {
            let then = then.clone();
            without_saving(state, then)
        }
        _ => Effects::new(),
    }
}

/// The engine has closed the store.
pub(super) fn closed(state: &mut State) -> Effects {
    let then = state.store_mut().and_then(|store| store.closing.take());
    let Some(then) = then else {
        return Effects::new();
    };
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

/// What comes after closing.
fn proceed(state: &mut State, then: AfterClose) -> Effects {
    match then {
        AfterClose::Welcome => {
            state.page = Page::Welcome;
            Effects::new()
        }
        AfterClose::NewDatabase => {
            file::show_new(state);
            Effects::new()
        }
        AfterClose::Open { path, read_only } => file::show_unlock(state, path, read_only),
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
