//! What the table shows, and in which order.

use vstore::{Indexing, Key, Millis};

use super::{Effects, derived, file_settings, filter, query};
use crate::command::SearchCommand;
use crate::effect::Effect;
use crate::jobs::{JumpQuestion, Question, WhyHitQuestion};
use crate::state::{OpenStore, Query, SortBy, State};

pub(super) fn update(state: &mut State, command: SearchCommand, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    match command {
        SearchCommand::SetText(text) => query::type_text(store, text),
        SearchCommand::Clear => query::set_text(store, String::new()),
        SearchCommand::SetMode(mode) => {
            let text = store.search.text.clone();
            query::ask(store, Query { text, mode })
        }
        SearchCommand::AddFilter(condition) => filter::add(state, &condition, now),
        SearchCommand::ToggleFilter(condition) => filter::toggle(state, &condition, now),
        SearchCommand::ToggleExclusion(condition) => {
            filter::toggle_exclusion(state, &condition, now)
        }
        SearchCommand::Back(back) => {
            let from = store.search.query();
            match store.search.past.go(back, from) {
                Some(before) => query::show(store, before),
                None => Effects::new(),
            }
        }
        SearchCommand::TakeFirst => query::take_first(store),
        SearchCommand::Sort(sort) => {
            store.orders.choose(store.search.is_ranked(), sort);
            file_settings::changed(store, now);
            derived::ask_listing(store)
        }
        SearchCommand::KeepOrder(keeps) => {
            let ranked = store.search.is_ranked();
            if keeps {
                store.orders.keep(ranked);
            } else {
                store.orders.stop_keeping(ranked);
            }
            file_settings::changed(store, now);
            Effects::new()
        }
        SearchCommand::ToggleColumn(column) => {
            match store.columns.iter().position(|shown| *shown == column) {
                Some(place) => {
                    store.columns.remove(place);
                }
                None => store.columns.push(column),
            }
            file_settings::changed(store, now);
            Effects::new()
        }
        SearchCommand::SelectPath(path) => {
            store.explorer.selected = path;
            store.explorer.statistics = None;
            match store.explorer.selected {
                Some(_) => vec![derived::ask_statistics(store)],
                None => Effects::new(),
            }
        }
        SearchCommand::Jump(typed) => jump(store, typed),
        SearchCommand::WhyHit(key) => why_hit(store, key),
        SearchCommand::CountWithin(scope) => {
            store.explorer.scope = scope;
            vec![derived::ask_statistics(store)]
        }
        SearchCommand::ExpandNamespace { prefix, expanded } => {
            if expanded {
                store.namespaces.expanded.insert(prefix);
                vec![derived::ask_namespaces(store)]
            } else {
                store.namespaces.expanded.remove(&prefix);
                Effects::new()
            }
        }
        SearchCommand::Refresh => derived::refresh_all(store, now),
    }
}

/// Handles progress of building indexes. Once they are built, a search that read records is
/// repeated.
pub(super) fn indexing(state: &mut State, indexing: Indexing, now: Millis) -> Effects {
    let Some(store) = state.store_mut() else {
        return Effects::new();
    };
    if !indexing.is_complete() {
        store.indexing = Some(indexing);
        return Effects::new();
    }
    let was_read = store
        .search
        .answer
        .as_deref()
        .is_some_and(|answer| !answer.indexed);
    store.indexing = None;
    if was_read {
        // Not at once: further segments may have arrived in the meantime.
        store.rows_asked.seq = None;
        store.counts_asked.seq = None;
    }
    derived::refresh_stale(store, now)
}

fn jump(store: &mut OpenStore, mut typed: String) -> Effects {
    typed.truncate(typed.floor_char_boundary(query::TEXT_BYTES_MAX));
    store.jump.typed.clone_from(&typed);
    let snapshot = store.snapshot.clone();
    let question = JumpQuestion { snapshot, typed };
    vec![Effect::Question(Question::Jump(Box::new(question)))]
}

/// Asks why a record is among the hits, with the query whose answer is on screen.
fn why_hit(store: &OpenStore, key: Key) -> Effects {
    let Some(answer) = store.search.answer.as_deref() else {
        return Effects::new();
    };
    // The position in another order says nothing about how well it matches.
    let is_ranked = answer.ranked && store.sort().by == SortBy::Relevance;
    let row = store.listing.row_of(&store.snapshot, key.as_str());
    let question = WhyHitQuestion {
        snapshot: store.snapshot.clone(),
        key,
        row: row
            .filter(|_| is_ranked && !answer.partial)
            .map(|row| (row, store.row_count())),
        other_order: answer.ranked && !is_ranked,
        text: answer.text.clone(),
        mode: answer.mode,
    };
    vec![Effect::Question(Question::WhyHit(Box::new(question)))]
}
