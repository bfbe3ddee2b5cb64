//! Everything on screen that is computed from the records by jobs: when to ask for it again.

use vstore::Millis;

use super::Effects;
use crate::effect::{Discarded, Effect};
use crate::jobs::{ListingQuestion, NamespacesQuestion, Question, StatisticsQuestion};
use crate::state::{Listing, OpenStore};

/// Results are refreshed at most this often while data change.
const REFRESH_MILLIS: i64 = 100;
/// Counting namespaces and paths walks all keys: in large stores it waits longer.
const REFRESH_LARGE_MILLIS: i64 = 1_000;
const LARGE_RECORDS: usize = 50_000;

/// Asks for everything anew.
pub(super) fn refresh_all(store: &mut OpenStore, now: Millis) -> Effects {
    store.derived_seq = Some(store.snapshot.seq());
    store.derived_at = Some(now);
    let mut effects = ask_listing(store);
    effects.push(ask_namespaces(store));
    effects.push(ask_statistics(store));
    effects
}

/// Asks anew for what is older than the records, unless that was asked a moment ago.
pub(super) fn refresh_stale(store: &mut OpenStore, now: Millis) -> Effects {
    match stale_until(store) {
        Some(due) if due <= now => refresh_all(store, now),
        _ => Effects::new(),
    }
}

/// When what is derived should be asked for again; `None`: it is up to date.
pub(super) fn stale_until(store: &OpenStore) -> Option<Millis> {
    if store.derived_seq == Some(store.snapshot.seq()) {
        return None;
    }
    let pause = if store.snapshot.len() < LARGE_RECORDS {
        REFRESH_MILLIS
    } else {
        REFRESH_LARGE_MILLIS
    };
    Some(
        store
            .derived_at
            .map_or(Millis(i64::MIN), |at| at.plus_millis(pause)),
    )
}

/// Makes the rows of the table fit search and order: at once where a snapshot has them, else by a
/// job.
pub(super) fn ask_listing(store: &mut OpenStore) -> Effects {
    let searching = store.search.is_active();
    if !searching && store.sort.is_by_key(searching) {
        let descending = store.sort.descending;
        store.search.answer = None;
        store.search.running = false;
        return set_listing(store, Listing::Everything { descending });
    }
    store.search.running = true;
    let question = ListingQuestion {
        snapshot: store.snapshot.clone(),
        text: store.search.text.trim().to_owned(),
        mode: store.search.mode,
        sort: store.sort.clone(),
    };
    vec![Effect::Question(Question::Listing(Box::new(question)))]
}

/// Shows other rows. The selection stays with its records.
pub(super) fn set_listing(store: &mut OpenStore, listing: Listing) -> Effects {
    let before = std::mem::replace(&mut store.listing, listing);
    find_cursor_row(store);
    match before {
        Listing::Everything { .. } => Effects::new(),
        keys @ Listing::Keys(_) => vec![Effect::Discard(Discarded::Listing(keys))],
    }
}

/// Looks up the row of the record under the cursor.
pub(super) fn find_cursor_row(store: &mut OpenStore) {
    let cursor = store.selection.cursor.as_ref();
    store.selection.cursor_row =
        cursor.and_then(|key| store.listing.row_of(&store.snapshot, key.as_str()));
}

pub(super) fn ask_namespaces(store: &OpenStore) -> Effect {
    let question = NamespacesQuestion {
        snapshot: store.snapshot.clone(),
        delimiter: store.namespaces.delimiter,
        open: store.namespaces.expanded.iter().cloned().collect(),
    };
    Effect::Question(Question::Namespaces(Box::new(question)))
}

pub(super) fn ask_statistics(store: &mut OpenStore) -> Effect {
    store.explorer.running = true;
    let question = StatisticsQuestion {
        snapshot: store.snapshot.clone(),
        selected: store.explorer.selected.clone(),
    };
    Effect::Question(Question::Statistics(Box::new(question)))
}
