//! Searching without an index: the matcher runs over every record of a scan, in parallel.
//!
//! Reads no clock: the caller decides when a partial answer is due.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::control::CancelToken;
use super::hits::Hits;
use super::matcher::{MatchScratch, Matcher};
use super::mode::LevelCounts;
use super::options::{HITS_LISTED_MAX, SearchOptions, Sort, SortBy};
use super::query::{Hint, Query};
use crate::record::{RecordRef, Scan};

/// The largest number of hits listed in a partial answer.
pub const PARTIAL_HITS_MAX: usize = 1000;
/// The number of records between two checks for cancellation.
const RECORDS_PER_CHECK: u32 = 256;

/// Cancels a search and receives its partial answers.
pub struct SearchControl<'a> {
    /// Stops the search once it is cancelled.
    pub cancel: CancelToken,
    /// Receives partial answers.
    pub partial: Option<PartialSink<'a>>,
}

/// Receives partial answers. Both functions are called from the threads of the search.
#[derive(Clone, Copy)]
pub struct PartialSink<'a> {
    /// Whether a partial answer is due. Called often, so it must be cheap; `true` every 8 to 10
    /// milliseconds is a good rate.
    pub is_due: &'a (dyn Fn() -> bool + Sync),
    /// Receives a partial answer: the counts and the best [`PARTIAL_HITS_MAX`] hits so far, with
    /// `complete` false.
    pub publish: &'a (dyn Fn(SearchResult) + Sync),
}

impl SearchControl<'_> {
    /// Neither cancels nor receives partial answers.
    pub fn unlimited() -> Self {
        Self::new(CancelToken::never())
    }

    /// Cancels by a token, and receives no partial answers.
    pub const fn new(cancel: CancelToken) -> Self {
        Self {
            cancel,
            partial: None,
        }
    }
}

/// The answer of a search.
#[derive(Clone, Debug, Default)]
pub struct SearchResult {
    /// The hits in order, up to [`SearchOptions::limit`].
    pub hits: Hits,
    /// The number of records that match; exact if `complete`.
    pub total: u64,
    /// The number of these on each level; exact if `complete`.
    pub counts: LevelCounts,
    /// Whether all records were considered. `false` for partial answers and for a search that was
    /// cancelled.
    pub complete: bool,
    /// The hints of the query.
    pub hints: Vec<Hint>,
}

/// Searches all records of a scan by reading them, in parallel: O(n).
///
/// [`Snapshot::search`](crate::Snapshot::search) uses the indexes.
pub fn search(
    scan: &(impl Scan + ?Sized),
    query: &Query,
    options: &SearchOptions,
    control: &SearchControl<'_>,
) -> SearchResult {
    let run = ScanSearch {
        matcher: Matcher::new(query, options.mode),
        sort: options.sort,
        limit: options
            .limit
            .unwrap_or(HITS_LISTED_MAX)
            .min(HITS_LISTED_MAX),
        control,
        query,
    };
    let shared = Mutex::new(ScanResult::default());
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
    // Checked after sorting: the answer of a cancelled search may be unsorted.
    run.result(found, !control.cancel.is_cancelled())
}

/// The hits found so far.
#[derive(Debug, Default)]
struct ScanResult {
    hits: Hits,
    counts: LevelCounts,
    /// The order number of the worst hit worth keeping, once there are enough.
    worst: Option<u64>,
}

struct ScanSearch<'a> {
    matcher: Matcher,
    sort: Sort,
    limit: usize,
    control: &'a SearchControl<'a>,
    query: &'a Query,
}

impl ScanSearch<'_> {
    fn search_part(
        &self,
        scan: &(impl Scan + ?Sized),
        part: usize,
        scratch: &mut MatchScratch,
    ) -> ScanResult {
        let mut found = ScanResult::default();
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

    /// Prunes only at twice the limit, to amortize the cost of pruning.
    fn prune_if_many(&self, found: &mut ScanResult) {
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

    fn merge(&self, shared: &Mutex<ScanResult>, part: &ScanResult) {
        let mut found = shared.lock().unwrap_or_else(PoisonError::into_inner);
        found.counts += part.counts;
        found.hits.append(&part.hits);
        self.prune_if_many(&mut found);
        let Some(partial) = self.control.partial else {
            return;
        };
        if (partial.is_due)() && !self.control.cancel.is_cancelled() {
            let mut so_far = ScanResult {
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

    fn result(&self, found: ScanResult, complete: bool) -> SearchResult {
        SearchResult {
            hits: found.hits,
            total: found.counts.total(),
            counts: found.counts,
            complete,
            hints: self.query.hints_for(found.counts.total(), complete),
        }
    }
}

/// A number that sorts like the timestamp that records are sorted by; 0 if they are sorted by
/// something else.
pub(super) fn order_of(record: RecordRef<'_>, by: SortBy) -> u64 {
    // Offset so that times before 1970 sort before those after.
    let ordered = |millis: i64| (millis as u64) ^ (1 << 63);
    match by {
        SortBy::Relevance | SortBy::Key => 0,
        SortBy::Created => ordered(record.meta.created_at.0),
        SortBy::Modified => ordered(record.meta.modified_at.0),
        SortBy::Expires => record
            .meta
            .expires_at
            .map_or(u64::MAX, |expires_at| ordered(expires_at.0)),
    }
}
