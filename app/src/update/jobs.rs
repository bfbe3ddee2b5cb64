//! Applies the answers of jobs. An answer to a question that is no longer current is dropped.

use std::sync::Arc;

use vstore::{Millis, WriteBatch};

use super::selected::Rows;
use super::{Effects, derived, query, repair, saving, transfer};
use crate::effect::{Discarded, Effect};
use crate::engine::Request;
use crate::jobs::{Done, ListingAnswer, StatisticsAnswer, ValueAwaited};
use crate::state::{
    Dialog, ImportReport, Level, Listing, OpenStore, SearchAnswer, State, TaskId, TaskState, WhyHit,
};

pub(super) fn receive(state: &mut State, done: Done, now: Millis) -> Effects {
    match done {
        Done::Preview(answer) => transfer::previewed(state, *answer, now),
        Done::Recent(facts) => {
            state.recent = Some(facts);
            Effects::new()
        }
        Done::WhyHit(why) => {
            why_hit(state, why, now);
            Effects::new()
        }
        Done::Panicked { job, message } => {
            panicked(state, job, &message, now);
            Effects::new()
        }
        done @ (Done::Listing(_)
        | Done::ValueAwaited(_)
        | Done::Statistics(_)
        | Done::Namespaces(_)
        | Done::Jump(_)) => {
            let store = state.store_mut();
            store
                .map(|store| on_screen(store, done))
                .unwrap_or_default()
        }
        done => task(state, done, now),
    }
}

/// Answers about what is on screen.
fn on_screen(store: &mut OpenStore, done: Done) -> Effects {
    match done {
        Done::Listing(answer) => return listing(store, *answer),
        Done::ValueAwaited(awaited) => value_awaited(store, awaited),
        Done::Statistics(answer) => statistics(store, *answer),
        Done::Namespaces(answer) => {
            store.namespaces.running = false;
            store.namespaces.children = answer.children;
        }
        Done::Jump(answer) if store.jump.typed == answer.typed => {
            store.jump.answer = Some(answer);
        }
        _ => {}
    }
    Effects::new()
}

fn why_hit(state: &mut State, why: Option<Box<WhyHit>>, now: Millis) {
    if state.store().is_none() {
        return;
    }
    if let Some(why) = why {
        state.dialogs.push_back(Dialog::WhyHit(why));
    } else {
        let words = "The record no longer matches the search";
        state.notices.push(now, Level::Info, words);
    }
}

fn panicked(state: &mut State, job: &str, message: &str, now: Millis) {
    if let Some(store) = state.store_mut() {
        // No answer will arrive, so the question may be asked again.
        store.search.running = false;
        store.search.refreshing = false;
        store.explorer.running = false;
        store.namespaces.running = false;
    }
    let words = "An internal error occurred";
    state.notices.push(now, Level::Error, words).detail = Some(format!("{job}: {message}"));
}

/// Reports of tasks.
fn task(state: &mut State, done: Done, now: Millis) -> Effects {
    match done {
        Done::TaskProgress {
            task,
            fraction,
            text,
        } => state.tasks.progress(task, fraction, text),
        Done::ImportRead {
            task,
            batch,
            report,
        } => {
            return import_read(state, task, batch, report, now);
        }
        Done::ExportAsks {
            task,
            plan,
            existing,
        } => transfer::export_asks(state, task, *plan, *existing),
        Done::Salvaged { task, result } => repair::salvaged(state, task, result),
        Done::Checked { task, result } => repair::checked(state, task, result),
        Done::HeaderRestored { task, result } => repair::restored(state, task, result),
        Done::TaskEnded { task, state: end } => {
            task_ended(state, &end, now);
            state.tasks.finish(task, end);
        }
        _ => {}
    }
    Effects::new()
}

/// An import was read. It is committed to the database it was read for, unless it was cancelled in
/// the meantime: another database may be open now.
fn import_read(
    state: &mut State,
    task: TaskId,
    batch: WriteBatch,
    report: ImportReport,
    now: Millis,
) -> Effects {
    let open = state.store().map(|store| store.session);
    if open.is_some_and(|open| state.tasks.may_change(task, open)) {
        state.tasks.progress(task, None, "Writing…".to_owned());
        let request = Request::Import {
            task,
            batch,
            report,
        };
        return state
            .store_mut()
            .map(|store| saving::ask(store, request))
            .unwrap_or_default();
    }
    let found = state.tasks.get_mut(task).map(|task| task.state.clone());
    let words = match found {
        // This was reported when it was cancelled.
        Some(TaskState::Cancelled) | None => None,
        Some(TaskState::Cancelling) => Some("The import was cancelled; nothing was changed"),
        Some(_) => Some("The import was dropped: its database is no longer open"),
    };
    if let Some(words) = words {
        state.notices.push(now, Level::Info, words);
        state.tasks.finish(task, TaskState::Cancelled);
    }
    vec![Effect::Discard(Discarded::Batch(batch))]
}

fn task_ended(state: &mut State, end: &TaskState, now: Millis) {
    match end {
        TaskState::Finished(words) => {
            state.notices.push(now, Level::Success, words.clone());
        }
        TaskState::Failed(words) => {
            // In a dialog, because a message with line and column takes time to read.
            let (title, text) = ("The task failed".to_owned(), words.clone());
            state.dialogs.push_back(Dialog::Message { title, text });
        }
        TaskState::Cancelled => {
            state
                .notices
                .push(now, Level::Info, "Cancelled; nothing was changed");
        }
        TaskState::Running { .. } | TaskState::Cancelling => {}
    }
}

fn listing(store: &mut OpenStore, answer: ListingAnswer) -> Effects {
    let ListingAnswer { sort, keys, found } = answer;
    let asked = found.text == store.search.text.trim()
        && found.mode == store.search.mode
        && sort == *store.orders.in_force(found.ranked);
    if !asked {
        return vec![super::replies::discard_rows(Listing::Keys(keys))];
    }
    let is_whole = !found.partial;
    let rows = if found.text.is_empty() {
        Rows::Everything
    } else {
        let before = store.search.answer.as_deref();
        let is_same =
            |before: &SearchAnswer| before.text == found.text && before.mode == found.mode;
        if before.is_some_and(is_same) {
            Rows::Same
        } else {
            Rows::Other
        }
    };
    store.search.running = !is_whole;
    let refreshed = std::mem::take(&mut store.search.refreshing);
    store.search.cost = found.elapsed;
    // Without a query there is only an order, and no search result.
    store.search.answer = (!found.text.is_empty()).then(|| Arc::new(found));
    let mut effects = derived::set_listing(store, Listing::Keys(keys), rows, is_whole);
    if is_whole {
        if store.search.wants_first {
            query::select_first(store);
        }
        effects.extend(derived::follow_result(store, refreshed));
    }
    effects
}

/// The rows stay as they are until the condition has a value.
fn value_awaited(store: &mut OpenStore, awaited: ValueAwaited) {
    if awaited.text == store.search.text.trim() {
        store.search.running = false;
        store.search.refreshing = false;
        store.search.wants_value = Some(awaited.help);
    }
}

fn statistics(store: &mut OpenStore, answer: StatisticsAnswer) {
    store.explorer.running = false;
    store.explorer.paths = answer.paths;
    store.explorer.paths_seq = Some(answer.seq);
    let wanted = store.explorer.selected.as_ref();
    if let Some(statistics) = answer
        .statistics
        .filter(|found| Some(&found.path) == wanted)
    {
        store.explorer.statistics = Some(statistics);
    }
}
