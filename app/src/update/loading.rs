//! A file that is shown while it is still being read: its first records are visible, but nothing
//! can be changed yet.

use vstore::Millis;

use super::{Effects, derived, selected};
use crate::engine::{OpenedStore, Preview};
use crate::state::{
    BusyPhase, Column, FocusTarget, Loading, OpenStore, Page, Selection, State, Ticket, UnlockPage,
};

/// Shows more records of the file.
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
            // A running search is not restarted: more of the file arrives faster than a search
            // finishes.
            store.rows_asked.seq = None;
            store.counts_asked.seq = None;
            derived::refresh_stale(store, now)
        }
        _ => Effects::new(),
    }
}

/// Updates the progress of reading.
pub(super) fn progress(store: &mut OpenStore, phase: BusyPhase) {
    if let (Some(loading), Some(fraction)) = (&mut store.loading, phase.fraction()) {
        loading.fraction = fraction;
    }
}

/// The whole file has been read. Searches and selections made in the meantime are kept.
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

/// The file could not be read completely: returns to the page it was opened from.
pub(super) fn back_to_unlock(state: &mut State) {
    if let Page::Open(store) = &state.page
        && let Some(loading) = &store.loading
    {
        let path = store.path.clone().unwrap_or_default();
        state.page = Page::Unlock(UnlockPage::new(path, loading.read_only));
    }
}
