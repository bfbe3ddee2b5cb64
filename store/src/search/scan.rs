//! Searching all records: the matcher over every part of a scan, in parallel.
//!
//! Knows no index: it reads every record. Takes no time: callers measure, and say when they want
//! to see a partial answer.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::control::CancelToken;
use super::hits::Hits;
use super::matcher::{MatchScratch, Matcher};
use super::mode::{LevelCounts, Mode};
use super::query::{Hint, Query};
use crate::record::{RecordRef, Scan};

/// Without a limit at most this many hits are listed; all are counted. Bounds the memory of one
/// answer to some hundred megabytes, whatever the size of the store.
pub const HITS_LISTED_MAX: usize = 4_000_000;
/// A partial answer lists at most this many hits.
pub const PARTIAL_HITS_MAX: usize = 1000;
/// Whether the answer is still wanted is asked after this many records.
const RECORDS_PER_CHECK: u32 = 256;

/// What the hits are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// Best first, alike in key order.
    #[default]
    Relevance,
    /// The key, by its bytes.
    Key,
    /// When the record was created.
    Created,
    /// When it was last modified.
    Modified,
    /// When it expires; what never expires comes after all others.
    Expires,
}

/// An order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether the other way round.
    pub descending: bool,
}

/// How to search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchOptions {
    /// How plain words are compared.
    pub mode: Mode,
    /// The order of the hits.
    pub sort: Sort,
    /// How many hits to list, the first in the order. `None`: all, up to [`HITS_LISTED_MAX`].
    /// Counts are exact in any case.
    pub limit: Option<usize>,
}

/// How a search is watched and stopped.
pub struct SearchControl<'a> {
    /// The search gives up as soon as it goes stale.
    pub cancel: CancelToken,
    /// Where partial answers go.
    pub partial: Option<PartialSink<'a>>,
}

/// Where partial answers go. Both functions are called from the threads of the search.
#[derive(Clone, Copy)]
pub struct PartialSink<'a> {
    /// Whether one is wanted now; asked often, so it must be cheap. A good answer is "yes" every
    /// 8 to 10 milliseconds.
    pub is_due: &'a (dyn Fn() -> bool + Sync),
    /// Takes one: counts so far, the best [`PARTIAL_HITS_MAX`] hits so far, `complete` false.
    pub publish: &'a (dyn Fn(SearchResult) + Sync),
}

impl SearchControl<'_> {
    /// A search that runs to its end without partial answers.
    pub fn unlimited() -> Self {
        Self::new(CancelToken::never())
    }

    /// A search that stops when the cancel goes stale, without partial answers.
    pub const fn new(cancel: CancelToken) -> Self {
        Self {
            cancel,
            partial: None,
        }
    }
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct SearchResult {
    /// The hits in order: all of them, or the first of them (see [`SearchOptions::limit`]).
    pub hits: Hits,
    /// How many records fit; exact if `complete`.
    pub total: u64,
    /// How many on each level; exact if `complete`.
    pub counts: LevelCounts,
    /// Whether all records were read. `false` for partial answers and for a search that was
    /// stopped.
    pub complete: bool,
    /// What the query's reader wants to say.
    pub hints: Vec<Hint>,
}

/// Searches all records that a scan yields.
pub fn search(
    scan: &(impl Scan + ?Sized),
    query: &Query,
    options: &SearchOptions,
    control: &SearchControl<'_>,
) -> SearchResult {
    let run = Run {
        matcher: Matcher::new(query, options.mode),
        sort: options.sort,
        limit: options
            .limit
            .unwrap_or(HITS_LISTED_MAX)
            .min(HITS_LISTED_MAX),
        control,
        query,
    };
    let shared = Mutex::new(Found::default());
    (0..scan.parts())
        .into_par_iter()
        .for_each_init(MatchScratch::default, |scratch, part| {
            if !control.cancel.is_cancelled() {
                let found = run.search_part(scan, part, scratch);
                run.merge(&shared, &found);
            }
        });
    let mut found = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.hits.prune(run.sort, run.limit);
    if !control.cancel.is_cancelled() {
        found.hits.sort(run.sort);
    }
    // Asked after sorting: a stale answer must not pass as a sorted one.
    run.result(found, !control.cancel.is_cancelled())
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    hits: Hits,
    counts: LevelCounts,
    /// The number of the worst hit worth keeping, once there are enough.
    worst: Option<u64>,
}

