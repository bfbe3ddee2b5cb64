//! A file that is shown while it is still being read: its first records are there, nothing can be
//! changed yet.

use vstore::Millis;

use super::{Effects, derived, selected};
use crate::engine::{OpenedStore, Preview};
use crate::state::{
    BusyPhase, Column, FocusTarget, Loading, OpenStore, Page, Selection, State, Ticket, UnlockPage,
};

/// More of the file has been read.
pub(super) fn preview(state: &mut State, ticket: Ticket, preview: Preview, now: Millis) -> Effects {
    if state.busy != Some(ticket) {
        return Effects::new();
    }
    match &mut state.page {
        Page::Unlock(page) => {
            let loading = Loading {
                fraction: 0.0,
                read_only: page.read_only,
            };
            let title = OpenStore::title_of(&page.path);
            let path = Some(page.path.clone());
            let mut store = Box::new(OpenStore::new(title, path, true, preview.snapshot));
            store.loading = Some(loading);
            store.columns.push(Column::Value);
            let effects = derived::refresh_all(&mut store, now);
            state.page = Page::Open(store);
            state.focus = Some(FocusTarget::Records);
            effects
        }
        Page::Open(store) if store.loading.is_some() => {
            store.snapshot = preview.snapshot;
            selected::find_cursor_row(store);
            // What is under way is waited for: more of the file comes faster than a search ends.
            store.rows_asked.seq = None;
            store.counts_asked.seq = None;
            derived::refresh_stale(store, now)
        }
        _ => Effects::new(),
    }
}

/// How far reading is.
pub(super) fn progress(store: &mut OpenStore, phase: BusyPhase) {
    if let (Some(loading), Some(fraction)) = (&mut store.loading, phase.fraction()) {
        loading.fraction = fraction;
    }
}

/// The file has been read to its end: what the user has looked for and chosen meanwhile stays.
pub(super) fn finished(store: &mut OpenStore, opened: &OpenedStore) {
    store.loading = None;
    store.read_only = opened.read_only;
    store.snapshot = opened.snapshot.clone();
    let cursor = store.selection.cursor.as_ref();
    if cursor.is_some_and(|key| store.snapshot.get(key.as_str()).is_none()) {
        store.selection = Selection::default();
    }
    selected::find_cursor_row(store);
}

/// The file could not be read to its end: back to the page it was opened from.
pub(super) fn back_to_unlock(state: &mut State) {
    if let Page::Open(store) = &state.page
        && let Some(loading) = &store.loading
    {
        let path = store.path.clone().unwrap_or_default();
        state.page = Page::Unlock(UnlockPage::new(path, loading.read_only));
    }
}
