//! Searching by index: each part separately, then one order for all hits.
//!
//! Hits are grouped by what the index knows of a row: the cost of the match and roughly where in
//! the record it is. The records of the best [`RERANKED_MAX`] hits are read to sort them exactly;
//! the others follow group by group, in key order within a part. So the order is exact among the
//! best hits, and any hit of a million is found without sorting the others. Knows no segments.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelIterator as _, IntoParallelRefIterator as _,
    ParallelIterator as _,
};
use rayon::slice::ParallelSliceMut as _;

use super::hits::Hits;
use super::index::{RankedRows, SearchPlan};
use super::matcher::{MatchScratch, SortKey};
use super::mode::LevelCounts;
use super::options::{SearchOptions, Sort, SortBy};
use super::query::Query;
use super::row_hits::{RowHits, RowId, RowSource};
use super::scan::{PARTIAL_HITS_MAX, SearchControl, SearchResult, order_of};
use crate::row_set::RowSet;

/// The number of best hits whose records are read to sort them exactly.
pub const RERANKED_MAX: usize = 1000;

/// The groups of one part.
type Groups = Arc<[RankedRows]>;

/// Sorts rows, given as a set for each part, in an order that only the source knows. Takes the
/// number of first rows to pass to the callback before sorting the rest, if there are many more.
pub(crate) type RowOrdering<'a> =
    &'a (dyn Fn(&[RowSet], usize, &mut dyn FnMut(Vec<RowId>)) -> Vec<RowId> + Sync);

/// Searches all parts of a source. `ordering` replaces the order in `options`; then the only
/// partial answer is the first hits in that order, once all are found.
pub(crate) fn search_rows(
    source: &Arc<dyn RowSource>,
    query: &Query,
    options: &SearchOptions,
    ordering: Option<RowOrdering<'_>>,
    control: &SearchControl<'_>,
) -> SearchResult {
    let plan = SearchPlan::new(query, options.mode);
    let search = Search {
        source,
        plan: &plan,
        query,
        sort: options.sort,
        ordering,
        control,
    };
    let is_cancelled = || control.cancel.is_cancelled();
    let parts = source.parts();
    let answers: Mutex<Vec<Groups>> = Mutex::new(vec![Arc::default(); parts]);
    let runs: Vec<_> = (0..parts)
        .flat_map(|part| {
            let runs = source.slices(part, &plan).into_iter();
            runs.map(move |rows| (part, rows))
        })
        .collect();
    runs.into_par_iter().for_each(|(part, rows)| {
        if is_cancelled() {
            return;
        }
        let groups = source.search_slice(part, rows, &plan, &is_cancelled);
        let mut found = answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = found.get_mut(part) {
            *answer = with_groups(answer, groups);
        }
        let partial = control.partial.filter(|_| ordering.is_none());
        let Some(partial) = partial.filter(|partial| (partial.is_due)()) else {
            return;
        };
        let so_far = found.clone();
        drop(found);
        if !is_cancelled() {
            let limit = options.limit.unwrap_or(usize::MAX).min(PARTIAL_HITS_MAX);
            (partial.publish)(search.result(&so_far, limit, false));
        }
    });
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut result = search.result(&answers, options.limit.unwrap_or(usize::MAX), true);
    // Checked at the end: the answer of a cancelled search may be incomplete.
    result.complete &= !is_cancelled();
    result
}

struct Search<'a> {
    source: &'a Arc<dyn RowSource>,
    plan: &'a SearchPlan,
    query: &'a Query,
    sort: Sort,
    ordering: Option<RowOrdering<'a>>,
    control: &'a SearchControl<'a>,
}

