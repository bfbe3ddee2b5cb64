//! Records in the order of what stands at a path: from columns where they know it, from the
//! records elsewhere.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::Snapshot;
use super::rows::SnapshotRows;
use crate::key::Key;
use crate::path::{Path, PathSegment, visit_at};
use crate::row_set::RowSet;
use crate::search::{
    Cancelled, Hits, Mode, Query, RowId, RowSource, SearchControl, SearchOptions, SearchResult,
    Ticket, search_rows,
};
use crate::value::{ValueRef, cmp_values};

/// Whether the answer is still wanted is asked after this many records.
const RECORDS_PER_CHECK: usize = 256;

/// An order of records by the first scalar at a path. Values of different types are in the order
/// of [`cmp_values`]; records without a scalar come last in both directions, and equal ones are in
/// the order of their keys in both.
#[derive(Clone, Copy, Debug)]
pub struct PathOrder<'a> {
    /// The path.
    pub path: &'a Path,
    /// The greatest first.
    pub descending: bool,
}

impl Snapshot {
    /// Searches like [`search`](Self::search), with all hits in the order of a path. Until they
    /// are, nothing is published.
    pub fn search_by_path(
        &self,
        query: &Query,
        mode: Mode,
        order: PathOrder<'_>,
        control: &SearchControl<'_>,
    ) -> SearchResult {
        let rows = Arc::new(SnapshotRows::new(self));
        let source: Arc<dyn RowSource> = Arc::clone(&rows) as _;
        let ordering = |found: &[RowSet]| rows.ordered(order, Some(found), None, &control.ticket);
        let options = SearchOptions {
            mode,
            ..SearchOptions::default()
        };
        let control = SearchControl::new(control.ticket.clone());
        search_rows(&source, query, &options, Some(&ordering), &control)
    }

    /// The keys of all visible records, or of those among `within`, in the order of a path. With a
    /// limit only the first in the order are found, which costs less.
    pub fn sorted_by_path(
        &self,
        path: &Path,
        descending: bool,
        within: Option<&Hits>,
        limit: Option<usize>,
        ticket: &Ticket,
    ) -> Result<Vec<Key>, Cancelled> {
        let rows = SnapshotRows::new(self);
        let order = PathOrder { path, descending };
        let chosen = within.map(|hits| hits.rows_of(&rows));
        let sorted = rows.ordered(order, chosen.as_deref(), limit, ticket);
        if !ticket.is_current() {
            return Err(Cancelled);
        }
        let records = sorted
            .into_iter()
            .filter_map(|id| rows.record(id.part as usize, id.row));
        Ok(records
            .filter_map(|record| Key::new(record.key).ok())
            .collect())
    }
}

/// A row with what it is sorted by.
type Entry<'a> = (Option<ValueRef<'a>>, RowId);

impl SnapshotRows {
    /// The chosen rows in the order of a path. May be anything once the ticket is stale.
    fn ordered(
        &self,
        order: PathOrder<'_>,
        chosen: Option<&[RowSet]>,
        limit: Option<usize>,
        ticket: &Ticket,
    ) -> Vec<RowId> {
        let path = order.path.segments();
        let in_part = |part: usize| self.entries(part, chosen, &path, ticket);
        let parts: Vec<Vec<Entry<'_>>> = (0..self.parts()).into_par_iter().map(in_part).collect();
        let mut runs: Vec<Vec<Entry<'_>>> = Vec::new();
        for (part, entries) in parts.into_iter().enumerate() {
            match runs.last_mut() {
                Some(run) if self.continues(part) => run.extend(entries),
                _ => runs.push(entries),
            }
        }
        runs.retain(|run| !run.is_empty());
        for run in &mut runs {
            // Within a run rows are in key order: equal values stay in it.
            let by_place = |left: &Entry<'_>, right: &Entry<'_>| {
                let place = |entry: &Entry<'_>| (entry.1.part, entry.1.row);
                compare(left.0, right.0, order.descending)
                    .then_with(|| place(left).cmp(&place(right)))
            };
            if let Some(limit) = limit.filter(|limit| *limit < run.len()) {
                if limit > 0 {
                    run.select_nth_unstable_by(limit - 1, by_place);
                }
                run.truncate(limit);
            }
            if ticket.is_current() {
                run.par_sort_unstable_by(by_place);
            }
        }
        self.merged(runs, order.descending, limit.unwrap_or(usize::MAX), ticket)
    }

