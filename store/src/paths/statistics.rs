//! Statistics of one path, computed from all records in parallel, never sampled. The values come
//! from a [`PathSource`]: the records or the indexes.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::calendar::timestamp_of;
use super::counter::Counter;
use super::equi_depth::EquiDepthHistogram;
use super::histogram::Histogram;
use super::min_max::MinMax;
use super::numbers::Numbers;
use crate::path::{Path, PathSegment, visit_at};
use crate::record::Scan;
use crate::search::{CancelToken, Cancelled};
use crate::value::{Value, ValueRef, ValueType};

/// The largest number of frequent values listed.
const TOP_VALUES_MAX: usize = 100;
const RECORDS_PER_CHECK: u64 = 256;

/// Statistics of the values at one path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathStatistics {
    /// The number of records that have the path.
    pub records_with: u64,
    /// The number of records that do not.
    pub records_without: u64,
    /// The number of values by type, in the order of [`ValueType::ALL`].
    pub types: [u64; 9],
    /// The number of distinct scalars; lists and maps do not count.
    pub distinct: Distinct,
    /// The most frequent scalars, most frequent first; at most 100.
    pub top: Vec<TopValue>,
    /// The smallest and the largest of the numbers, timestamps or texts, whichever are the most
    /// frequent of the three.
    pub min_max: Option<(Value, Value)>,
    /// The histogram of the numbers; if there are none, of the timestamps. Texts that are RFC 3339
    /// dates or times count as timestamps if most texts are.
    pub histogram: Option<Histogram>,
    /// The same values in buckets that hold about the same number of values each.
    pub equi_depth: Option<EquiDepthHistogram>,
    /// Memory that the typed columns use for the path, in bytes; 0 if there are none.
    pub index_bytes: u64,
}

/// A number of distinct values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// The number, exact or estimated.
    pub count: u64,
    /// Whether it is an estimate, which is so with more than 65 536 distinct texts and bytes: one
    /// in three estimates is off by more than 2 %. Numbers and timestamps are always counted
    /// exactly.
    pub is_estimate: bool,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq)]
pub struct TopValue {
    /// The value; texts and bytes longer than 256 bytes are cut.
    pub value: Value,
    /// How often it occurs.
    pub count: u64,
    /// The most by which `count` may be too low; 0 up to 65 536 distinct texts.
    pub error: u64,
}

/// Computes the statistics of one path by reading all records of a scan, in parallel: O(n).
///
/// [`Snapshot::statistics`](crate::Snapshot::statistics) computes the same from the indexes.
///
/// # Errors
///
/// [`Cancelled`] if `cancel` was cancelled before the end.
pub fn statistics(
    scan: &(impl Scan + ?Sized),
    path: &Path,
    cancel: &CancelToken,
) -> Result<PathStatistics, Cancelled> {
    let source = ScannedPath {
        scan,
        segments: &path.segments(),
        cancel,
    };
    statistics_of(&source, cancel)
}

/// The values at one path, in parts that can be counted on different threads.
pub(crate) trait PathSource: Sync {
    /// The number of parts.
    fn parts(&self) -> usize;

    /// Adds the values of one part to a tally.
    fn count_into(&self, part: usize, tally: &mut dyn Tally);

    /// Memory that the index uses for the path, in bytes.
    fn index_bytes(&self) -> u64;
}

/// Counts the values of a path.
pub(crate) trait Tally {
    /// Adds a number of records, of which `with_path` have the path.
    fn records(&mut self, records: u64, with_path: u64);

    /// Adds `count` values of a type.
    fn types(&mut self, value_type: ValueType, count: u64);

