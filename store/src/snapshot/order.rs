//! Sorting records by the value at a path, which is read from columns where possible, and from the
//! records elsewhere.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelIterator as _, IntoParallelRefIterator as _,
    IntoParallelRefMutIterator as _, ParallelIterator as _,
};
use rayon::slice::ParallelSliceMut as _;

use super::Snapshot;
use super::order_keys::{first_scalar, order_keys};
use super::rows::SnapshotRows;
use crate::key::Key;
use crate::path::{Path, PathSegment};
use crate::row_set::RowSet;
use crate::search::{
    CancelToken, Cancelled, Hits, Mode, Query, RowId, RowSource, SearchControl, SearchOptions,
    SearchResult, search_rows,
};
use crate::value::{ValueRef, cmp_values};

/// The number of records between two checks for cancellation.
const RECORDS_PER_CHECK: usize = 256;
/// Below one row in this number, reading the records is cheaper than using the column.
const ROWS_PER_READ: u32 = 16;
/// The first rows are reported before the others are sorted if there are this many times more.
const FIRST_PER_ALL: usize = 8;
/// The smallest number of rows whose keys are read in one task.
const KEYS_PER_TASK_MIN: usize = 1024;

/// The number of first rows to report early, and the function that receives them.
type First<'a> = (usize, &'a mut dyn FnMut(Vec<RowId>));

/// An order of records by the first scalar at a path. Values of different types are in the order of
/// [`cmp_values`]. In both directions, records without a scalar come last, and equal ones are in
/// key order.
#[derive(Clone, Copy, Debug)]
pub struct PathOrder<'a> {
    /// The path to sort by.
    pub path: &'a Path,
    /// Whether the largest value comes first.
    pub descending: bool,
}

impl Snapshot {
    /// Searches like [`search`](Self::search), with the hits in the order of a path. If there are
    /// many hits, the first are published as a partial answer before the others are sorted.
    pub fn search_by_path(
        &self,
        query: &Query,
        mode: Mode,
        order: PathOrder<'_>,
        control: &SearchControl<'_>,
    ) -> SearchResult {
        let rows = Arc::new(SnapshotRows::new(self));
        let source: Arc<dyn RowSource> = Arc::clone(&rows) as _;
        let ordering = |found: &[RowSet], first: usize, publish: &mut dyn FnMut(Vec<RowId>)| {
            let wanted = control.partial.is_some().then_some((first, publish));
            rows.ordered(order, Some(found), None, wanted, &control.cancel)
        };
        let options = SearchOptions {
            mode,
            ..SearchOptions::default()
        };
        search_rows(&source, query, &options, Some(&ordering), control)
    }

    /// The keys of all visible records, or of those among `within`, in the order of a path. With a
    /// limit only the first of them, which costs less.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
    pub fn sorted_by_path(
        &self,
        path: &Path,
        descending: bool,
        within: Option<&Hits>,
        limit: Option<usize>,
        cancel: &CancelToken,
    ) -> Result<Vec<Key>, Cancelled> {
        let rows = SnapshotRows::new(self);
        let order = PathOrder { path, descending };
        let chosen = within.map(|hits| hits.rows_of(&rows));
        let sorted = rows.ordered(order, chosen.as_deref(), limit, None, cancel);
        let keys = sorted.par_iter().with_min_len(KEYS_PER_TASK_MIN);
        let keys: Vec<Option<Key>> = keys
            .map(|id| {
                let record = rows.record(id.part as usize, id.row);
                record.and_then(|record| Key::new(record.key).ok())
            })
            .collect();
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        Ok(keys.into_iter().flatten().collect())
    }
}

impl SnapshotRows {
    /// The chosen rows in the order of a path. The result is unspecified if cancelled.
    fn ordered(
        &self,
        order: PathOrder<'_>,
        chosen: Option<&[RowSet]>,
        limit: Option<usize>,
        first: Option<First<'_>>,
        cancel: &CancelToken,
    ) -> Vec<RowId> {
        let path = order.path.segments();
        let limit = limit.unwrap_or(usize::MAX);
        let chosen = |part: usize| self.chosen_in(part, chosen);
        if let Some(parts) = order_keys(self, &path, &chosen, order.descending) {
            return self.sorted(parts, limit, first, cancel);
        }
        let in_part = |part: usize| self.entries(part, &chosen(part), &path, order, cancel);
        let parts = (0..self.parts()).into_par_iter().map(in_part).collect();
        self.sorted(parts, limit, first, cancel)
    }