    /// The chosen rows of a part in their order, with what they are sorted by.
    fn entries<'a>(
        &'a self,
        part: usize,
        chosen: Option<&[RowSet]>,
        path: &[PathSegment],
        ticket: &Ticket,
    ) -> Vec<Entry<'a>> {
        let rows = self.chosen_in(part, chosen);
        let mut values: Vec<Option<ValueRef<'a>>> = Vec::new();
        let mut unread = rows.clone();
        // Of several values in a record the columns do not know which is the first.
        let is_single = !path.contains(&PathSegment::Elements);
        if let Some(columns) = self.columns(part).filter(|_| is_single) {
            values.resize(rows.rows() as usize, None);
            match columns.get(path) {
                Some(column) => {
                    column.for_each_value(columns.rows(), &mut |row, value| {
                        if let Some(place) = values.get_mut(row as usize) {
                            *place = Some(value);
                        }
                    });
                    unread.intersect(&column.unread_rows(columns.rows()));
                }
                None => unread = RowSet::new(rows.rows()),
            }
        }
        let mut entries = Vec::with_capacity(rows.count() as usize);
        for (count, row) in rows.iter().enumerate() {
            if count % RECORDS_PER_CHECK == 0 && !ticket.is_current() {
                break;
            }
            let value = if unread.contains(row) {
                let record = self.record(part, row);
                record.and_then(|record| first_scalar(record.value, path))
            } else {
                values.get(row as usize).copied().flatten()
            };
            let part = part as u32;
            entries.push((value, RowId { part, row }));
        }
        entries
    }

    /// Merges sorted runs. Keys are read only to tell equal values of different runs apart.
    fn merged(
        &self,
        runs: Vec<Vec<Entry<'_>>>,
        descending: bool,
        limit: usize,
        ticket: &Ticket,
    ) -> Vec<RowId> {
        let key = |id: RowId| {
            self.record(id.part as usize, id.row)
                .map(|record| record.key)
        };
        let before = |left: &Entry<'_>, right: &Entry<'_>| {
            compare(left.0, right.0, descending).then_with(|| key(left.1).cmp(&key(right.1)))
        };
        let mut runs: Vec<_> = runs
            .into_iter()
            .map(|run| run.into_iter().peekable())
            .collect();
        let mut merged = Vec::new();
        while merged.len() < limit && runs.len() > 1 {
            if merged.len() % RECORDS_PER_CHECK == 0 && !ticket.is_current() {
                return merged;
            }
            let heads = runs.iter_mut().enumerate();
            let heads = heads.filter_map(|(run, entries)| Some((*entries.peek()?, run)));
            let first = heads.min_by(|left, right| before(&left.0, &right.0));
            let Some((entry, run)) = first else { break };
            merged.push(entry.1);
            if let Some(entries) = runs.get_mut(run) {
                entries.next();
                if entries.peek().is_none() {
                    drop(runs.swap_remove(run));
                }
            }
        }
        let rest = runs.into_iter().flatten().map(|(_, id)| id);
        merged.extend(rest.take(limit.saturating_sub(merged.len())));
        merged
    }
}

fn compare(left: Option<ValueRef<'_>>, right: Option<ValueRef<'_>>, descending: bool) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) if descending => cmp_values(right, left),
        (Some(left), Some(right)) => cmp_values(left, right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

pub(super) fn first_scalar<'a>(value: ValueRef<'a>, path: &[PathSegment]) -> Option<ValueRef<'a>> {
    let mut first = None;
    visit_at(value, path, &mut |found| {
        if first.is_none() && !matches!(found, ValueRef::List(_) | ValueRef::Map(_)) {
            first = Some(found);
        }
    });
    first
}