    /// Adds a scalar `count` times; values of different types are different scalars.
    fn scalar(&mut self, value: ValueRef<'_>, count: u64);
}

/// Computes the statistics of a source.
pub(crate) fn statistics_of(
    source: &dyn PathSource,
    cancel: &CancelToken,
) -> Result<PathStatistics, Cancelled> {
    let seen = fold_parts(source, cancel)?;
    let numbers = seen.numbers.sorted();
    // If most texts are not dates, the dates among them are only texts.
    let has_dates = seen.texts.count < seen.dates.timestamps().saturating_mul(2);
    let dates = if has_dates {
        seen.dates
    } else {
        Numbers::default()
    };
    let (histogram, equi_depth) = numbers.spread(&dates);
    let (distinct, is_exact) = seen.counter.distinct();
    let error = seen.counter.error();
    let top_counted = seen.counter.top(TOP_VALUES_MAX).into_iter();
    let top_numbers = numbers.top(TOP_VALUES_MAX).into_iter();
    let mut top: Vec<TopValue> = top_counted
        .map(|(value, count)| (value, count, error))
        .chain(top_numbers.map(|(value, count)| (value, count, 0)))
        .map(|(value, count, error)| TopValue {
            value,
            count,
            error,
        })
        .collect();
    // Values of one type are sorted already, and the sort is stable.
    top.sort_by_key(|top| (Reverse(top.count), type_order(&top.value)));
    top.truncate(TOP_VALUES_MAX);
    let min_max = [seen.texts, numbers.timestamp_ends(), numbers.ends()];
    Ok(PathStatistics {
        records_with: seen.records_with,
        records_without: seen.records - seen.records_with,
        types: seen.types,
        distinct: Distinct {
            count: distinct + numbers.distinct(),
            is_estimate: !is_exact,
        },
        top,
        histogram,
        equi_depth,
        index_bytes: source.index_bytes(),
        min_max: min_max
            .into_iter()
            .max_by_key(|min_max| min_max.count)
            .and_then(|min_max| min_max.ends),
    })
}

/// The order of types among values that are equally frequent.
const fn type_order(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::UInt(_) => 3,
        Value::Float(_) => 4,
        Value::String(_) => 5,
        Value::Bytes(_) => 6,
        Value::Timestamp(_) | Value::List(_) | Value::Map(_) => 7,
    }
}

fn fold_parts(source: &dyn PathSource, cancel: &CancelToken) -> Result<Seen, Cancelled> {
    let folded = (0..source.parts())
        .into_par_iter()
        .map(|part| {
            let mut seen = Seen::default();
            if !cancel.is_cancelled() {
                source.count_into(part, &mut seen);
            }
            seen
        })
        .reduce(Seen::default, Seen::merged);
    if cancel.is_cancelled() {
        Err(Cancelled)
    } else {
        Ok(folded)
    }
}

/// A path whose values are read from the records.
struct ScannedPath<'a, S: Scan + ?Sized> {
    scan: &'a S,
    segments: &'a [PathSegment],
    cancel: &'a CancelToken,
}

impl<S: Scan + ?Sized> PathSource for ScannedPath<'_, S> {
    fn parts(&self) -> usize {
        self.scan.parts()
    }

    fn count_into(&self, part: usize, tally: &mut dyn Tally) {
        let mut records: u64 = 0;
        self.scan.scan_part(part, &mut |record| {
            count_record(record.value, self.segments, tally);
            records += 1;
            if records.is_multiple_of(RECORDS_PER_CHECK) && self.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
    }

    fn index_bytes(&self) -> u64 {
        0
    }
}

/// Adds the values at a path of one record to a tally.
pub(crate) fn count_record(value: ValueRef<'_>, path: &[PathSegment], tally: &mut dyn Tally) {
    let mut has_path = false;
    visit_at(value, path, &mut |found| {
        has_path = true;
        tally.types(found.value_type(), 1);
        if !matches!(found, ValueRef::List(_) | ValueRef::Map(_)) {
            tally.scalar(found, 1);
        }
    });
    tally.records(1, u64::from(has_path));
}

/// The tally from which the statistics are computed.
#[derive(Debug, Default)]
struct Seen {
    records: u64,
    records_with: u64,
    types: [u64; 9],
    numbers: Numbers,
    /// All scalars except numbers and timestamps.
    counter: Counter,
    texts: MinMax,
    /// The texts that are dates or times, parsed.
    dates: Numbers,
}

impl Tally for Seen {
    fn records(&mut self, records: u64, with_path: u64) {
        self.records += records;
        self.records_with += with_path;
    }

    fn types(&mut self, value_type: ValueType, count: u64) {
        self.types[value_type as usize] += count;
    }

    fn scalar(&mut self, value: ValueRef<'_>, count: u64) {
        if self.numbers.add(value, count) {
            return;
        }
        self.counter.add(value, count);
        if let ValueRef::String(text) = value {
            self.texts.add(value, count);
            if let Some(timestamp) = timestamp_of(text) {
                self.dates.add(ValueRef::Timestamp(timestamp), count);
            }
        }
    }
}

impl Seen {
    fn merged(self, other: Self) -> Self {
        let mut types = self.types;
        for (count, more) in types.iter_mut().zip(other.types) {
            *count += more;
        }
        Self {
            records: self.records + other.records,
            records_with: self.records_with + other.records_with,
            types,
            numbers: self.numbers.merged(other.numbers),
            counter: self.counter.merged(other.counter),
            texts: self.texts.merged(other.texts),
            dates: self.dates.merged(other.dates),
        }
    }
}
