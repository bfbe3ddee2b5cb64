//! The pages shown while no database is open.

use std::path::PathBuf;

use super::{Effects, loading, repair};
use crate::effect::Effect;
use crate::engine::Request;
use crate::state::{CreatePage, Dialog, FocusTarget, Page, State, UnlockPage};

/// Shows the unlock page of a file.
pub(super) fn show_unlock(state: &mut State, path: PathBuf, read_only: bool) -> Effects {
    state.page = Page::Unlock(UnlockPage::new(path.clone(), read_only));
    state.focus = Some(FocusTarget::Password);
    vec![probe(path)]
}

pub(super) fn probe(path: PathBuf) -> Effect {
    Effect::Ask(Request::Probe(path))
}

/// Shows the form for a new database.
pub(super) fn show_new(state: &mut State) {
    state.page = Page::NewDatabase(CreatePage::default());
}

/// Cancels opening or creating a file. The page is usable at once; the answer will be stale.
pub(super) fn cancel_busy(state: &mut State) -> Effects {
    state.busy = None;
    loading::back_to_unlock(state);
    match &mut state.page {
        Page::Unlock(page) => {
            page.busy = None;
            state.focus = Some(FocusTarget::Password);
        }
        Page::NewDatabase(page) => page.busy = None,
        Page::Welcome | Page::Open(_) => {}
    }
    if let Some(Dialog::SaveAs { busy, .. }) = state.dialogs.front_mut() {
        *busy = false;
    }
    let mut effects = vec![Effect::CancelBusy];
    effects.extend(repair::cancel_check(state));
    effects
}
