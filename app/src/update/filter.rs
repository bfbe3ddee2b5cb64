//! Conditions added by clicks: they are added to and removed from the query text, visible to the
//! user. Typed text is kept.

use vstore::Millis;
use vstore::search::edit;

use super::{Effects, query};
use crate::state::{Level, OpenStore, State};

/// The most conditions remembered as clicked; further ones count as typed.
const CLICKED_MAX: usize = 64;

/// Adds a condition.
pub(super) fn add(state: &mut State, condition: &str, now: Millis) -> Effects {
    let changed = state.store().map(|store| added(store, condition));
    apply(state, changed.flatten(), Some(condition), now)
}

/// Adds a condition, or removes it if it is there.
pub(super) fn toggle(state: &mut State, condition: &str, now: Millis) -> Effects {
    let there = state.store().is_some_and(|store| {
        let paths = store.snapshot.catalog();
        edit::has(&store.search.text, condition, paths)
    });
    if !there {
        return add(state, condition, now);
    }
    let changed = state.store().map(|store| {
        let paths = store.snapshot.catalog();
        edit::without(&store.search.text, condition, paths)
    });
    apply(state, changed, None, now)
}

/// Excludes records that meet a condition, or stops excluding them.
pub(super) fn toggle_exclusion(state: &mut State, condition: &str, now: Millis) -> Effects {
    let changed = state.store().map(|store| {
        let paths = store.snapshot.catalog();
        edit::toggled_exclusion(&store.search.text, condition, paths)
    });
    apply(state, changed.flatten(), None, now)
}

/// The query with one more condition. It replaces a clicked one about the same path, because
/// several clicks would otherwise ask for the impossible.
fn added(store: &OpenStore, condition: &str) -> Option<String> {
    let paths = store.snapshot.catalog();
    let mut text = store.search.text.clone();
    for clicked in &store.search.clicked {
        if clicked != condition && edit::are_about_the_same(clicked, condition, paths) {
            text = edit::without(&text, clicked, paths);
        }
    }
    edit::with(&text, condition, paths)
}

fn apply(
    state: &mut State,
    changed: Option<String>,
    clicked: Option<&str>,
    now: Millis,
) -> Effects {
    let Some(changed) = changed.filter(|text| query::fits(text)) else {
        let message = "The search is too long for another condition";
        state.notices.push(now, Level::Warning, message);
        return Effects::new();
    };
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    let paths = store.snapshot.catalog();
    let known = &mut store.search.clicked;
    // Conditions edited by hand in the meantime count as typed.
    known.retain(|known| edit::has(&changed, known, paths));
    if let Some(clicked) = clicked
        && !edit::has(&store.search.text, clicked, paths)
        && known.len() < CLICKED_MAX
    {
        known.push(clicked.to_owned());
    }
    query::set_text(store, changed)
}
