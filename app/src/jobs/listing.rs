//! Which records the table shows, and in which order: search and sort.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Memory};
use std::time::{Duration, Instant};

use vstore::search::{
    CancelToken, Expr, FieldTest, Matcher, Mode, PartialSink, Query, SearchControl, SearchOptions,
    SearchResult, Sort as StoreSort, SortBy as StoreSortBy,
};
use vstore::{PathOrder, Record, Snapshot};

use super::hints;
use super::worker::Emit;
use crate::state::{Highlighter, Keys, Orders, SearchAnswer, Sort, SortBy};

/// Partial results are shown after this time,
const FIRST_PARTIAL_MILLIS: u64 = 10;
/// and then at this interval.
const PARTIAL_MILLIS: u64 = 60;

/// A search, an order, or both.
#[derive(Clone, Debug)]
pub struct ListingQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The query; empty for all records.
    pub text: String,
    /// How words match.
    pub mode: Mode,
    /// The orders to choose from: for ranked and for unranked results.
    pub orders: Orders,
    /// It was answered before, and records have changed since.
    pub refresh: bool,
    /// Typing is finished: a condition without a value then means that the path exists.
    pub finished: bool,
}

/// The rows of the table.
#[derive(Debug)]
pub struct ListingAnswer {
    /// The order.
    pub sort: Sort,
    /// The records in order.
    pub keys: Keys,
    /// The query and its result.
    pub found: SearchAnswer,
}

/// The query ends before the value of a condition while it is being typed: nothing is searched yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueAwaited {
    /// The query.
    pub text: String,
    /// What to type, in words.
    pub help: String,
}

/// The rows, or what the query still needs.
pub(crate) type Listed = Result<ListingAnswer, ValueAwaited>;

pub(super) fn answer_listing(
    question: ListingQuestion,
    cancel: &CancelToken,
    emit: &Emit<'_, Listed>,
) -> Option<Listed> {
    let asked = match Asked::new(question) {
        Ok(asked) => asked,
        Err(awaited) => return Some(Err(awaited)),
    };
    let next_partial = AtomicU64::new(FIRST_PARTIAL_MILLIS);
    let is_due = || next_partial.load(Memory::Relaxed) <= asked.elapsed_millis();
    let publish = |result: SearchResult| {
        next_partial.store(asked.elapsed_millis() + PARTIAL_MILLIS, Memory::Relaxed);
        emit(Ok(asked.answer(result)));
    };
    let control = SearchControl {
        cancel: cancel.clone(),
        // When data change, a partial result must not replace a complete one.
        partial: (!asked.question.refresh).then_some(PartialSink {
            is_due: &is_due,
            publish: &publish,
        }),
    };
    let result = asked.search(&control);
    result.complete.then(|| Ok(asked.answer(result)))
}

/// The complete answer, without a thread.
#[cfg(test)]
pub(crate) fn answer_at_once(question: ListingQuestion) -> Listed {
    let asked = Asked::new(question)?;
    Ok(asked.answer(asked.search(&SearchControl::unlimited())))
}

struct Asked {
    question: ListingQuestion,
    query: Query,
    ranked: bool,
    matcher: Arc<Matcher>,
    started: Instant,
}

impl Asked {
    fn new(question: ListingQuestion) -> Result<Self, ValueAwaited> {
        let started = Instant::now();
        let parts = Query::parse_parts(&question.text, question.snapshot.catalog());
        if let Some(name) = parts.awaits_value.filter(|_| !question.finished) {
            let text = question.text;
            let help = hints::value_awaited(&name);
            return Err(ValueAwaited { text, help });
        }
        let mut query = parts.query;
        query.hints.extend(hints::unknown_paths(
            &query.expr,
            &question.text,
            &question.snapshot,
        ));
        Ok(Self {
            matcher: Arc::new(Matcher::new(&query, question.mode)),
            ranked: has_words(&query.expr),
            question,
            query,
            started,
        })
    }

    fn sort(&self) -> &Sort {
        self.question.orders.in_force(self.ranked)
    }

    fn search(&self, control: &SearchControl<'_>) -> SearchResult {
        let snapshot = &self.question.snapshot;
        let mode = self.question.mode;
        let Sort { by, descending } = self.sort();
        let descending = *descending;
        let by = match by {
            SortBy::Relevance => StoreSortBy::Relevance,
            SortBy::Key => StoreSortBy::Key,
            SortBy::Modified => StoreSortBy::Modified,
            SortBy::Expires => StoreSortBy::Expires,
            SortBy::Path(path) => {
                let order = PathOrder { path, descending };
                return snapshot.search_by_path(&self.query, mode, order, control);
            }
        };
        let options = SearchOptions {
            mode,
            sort: StoreSort { by, descending },
            limit: None,
        };
        snapshot.search(&self.query, &options, control)
    }

    fn elapsed_millis(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn answer(&self, result: SearchResult) -> ListingAnswer {
        let ListingQuestion {
            snapshot,
            text,
            mode,
            ..
        } = &self.question;
        let keys = Keys::from(result.hits);
        let found = SearchAnswer {
            text: text.clone(),
            mode: *mode,
            snapshot: snapshot.clone(),
            keys: keys.clone(),
            total: result.total,
            exact: result.counts.exact(),
            elapsed: rounded(self.started.elapsed()),
            hints: result.hints,
            ranked: self.ranked,
            partial: !result.complete,
            indexed: snapshot.indexing().is_complete(),
            highlighter: highlighter(Arc::clone(&self.matcher)),
        };
        ListingAnswer {
            sort: self.sort().clone(),
            keys,
            found,
        }
    }
}

/// Whether a query contains words, which some records match better than others.
fn has_words(expr: &Expr) -> bool {
    match expr {
        Expr::Text(_) => true,
        Expr::Field(field) => matches!(field.test, FieldTest::Has(_) | FieldTest::Similar(_)),
        Expr::And(children) | Expr::Or(children) => children.iter().any(has_words),
        Expr::All | Expr::Not(_) => false,
    }
}

/// Only microseconds are shown.
fn rounded(time: Duration) -> Duration {
    Duration::from_micros(time.as_micros() as u64)
}

fn highlighter(matcher: Arc<Matcher>) -> Highlighter {
    Highlighter(Some(Arc::new(move |record: &Record| {
        matcher.highlights(record.as_ref())
    })))
}
