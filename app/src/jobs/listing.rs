//! Which records the table shows, in which order: search and sort.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Memory};
use std::time::{Duration, Instant};

use vstore::search::HighlightPlace;
use vstore::search::{
    Matcher, Mode, PartialSink, Query, SearchControl, SearchOptions, SearchResult,
    Sort as StoreSort, SortBy as StoreSortBy, Ticket,
};
use vstore::{Key, Path, Record, Seq, Snapshot};

use super::runner::{Done, Say};
use crate::state::{Highlight, Highlighter, Hint, SearchAnswer, SearchMode, Sort, SortBy};

/// What is found so far is shown after this time, and then once in a while.
const PARTIAL_MILLIS: u64 = 100;
/// The question may have gone stale: asked after this many keys.
const KEYS_PER_CHECK: usize = 4_096;

/// A search, an order, or both.
#[derive(Clone, Debug)]
pub struct ListingQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The query; empty: all records.
    pub text: String,
    /// How words match.
    pub mode: SearchMode,
    /// The order.
    pub sort: Sort,
}

/// The rows.
#[derive(Debug)]
pub struct ListingAnswer {
    /// The query.
    pub text: String,
    /// How words matched.
    pub mode: SearchMode,
    /// The order.
    pub sort: Sort,
    /// The records in order.
    pub keys: Arc<[Key]>,
    /// Not everything was searched yet.
    pub partial: bool,
    found: SearchAnswer,
}

impl ListingAnswer {
    /// What the search box says about it; `None` without a query.
    pub fn into_search(self) -> Option<Arc<SearchAnswer>> {
        (!self.text.is_empty()).then(|| Arc::new(self.found))
    }
}

pub(super) fn answer_listing(
    question: ListingQuestion,
    ticket: &Ticket,
    say: &Say,
) -> Option<Done> {
    let asked = Asked::new(question);
    let next_partial = AtomicU64::new(PARTIAL_MILLIS);
    let is_due = || next_partial.load(Memory::Relaxed) <= asked.elapsed_millis();
    let publish = |result: SearchResult| {
        next_partial.store(asked.elapsed_millis() + PARTIAL_MILLIS, Memory::Relaxed);
        if let Some(keys) = keys_of(&result, ticket) {
            say(asked.answer(result, keys));
        }
    };
    let control = SearchControl {
        ticket: ticket.clone(),
        // What has to be sorted by a path is not shown before it is.
        partial: asked.sort_path().is_none().then_some(PartialSink {
            is_due: &is_due,
            publish: &publish,
        }),
    };
    let options = SearchOptions {
        mode: asked.mode(),
        sort: asked.sort(),
        limit: None,
    };
    let snapshot = &asked.question.snapshot;
    let result = snapshot.search(&asked.query, &options, &control);
    if !result.complete {
        return None;
    }
    let mut keys = keys_of(&result, ticket)?;
    if let Some(path) = asked.sort_path() {
        // Without a query these are all records, and need not be looked up one by one.
        let within = (!asked.question.text.is_empty()).then_some(keys.as_slice());
        let descending = asked.question.sort.descending;
        keys = snapshot
            .sorted_by_path(path, descending, within, None, ticket)
            .ok()?;
    }
    Some(asked.answer(result, keys))
}

struct Asked {
    question: ListingQuestion,
    query: Query,
    matcher: Arc<Matcher>,
    started: Instant,
}

impl Asked {
    fn new(question: ListingQuestion) -> Self {
        let started = Instant::now();
        let query = Query::parse(&question.text, question.snapshot.catalog());
        let mode = mode(question.mode);
        Self {
            matcher: Arc::new(Matcher::new(&query, mode)),
            question,
            query,
            started,
        }
    }

    fn mode(&self) -> Mode {
        mode(self.question.mode)
    }

    fn sort(&self) -> StoreSort {
        let by = match self.question.sort.by {
            SortBy::Relevance => StoreSortBy::Relevance,
            SortBy::Key | SortBy::Path(_) => StoreSortBy::Key,
            SortBy::Modified => StoreSortBy::Modified,
            SortBy::Expires => StoreSortBy::Expires,
        };
        let descending = self.question.sort.descending && self.sort_path().is_none();
        StoreSort { by, descending }
    }

    fn sort_path(&self) -> Option<&Path> {
        match &self.question.sort.by {
            SortBy::Path(path) => Some(path),
            _ => None,
        }
    }

    fn elapsed_millis(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn answer(&self, result: SearchResult, keys: Vec<Key>) -> Done {
        let ListingQuestion {
            snapshot,
            text,
            mode,
            sort,
            ..
        } = &self.question;
        let keys: Arc<[Key]> = keys.into();
        let hints = result.hints.into_iter().map(|hint| Hint {
            text: hint.message,
            range: Some(hint.range),
        });
        let found = SearchAnswer {
            text: text.clone(),
            mode: *mode,
            seq: Seq(snapshot.seq().0),
            keys: Arc::clone(&keys),
            total: result.total,
            exact: result.counts.exact(),
            elapsed: rounded(self.started.elapsed()),
            hints: hints.collect(),
            partial: !result.complete,
            highlighter: highlighter(Arc::clone(&self.matcher)),
        };
        Done::Listing(Box::new(ListingAnswer {
            text: text.clone(),
            mode: *mode,
            sort: sort.clone(),
            keys,
            partial: !result.complete,
            found,
        }))
    }
}

/// Microseconds are all that is shown.
fn rounded(time: Duration) -> Duration {
    Duration::from_micros(time.as_micros() as u64)
}

fn mode(mode: SearchMode) -> Mode {
    match mode {
        SearchMode::Exact => Mode::Exact,
        SearchMode::Fuzzy => Mode::Fuzzy,
        SearchMode::Contains => Mode::Contains,
    }
}

fn keys_of(result: &SearchResult, ticket: &Ticket) -> Option<Vec<Key>> {
    let mut keys = Vec::with_capacity(result.hits.len());
    for (index, hit) in result.hits.iter().enumerate() {
        if index % KEYS_PER_CHECK == 0 && !ticket.is_current() {
            return None;
        }
        keys.extend(hit.to_key());
    }
    Some(keys)
}

fn highlighter(matcher: Arc<Matcher>) -> Highlighter {
    Highlighter(Some(Arc::new(move |record: &Record| {
        let marks = matcher.highlights(record.as_ref()).into_iter();
        let highlight = marks.map(|mark| {
            let (path, occurrence) = match mark.place {
                HighlightPlace::Key => (None, 0),
                HighlightPlace::Value { path, occurrence } => (Some(path), occurrence),
            };
            Highlight {
                path,
                occurrence,
                ranges: mark.ranges,
            }
        });
        highlight.collect()
    })))
}