struct Run<'a> {
    matcher: Matcher,
    sort: Sort,
    limit: usize,
    control: &'a SearchControl<'a>,
    query: &'a Query,
}

impl Run<'_> {
    fn search_part(
        &self,
        scan: &(impl Scan + ?Sized),
        part: usize,
        scratch: &mut MatchScratch,
    ) -> Found {
        let mut found = Found::default();
        let mut since_check = 0;
        scan.scan_part(part, &mut |record| {
            since_check += 1;
            if since_check == RECORDS_PER_CHECK {
                since_check = 0;
                if self.control.cancel.is_cancelled() {
                    return ControlFlow::Break(());
                }
            }
            if let Some(matched) = self.matcher.matches_with(record, scratch) {
                found.counts.count(matched.level);
                let order = self.order(record, matched.key.get());
                if found.worst.is_none_or(|worst| self.is_worth(order, worst)) {
                    found
                        .hits
                        .push(record.key, order, matched.level, matched.key);
                    self.prune_if_many(&mut found);
                }
            }
            ControlFlow::Continue(())
        });
        found
    }

    /// Keeping up to twice as many hits as wanted makes pruning cost little for each.
    fn prune_if_many(&self, found: &mut Found) {
        if found.hits.len() >= self.limit.saturating_mul(2).max(1024) {
            found.worst = found.hits.prune(self.sort, self.limit).or(found.worst);
        }
    }

    const fn is_worth(&self, order: u64, worst: u64) -> bool {
        match (self.sort.by, self.sort.descending) {
            (SortBy::Key, _) => true,
            (_, false) => order <= worst,
            (_, true) => order >= worst,
        }
    }

    fn order(&self, record: RecordRef<'_>, relevance: u64) -> u64 {
        match self.sort.by {
            SortBy::Relevance => relevance,
            by => order_of(record, by),
        }
    }

    fn merge(&self, shared: &Mutex<Found>, part: &Found) {
        let mut found = shared.lock().unwrap_or_else(PoisonError::into_inner);
        found.counts += part.counts;
        found.hits.append(&part.hits);
        self.prune_if_many(&mut found);
        let Some(partial) = self.control.partial else {
            return;
        };
        if (partial.is_due)() && !self.control.cancel.is_cancelled() {
            let mut so_far = Found {
                hits: found.hits.clone(),
                counts: found.counts,
                worst: None,
            };
            drop(found);
            so_far
                .hits
                .prune(self.sort, self.limit.min(PARTIAL_HITS_MAX));
            so_far.hits.sort(self.sort);
            (partial.publish)(self.result(so_far, false));
        }
    }

    fn result(&self, found: Found, complete: bool) -> SearchResult {
        SearchResult {
            hits: found.hits,
            total: found.counts.total(),
            counts: found.counts,
            complete,
            hints: self.query.hints.clone(),
        }
    }
}

/// What a record is sorted by, as a number: its moments, 0 for what needs more than the record's
/// times.
pub(super) fn order_of(record: RecordRef<'_>, by: SortBy) -> u64 {
    // Shifted so that moments before 1970 sort before those after.
    let moment = |millis: i64| (millis as u64) ^ (1 << 63);
    match by {
        SortBy::Relevance | SortBy::Key => 0,
        SortBy::Created => moment(record.meta.created_at.0),
        SortBy::Modified => moment(record.meta.modified_at.0),
        SortBy::Expires => record
            .meta
            .expires_at
            .map_or(u64::MAX, |expires_at| moment(expires_at.0)),
    }
}