    /// Sorts the rows of all parts by the order key given with each. Within a run of parts rows are
    /// in key order, so keys are only read to order equal values of different runs.
    fn sorted<K: Ord + Copy + Send + Sync>(
        &self,
        mut parts: Vec<Vec<(K, RowId)>>,
        limit: usize,
        first: Option<First<'_>>,
        cancel: &CancelToken,
    ) -> Vec<RowId> {
        let all: usize = parts.iter().map(Vec::len).sum();
        parts
            .par_iter_mut()
            .for_each(|part| keep_first(part, limit));
        if let Some((count, report)) = first
            && all / FIRST_PER_ALL > count
            && !cancel.is_cancelled()
        {
            let heads = parts.par_iter_mut().map(|part| {
                if count > 0 && count < part.len() {
                    part.select_nth_unstable(count - 1);
                }
                part.iter().take(count).copied().collect()
            });
            report(self.sorted(heads.collect(), count, None, cancel));
        }
        let mut runs: Vec<Vec<(K, RowId)>> = Vec::new();
        for (part, entries) in parts.into_iter().enumerate() {
            match runs.last_mut() {
                Some(run) if self.continues(part) => run.extend(entries),
                _ => runs.push(entries),
            }
        }
        runs.retain(|run| !run.is_empty());
        for run in &mut runs {
            keep_first(run, limit);
            if !cancel.is_cancelled() {
                run.par_sort_unstable();
            }
        }
        self.merged(runs, limit, cancel)
    }

    /// The chosen rows of a part with their values, from columns where possible, and from the
    /// records elsewhere.
    fn entries<'a>(
        &'a self,
        part: usize,
        rows: &RowSet,
        path: &[PathSegment],
        order: PathOrder<'_>,
        cancel: &CancelToken,
    ) -> Vec<(ByValue<'a>, RowId)> {
        let mut values: Vec<Option<ValueRef<'a>>> = Vec::new();
        let mut unread = rows.clone();
        // Columns do not know which of several values in a record is the first; and reading few
        // records is faster than reading a whole column.
        let is_single = !path.contains(&PathSegment::Elements);
        let are_many = rows.count() > rows.rows() / ROWS_PER_READ;
        if let Some(columns) = self.columns(part).filter(|_| is_single && are_many) {
            values.resize(rows.rows() as usize, None);
            match columns.get(path) {
                Some(column) => {
                    column.for_each_value(columns.rows(), &mut |row, value| {
                        if let Some(slot) = values.get_mut(row as usize) {
                            *slot = Some(value);
                        }
                    });
                    unread.intersect(&column.unread_rows(columns.rows()));
                }
                None => unread = RowSet::new(rows.rows()),
            }
        }
        let mut entries = Vec::with_capacity(rows.count() as usize);
        for (count, row) in rows.iter().enumerate() {
            if count % RECORDS_PER_CHECK == 0 && cancel.is_cancelled() {
                break;
            }
            let value = if unread.contains(row) {
                let record = self.record(part, row);
                record.and_then(|record| first_scalar(record.value, path))
            } else {
                values.get(row as usize).copied().flatten()
            };
            let part = part as u32;
            let by = ByValue::new(value, order.descending);
            entries.push((by, RowId { part, row }));
        }
        entries
    }

    fn merged<K: Ord + Copy>(
        &self,
        runs: Vec<Vec<(K, RowId)>>,
        limit: usize,
        cancel: &CancelToken,
    ) -> Vec<RowId> {
        let key = |id: RowId| {
            let record = self.record(id.part as usize, id.row);
            record.map(|record| record.key)
        };
        let before = |left: &(K, RowId), right: &(K, RowId)| {
            let by_value = left.0.cmp(&right.0);
            by_value.then_with(|| key(left.1).cmp(&key(right.1)))
        };
        let mut runs: Vec<_> = runs
            .into_iter()
            .map(|run| run.into_iter().peekable())
            .collect();
        let mut merged = Vec::new();
        while merged.len() < limit && runs.len() > 1 {
            if merged.len() % RECORDS_PER_CHECK == 0 && cancel.is_cancelled() {
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

/// Keeps only the first entries, in any order.
fn keep_first<T: Ord>(entries: &mut Vec<T>, count: usize) {
    if count < entries.len() {
        if count > 0 {
            entries.select_nth_unstable(count - 1);
        }
        entries.truncate(count);
    }
}

/// The sort key of a record; a record without a value comes last.
#[derive(Clone, Copy, Debug)]
struct ByValue<'a> {
    /// Decides most comparisons without accessing the value, which is elsewhere in memory.
    head: u128,
    value: Option<ValueRef<'a>>,
    descending: bool,
}

impl<'a> ByValue<'a> {
    fn new(value: Option<ValueRef<'a>>, descending: bool) -> Self {
        let head = match value {
            Some(value) if descending => !head_of(value),
            Some(value) => head_of(value),
            None => u128::MAX,
        };
        Self {
            head,
            value,
            descending,
        }
    }
}

/// The type and the first bytes of a value as a number. If the numbers of two values differ, they
/// are in the order of [`cmp_values`]. Never 0 or `u128::MAX`.
fn head_of(value: ValueRef<'_>) -> u128 {
    let (kind, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (1, &[]),
        ValueRef::Bool(_) => (2, &[]),
        ValueRef::Int(_) | ValueRef::UInt(_) | ValueRef::Float(_) => (3, &[]),
        ValueRef::String(text) => (4, text.as_bytes()),
        ValueRef::Bytes(bytes) => (5, bytes),
        ValueRef::Timestamp(_) => (6, &[]),
        ValueRef::List(_) => (7, &[]),
        ValueRef::Map(_) => (8, &[]),
    };
    let mut head = [0; 16];
    for (to, from) in head.iter_mut().zip(std::iter::once(&kind).chain(bytes)) {
        *to = *from;
    }
    u128::from_be_bytes(head)
}

impl Ord for ByValue<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = || match (self.value, other.value) {
            (Some(left), Some(right)) if self.descending => cmp_values(right, left),
            (Some(left), Some(right)) => cmp_values(left, right),
            (left, right) => right.is_some().cmp(&left.is_some()),
        };
        self.head.cmp(&other.head).then_with(by_value)
    }
}

