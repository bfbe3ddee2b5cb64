//! The query in the search box: typed, set by a command, gone back to, or run.

use super::{Effects, derived, selected};
use crate::state::{OpenStore, Query};

/// Longer queries are cut off: nobody types them.
pub(super) const TEXT_BYTES_MAX: usize = 4096;

/// Handles typing in the search box.
pub(super) fn type_text(store: &mut OpenStore, text: String) -> Effects {
    let text = cut(text);
    if store.search.text == text {
        return Effects::new();
    }
    let before = store.search.query();
    store.search.past.leave(before, true);
    store.search.text = text;
    store.search.wants_first = false;
    derived::ask_listing(store)
}

/// Sets another query in the search box.
pub(super) fn set_text(store: &mut OpenStore, text: String) -> Effects {
    let mode = store.search.mode;
    ask(store, Query { text, mode })
}

/// Runs another search; the current one can be gone back to.
pub(super) fn ask(store: &mut OpenStore, query: Query) -> Effects {
    if store.search.text == query.text && store.search.mode == query.mode {
        return Effects::new();
    }
    let before = store.search.query();
    store.search.past.leave(before, false);
    show(store, query)
}

pub(super) fn show(store: &mut OpenStore, query: Query) -> Effects {
    store.search.text = cut(query.text);
    store.search.mode = query.mode;
    store.search.wants_first = false;
    derived::ask_listing(store)
}

/// Whether a query is short enough to run.
pub(super) const fn fits(text: &str) -> bool {
    text.len() <= TEXT_BYTES_MAX
}

fn cut(mut text: String) -> String {
    if !fits(&text) {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    }
    text
}

/// Moves from the search box to the results. If the rows on screen still answer an older query,
/// selects the first row of the coming answer instead.
pub(super) fn take_first(store: &mut OpenStore) -> Effects {
    if store.search.is_answered() {
        select_first(store);
        return Effects::new();
    }
    store.search.wants_first = true;
    // The missing value will not be typed: run the query as it is.
    if store.search.wants_value.is_some() {
        derived::ask_listing(store)
    } else {
        Effects::new()
    }
}

/// Selects the first row, unless a row is chosen.
pub(super) fn select_first(store: &mut OpenStore) {
    store.search.wants_first = false;
    if store.selection.cursor_row.is_none() && store.row_count() > 0 {
        selected::select_row(store, 0);
    }
}
