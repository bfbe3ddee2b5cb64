//! Locking and unlocking. Locking succeeds at once, whatever is running.

use super::{Effects, ask_of, close, file_settings, pages};
use crate::command::LockCommand;
use crate::effect::{Discarded, Effect};
use crate::engine::{Request, SealedDraft};
use crate::state::{
    AfterClose, BusyPhase, Draft, DraftBase, FocusTarget, OpenStore, Page, State, TaskState,
    UnlockPage,
};

pub(super) fn update(state: &mut State, command: LockCommand) -> Effects {
    match command {
        LockCommand::Lock => lock(state),
        LockCommand::Unlock { secret, read_only } => {
            let ticket = state.start_attempt();
            let Page::Unlock(page) = &mut state.page else {
                return Effects::new();
            };
            page.busy = Some(BusyPhase::Waiting);
            page.problem = None;
            page.read_only = read_only;
            let path = page.path.clone();
            vec![Effect::Ask(Request::Open {
                ticket,
                path,
                secret,
                read_only,
            })]
        }
    }
}

/// Locks the open file. A database without a file stays open: locking would lose it.
pub(super) fn lock(state: &mut State) -> Effects {
    if state.store().is_none_or(|store| store.path.is_none()) {
        return Effects::new();
    }
    let Page::Open(mut store) = std::mem::take(&mut state.page) else {
        return Effects::new();
    };
    let mut effects = file_settings::write(&mut store);
    let draft = store.unsaved_draft().filter(|_| !store.read_only);
    let draft = draft.map(sealed);
    let ask = ask_of(&mut store, Request::Lock { draft });
    let mut page = UnlockPage::new(store.path.clone().unwrap_or_default(), store.is_read_only());
    page.was_locked = true;
    // A copy may just be finishing: only the engine then knows which file was locked.
    page.busy = state.busy.map(|_| BusyPhase::Waiting);
    let path = page.path.clone();
    state.locking = Some((store.session, path.clone()));
    state.page = Page::Unlock(page);
    state.focus = Some(FocusTarget::Password);
    // Dialogs, notices and task titles may show keys.
    state.dialogs.clear();
    state.notices.clear();
    state.tasks.end_running(&TaskState::Cancelled);
    state.tasks.forget_reports();
    state.busy = None;
    effects.extend([
        Effect::CancelQuestions,
        Effect::CancelTasks,
        ask,
        Effect::ClearClipboard,
        Effect::Discard(Discarded::Store(store)),
        pages::probe(path),
    ]);
    effects
}

/// The system asks the program to end. It does not wait for answers, so the user is asked only
/// about a database without a file; locking preserves everything else.
pub(super) fn end(state: &mut State) -> Effects {
    if state.store().is_some_and(OpenStore::would_be_lost) {
        return close::request(state, AfterClose::Quit);
    }
    let mut effects = lock(state);
    state.may_quit = true;
    effects.push(Effect::CloseWindow);
    effects
}

fn sealed(draft: &Draft) -> SealedDraft {
    SealedDraft {
        base: match &draft.base {
            DraftBase::New => None,
            DraftBase::Record(record) => Some(record.key.clone()),
        },
        key: draft.key.clone(),
        text: draft.text.clone(),
        expires_at: draft.expires_at,
    }
}
