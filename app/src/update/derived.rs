//! Everything on screen that jobs compute from the records: when to request it again.

use std::time::Duration;

use vstore::Millis;

use super::Effects;
use super::selected::{self, Rows};
use crate::effect::{Discarded, Effect};
use crate::jobs::{ListingQuestion, NamespacesQuestion, Question, StatisticsQuestion};
use crate::state::{Asked, FacetScope, Listing, OpenStore, Search};

/// The minimum time between refreshes of the rows while data change, if searching is quick.
const ROWS_MILLIS: i64 = 33;
/// A search that takes longer is repeated less often, so that it uses only part of a core.
const QUICK_MILLIS: i64 = 5;
const SHARE: i64 = 5;
/// The minimum time between refreshes of counts while data change.
const COUNTS_MILLIS: i64 = 100;
/// Counting namespaces and paths walks all keys, so large stores refresh less often.
const COUNTS_LARGE_MILLIS: i64 = 1_000;
const LARGE_RECORDS: usize = 50_000;
/// However long an answer takes, the next one is requested after this time.
const PAUSE_MILLIS_MAX: i64 = 1_000;

/// Requests everything again.
pub(super) fn refresh_all(store: &mut OpenStore, now: Millis) -> Effects {
    let mut effects = refresh_rows(store, now);
    effects.extend(refresh_counts(store, now));
    effects
}

/// Requests again what is older than the records, unless it was requested very recently.
pub(super) fn refresh_stale(store: &mut OpenStore, now: Millis) -> Effects {
    let is_due = |due: Option<Millis>| due.is_some_and(|due| due <= now);
    let mut effects = Effects::new();
    if is_due(rows_due(store)) {
        effects.extend(refresh_rows(store, now));
    }
    if is_due(counts_due(store)) {
        effects.extend(refresh_counts(store, now));
    }
    effects
}

/// When derived data should be requested again; `None` if it is up to date or already requested.
pub(super) fn stale_until(store: &OpenStore) -> Option<Millis> {
    rows_due(store).into_iter().chain(counts_due(store)).min()
}

/// Waits for a running request: restarting a slow one again and again would never finish it.
fn rows_due(store: &OpenStore) -> Option<Millis> {
    let waits = store.search.running || store.search.refreshing;
    let due = due(store, store.rows_asked, rows_pause(&store.search));
    due.filter(|_| !waits)
}

fn counts_due(store: &OpenStore) -> Option<Millis> {
    let pause = if store.snapshot.len() < LARGE_RECORDS {
        COUNTS_MILLIS
    } else {
        COUNTS_LARGE_MILLIS
    };
    let waits = store.explorer.running || store.namespaces.running;
    due(store, store.counts_asked, pause).filter(|_| !waits)
}

fn due(store: &OpenStore, asked: Asked, pause: i64) -> Option<Millis> {
    if asked.seq == Some(store.snapshot.seq()) {
        return None;
    }
    let earliest = asked.at.map(|at| at.plus_millis(pause));
    Some(earliest.unwrap_or(Millis(i64::MIN)))
}

fn rows_pause(search: &Search) -> i64 {
    let elapsed = i64::try_from(search.cost.as_millis()).unwrap_or(i64::MAX);
    if elapsed <= QUICK_MILLIS {
        return ROWS_MILLIS;
    }
    let pause = elapsed.saturating_mul(SHARE);
    pause.clamp(COUNTS_MILLIS, PAUSE_MILLIS_MAX)
}

fn refresh_rows(store: &mut OpenStore, now: Millis) -> Effects {
    store.rows_asked = Asked::now(store.snapshot.seq(), now);
    // A question without an answer so far is asked as a new one, and may show partial results.
    let refresh = store.search.answer.is_some() || !store.search.is_active();
    ask_rows(store, refresh)
}

fn refresh_counts(store: &mut OpenStore, now: Millis) -> Effects {
    store.counts_asked = Asked::now(store.snapshot.seq(), now);
    vec![ask_namespaces(store), ask_statistics(store)]
}

/// Updates the rows of the table for the current search and order: at once if a snapshot has them,
/// otherwise with a job.
pub(super) fn ask_listing(store: &mut OpenStore) -> Effects {
    ask_rows(store, false)
}

fn ask_rows(store: &mut OpenStore, refresh: bool) -> Effects {
    let search = &mut store.search;
    let waited = search.wants_value.take().is_some();
    if !search.is_active() {
        store.orders.search_ended();
    }
    let sort = &store.orders.browsing;
    if !search.is_active() && sort.is_by_key(false) {
        let descending = sort.descending;
        let was_searching = search.answer.take().is_some();
        search.running = false;
        search.refreshing = false;
        search.cost = Duration::ZERO;
        let listing = Listing::Everything { descending };
        let mut effects = set_listing(store, listing, Rows::Everything, true);
        effects.extend(was_searching.then(|| follow_result(store, false)).flatten());
        return effects;
    }
    search.running = !refresh;
    search.refreshing = refresh;
    let question = ListingQuestion {
        snapshot: store.snapshot.clone(),
        text: search.text.trim().to_owned(),
        mode: search.mode,
        orders: store.orders.clone(),
        refresh,
        finished: !search.past.is_typing() || search.wants_first || (refresh && !waited),
    };
    vec![Effect::Question(Question::Listing(Box::new(question)))]
}

/// Shows other rows. The selection keeps its records.
pub(super) fn set_listing(
    store: &mut OpenStore,
    listing: Listing,
    rows: Rows,
    is_whole: bool,
) -> Effects {
    let before = std::mem::replace(&mut store.listing, listing);
    selected::find_cursor_row(store);
    selected::follow_rows(store, rows, is_whole);
    match before {
        Listing::Everything { .. } => Effects::new(),
        keys @ Listing::Keys(_) => vec![Effect::Discard(Discarded::Listing(keys))],
    }
}

pub(super) fn ask_namespaces(store: &mut OpenStore) -> Effect {
    store.namespaces.running = true;
    let question = NamespacesQuestion {
        snapshot: store.snapshot.clone(),
        delimiter: store.namespaces.delimiter,
        open: store.namespaces.expanded.iter().cloned().collect(),
    };
    Effect::Question(Question::Namespaces(Box::new(question)))
}

/// Requests all paths and the statistics of the chosen one: over all records, or over those that
/// the search found.
pub(super) fn ask_statistics(store: &mut OpenStore) -> Effect {
    store.explorer.running = true;
    let answer = store.search.answer.as_deref();
    let answer = answer.filter(|answer| !answer.partial && store.search.is_active());
    let within = match store.explorer.scope {
        FacetScope::Everything => None,
        FacetScope::Result => answer.map(|answer| (answer.snapshot.clone(), answer.keys.clone())),
    };
    let question = StatisticsQuestion {
        snapshot: store.snapshot.clone(),
        selected: store.explorer.selected.clone(),
        within,
    };
    Effect::Question(Question::Statistics(Box::new(question)))
}

/// The search result has changed: statistics within it are counted again, at once for a new query,
/// otherwise together with the other counts.
pub(super) fn follow_result(store: &mut OpenStore, refreshed: bool) -> Option<Effect> {
    if store.explorer.scope != FacetScope::Result || store.explorer.selected.is_none() {
        return None;
    }
    if refreshed {
        store.counts_asked.seq = None;
        return None;
    }
    Some(ask_statistics(store))
}