impl Search<'_> {
    fn result(&self, answers: &[Groups], limit: usize, complete: bool) -> SearchResult {
        let mut counts = LevelCounts::default();
        for group in answers.iter().flat_map(|groups| groups.iter()) {
            counts.add(group.level, u64::from(group.rows.count()));
        }
        let hits = match (self.ordering, self.sort.by) {
            (Some(order), _) => {
                let sets: Vec<_> = answers.iter().map(|groups| rows_of(groups)).collect();
                let mut publish = |rows: Vec<RowId>| {
                    let current = !self.control.cancel.is_cancelled();
                    if let Some(partial) = self.control.partial.filter(|_| current) {
                        let hits = self.listed(rows, answers);
                        (partial.publish)(self.answer(hits, counts, false));
                    }
                };
                let mut rows = order(&sets, PARTIAL_HITS_MAX, &mut publish);
                rows.truncate(limit);
                self.listed(rows, answers)
            }
            (None, SortBy::Relevance) => self.by_relevance(answers, limit),
            (None, SortBy::Key) => self.listed(self.by_key(answers, limit), answers),
            (None, SortBy::Created | SortBy::Modified | SortBy::Expires) => {
                self.listed(self.by_time(answers, limit), answers)
            }
        };
        self.answer(hits, counts, complete)
    }

    fn answer(&self, hits: Hits, counts: LevelCounts, complete: bool) -> SearchResult {
        SearchResult {
            hits,
            total: counts.total(),
            counts,
            complete,
            hints: self.query.hints_for(counts.total(), complete),
        }
    }

    fn listed(&self, rows: Vec<RowId>, answers: &[Groups]) -> Hits {
        Hits::of_rows(RowHits::listed(
            Arc::clone(self.source),
            rows,
            answers.into(),
        ))
    }

    /// The best hits, read and ranked exactly, followed by the others group by group.
    fn by_relevance(&self, answers: &[Groups], limit: usize) -> Hits {
        let mut by_key: BTreeMap<SortKey, Vec<(u32, &RankedRows)>> = BTreeMap::new();
        for (groups, part) in answers.iter().zip(0..) {
            for group in groups.iter() {
                by_key.entry(group.key).or_default().push((part, group));
            }
        }
        let mut runs: Vec<(u32, &RankedRows)> = by_key.into_values().flatten().collect();
        if self.sort.descending {
            runs.reverse();
        }
        let mut head: Vec<RowId> = Vec::new();
        let mut tail = Vec::new();
        for (part, group) in runs {
            // Groups come best first: once there are enough hits, later groups have none better.
            let room = if head.len() < limit {
                RERANKED_MAX - head.len()
            } else {
                0
            };
            let first = group.rows.iter().take(room);
            let taken: Vec<RowId> = first.map(|row| RowId { part, row }).collect();
            let is_whole = taken.len() < room;
            head.extend(&taken);
            // A group taken as a whole has no rows left for the tail.
            if !is_whole && head.len() + tail.len() < limit {
                let mut rows = group.rows.clone();
                for id in &taken {
                    rows.remove(id.row);
                }
                tail.push((part, RankedRows { rows, ..*group }));
            }
        }
        let mut hits = self.ranked(&head);
        hits.prune(self.sort, limit);
        hits.sort(self.sort);
        let room = limit - hits.len();
        hits.with_rows(RowHits::grouped(
            Arc::clone(self.source),
            tail.into_iter(),
            room,
        ))
    }

    /// Reads records and ranks them exactly.
    fn ranked(&self, rows: &[RowId]) -> Hits {
        let matched =
            rows.par_iter()
                .with_min_len(64)
                .map_init(MatchScratch::default, |scratch, id| {
                    if self.control.cancel.is_cancelled() {
                        return None;
                    }
                    let record = self.source.record(id.part as usize, id.row)?;
                    let matched = self.plan.matcher.matches_with(record, scratch)?;
                    Some((record.key, matched))
                });
        let mut hits = Hits::default();
        for (key, matched) in matched.collect::<Vec<_>>().into_iter().flatten() {
            hits.push(key, matched.key.get(), matched.level, matched.key);
        }
        hits
    }

    /// All rows in key order. Parts that continue each other form sorted runs, which are merged.
    fn by_key(&self, answers: &[Groups], limit: usize) -> Vec<RowId> {
        let mut runs: Vec<std::iter::Peekable<_>> = Vec::new();
        for part in 0..answers.len() {
            if part > 0 && self.source.continues(part) {
                continue;
            }
            let next = (part + 1..answers.len()).find(|next| !self.source.continues(*next));
            let parts = part..next.unwrap_or(answers.len());
            let rows = parts.flat_map(|part| {
                let rows = answers.get(part).map(|groups| rows_of(groups));
                let rows: Vec<u32> = rows.iter().flat_map(RowSet::iter).collect();
                rows.into_iter().map(move |row| RowId {
                    part: part as u32,
                    row,
                })
            });
            runs.push(rows.peekable());
        }
        let key = |id: &RowId| self.source.record(id.part as usize, id.row).map(|r| r.key);
        // In descending order the last rows come first, so all are needed.
        let wanted = if self.sort.descending {
            usize::MAX
        } else {
            limit
        };
        let mut rows = Vec::new();
        while rows.len() < wanted && !self.control.cancel.is_cancelled() {
            let heads = runs
                .iter_mut()
                .enumerate()
                .filter_map(|(run, rows)| Some((key(rows.peek()?)?, run)));
            let mut heads: Vec<_> = heads.collect();
            heads.sort_unstable();
            let Some((_, first)) = heads.first() else {
                break;
            };
            let Some(run) = runs.get_mut(*first) else {
                break;
            };
            match heads.get(1) {
                None => rows.extend(run.take(wanted - rows.len())),
                Some((second, _)) => {
                    while rows.len() < wanted
                        && let Some(id) = run.next_if(|id| key(id).is_some_and(|key| key < *second))
                    {
                        rows.push(id);
                    }
                }
            }
        }
        if self.sort.descending {
            rows.reverse();
            rows.truncate(limit);
        }
        rows
    }

    /// All rows by one of the record's timestamps; equal ones in key order.
    fn by_time(&self, answers: &[Groups], limit: usize) -> Vec<RowId> {
        let mut keyed: Vec<(u64, &str, RowId)> = answers
            .par_iter()
            .enumerate()
            .flat_map_iter(|(part, groups)| {
                let rows: Vec<u32> = rows_of(groups).iter().collect();
                rows.into_iter().filter_map(move |row| {
                    let record = self.source.record(part, row)?;
                    let id = RowId {
                        part: part as u32,
                        row,
                    };
                    Some((order_of(record, self.sort.by), record.key, id))
                })
            })
            .collect();
        let descending = self.sort.descending;
        keyed.par_sort_unstable_by(|(left, left_key, _), (right, right_key, _)| {
            let order = left.cmp(right);
            let order = if descending { order.reverse() } else { order };
            order.then_with(|| left_key.cmp(right_key))
        });
        keyed.truncate(limit);
        keyed.into_iter().map(|(_, _, id)| id).collect()
    }
}

/// The groups found in a part, merged with those of another slice of it.
fn with_groups(found: &Groups, more: Vec<RankedRows>) -> Groups {
    if found.is_empty() {
        return more.into();
    }
    let mut all = found.to_vec();
    for group in more {
        match all.binary_search_by_key(&group.key, |known| known.key) {
            Ok(same) => {
                if let Some(known) = all.get_mut(same) {
                    known.rows.unite(&group.rows);
                }
            }
            Err(place) => all.insert(place, group),
        }
    }
    all.into()
}

fn rows_of(groups: &[RankedRows]) -> RowSet {
    let mut all = RowSet::new(groups.first().map_or(0, |group| group.rows.rows()));
    for group in groups {
        all.unite(&group.rows);
    }
    all
}