impl PartialOrd for ByValue<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByValue<'_> {}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::batch::WriteBatch;
    use crate::change::Cause;
    use crate::clock::{ManualClock, Millis};
    use crate::search::{PARTIAL_HITS_MAX, PartialSink};
    use crate::store::Store;
    use crate::value::{EncodedValue, Value};

    #[test]
    fn the_first_of_many_hits_are_published_before_all_are_sorted() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(0))));
        let mut batch = WriteBatch::new(Cause::Edit);
        let count = PARTIAL_HITS_MAX * FIRST_PER_ALL * 2;
        for number in 0..count {
            let text = format!("a text that begins as all {}", number * 7_919 % count);
            let numbers = [
                ("n", Value::Int((number * 7_919 % 500) as i64)),
                ("t", text.as_str().into()),
            ];
            let value = numbers
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec();
            let value = EncodedValue::encode(&Value::Map(value)).unwrap();
            batch.put(Key::new(&format!("{number:06}")).unwrap(), value);
        }
        store.commit(&batch).unwrap();
        let snapshot = store.snapshot();
        for indexed in [false, true] {
            if indexed {
                snapshot
                    .build_indexes(&CancelToken::never(), &|_| {})
                    .unwrap();
            }
            for (path, descending) in [("n", false), ("n", true), ("t", false), ("t", true)] {
                let partial: Mutex<Vec<SearchResult>> = Mutex::new(Vec::new());
                let is_due = || true;
                let publish = |result| partial.lock().unwrap().push(result);
                let control = SearchControl {
                    cancel: CancelToken::never(),
                    partial: Some(PartialSink {
                        is_due: &is_due,
                        publish: &publish,
                    }),
                };
                let path = Path::parse(path).unwrap();
                let order = PathOrder {
                    path: &path,
                    descending,
                };
                let all = snapshot.search_by_path(&Query::all(), Mode::Fuzzy, order, &control);
                assert_eq!((all.hits.len(), all.complete), (count, true));
                let partial = partial.into_inner().unwrap();
                let [first] = partial.as_slice() else {
                    panic!("{} partial answers", partial.len());
                };
                assert_eq!((first.total, first.complete), (count as u64, false));
                let keys = |result: &SearchResult| -> Vec<String> {
                    let hits = result.hits.iter().take(PARTIAL_HITS_MAX);
                    hits.map(|hit| hit.key.to_owned()).collect()
                };
                assert_eq!(keys(first), keys(&all), "{path} {descending}");
                assert_eq!(first.hits.len(), PARTIAL_HITS_MAX);
            }
        }
    }
}
