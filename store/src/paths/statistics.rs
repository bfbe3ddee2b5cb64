//! Statistics of one path: read from all records, in parallel, never sampled.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::counter::Counter;
use super::histogram::{Histogram, HistogramUnit};
use crate::path::{Path, PathSegment, visit_at};
use crate::record::Scan;
use crate::search::{Cancelled, Ticket};
use crate::value::{Number, Value, ValueRef, cmp_values};

/// The most frequent values that are listed.
const TOP_VALUES_MAX: usize = 100;
const RECORDS_PER_CHECK: u64 = 256;

/// What stands at one path of all records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathStatistics {
    /// Records that have the path.
    pub records_with: u64,
    /// Records that do not.
    pub records_without: u64,
    /// Values by type, in the order of [`ValueType::ALL`](crate::value::ValueType::ALL).
    pub types: [u64; 9],
    /// How many different scalars; lists and maps do not count.
    pub distinct: Distinct,
    /// The most frequent scalars, most frequent first; at most 100.
    pub top: Vec<TopValue>,
    /// The least and the greatest of the numbers, moments or texts, whichever are most.
    pub extremes: Option<(Value, Value)>,
    /// Of the numbers; of the moments if there are no numbers.
    pub histogram: Option<Histogram>,
}

/// A number of different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// How many.
    pub count: u64,
    /// Whether there may be more: beyond 65 536 they are no longer told apart.
    pub at_least: bool,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq)]
pub struct TopValue {
    /// The value; of texts and bytes longer than 256 bytes the beginning.
    pub value: Value,
    /// How often it stands there.
    pub count: u64,
    /// By how much `count` may be too low; 0 unless there are very many distinct values.
    pub error: u64,
}

/// Reads the statistics of one path.
pub fn statistics(
    scan: &(impl Scan + ?Sized),
    path: &Path,
    ticket: &Ticket,
) -> Result<PathStatistics, Cancelled> {
    let segments = path.segments();
    let seen = scan_parts(
        scan,
        &segments,
        ticket,
        Seen::default,
        Seen::record,
        Seen::merged,
    )?;
    let histogram = match seen.empty_histogram() {
        Some(empty) => Some(count_bins(scan, &segments, ticket, &empty)?),
        None => None,
    };
    let (distinct, is_exact) = seen.counter.distinct();
    let error = seen.counter.error();
    let top = seen.counter.top(TOP_VALUES_MAX).into_iter();
    Ok(PathStatistics {
        records_with: seen.records_with,
        records_without: seen.records - seen.records_with,
        types: seen.types,
        distinct: Distinct {
            count: distinct,
            at_least: !is_exact,
        },
        top: top
            .map(|(value, count)| TopValue {
                value,
                count,
                error,
            })
            .collect(),
        histogram,
        extremes: seen.extremes(),
    })
}

/// A second reading: the width of bins depends on the extremes.
fn count_bins(
    scan: &(impl Scan + ?Sized),
    segments: &[PathSegment],
    ticket: &Ticket,
    empty: &Histogram,
) -> Result<Histogram, Cancelled> {
    let count = |histogram: &mut Histogram, values: &[ValueRef<'_>]| {
        for value in values {
            let number = match (histogram.unit, value) {
                (HistogramUnit::Seconds, ValueRef::Timestamp(timestamp)) => {
                    Some(timestamp.seconds() as f64)
                }
                (HistogramUnit::Number, value) => value.as_number().map(Number::as_f64),
                _ => None,
            };
            if let Some(number) = number.filter(|number| number.is_finite()) {
                histogram.add(number, 1);
            }
        }
    };
    scan_parts(
        scan,
        segments,
        ticket,
        || empty.clone(),
        count,
        |left, right| left.merged(&right),
    )
}

/// Folds the values at a path over all records, record by record, part by part in parallel.
fn scan_parts<T: Send>(
    scan: &(impl Scan + ?Sized),
    segments: &[PathSegment],
    ticket: &Ticket,
    empty: impl Fn() -> T + Sync + Send,
    add: impl Fn(&mut T, &[ValueRef<'_>]) + Sync,
    merge: impl Fn(T, T) -> T + Sync + Send,
) -> Result<T, Cancelled> {
    let folded = (0..scan.parts())
        .into_par_iter()
        .map(|part| {
            let mut folded = empty();
            let mut records: u64 = 0;
            scan.scan_part(part, &mut |record| {
                let mut values = Vec::new();
                visit_at(record.value, segments, &mut |value| values.push(value));
                add(&mut folded, &values);
                records += 1;
                if records.is_multiple_of(RECORDS_PER_CHECK) && !ticket.is_current() {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            });
            folded
        })
        .reduce(&empty, &merge);
    if ticket.is_current() {
        Ok(folded)
    } else {
        Err(Cancelled)
    }
}

/// What one reading collects.
#[derive(Debug, Default)]
struct Seen {
    records: u64,
    records_with: u64,
    types: [u64; 9],
    counter: Counter,
    numbers: Extremes,
    moments: Extremes,
    texts: Extremes,
    has_fractions: bool,
}

impl Seen {
    fn record(&mut self, values: &[ValueRef<'_>]) {
        self.records += 1;
        self.records_with += u64::from(!values.is_empty());
        for &value in values {
            self.types[value.value_type() as usize] += 1;
            self.counter.add(value);
            match value {
                ValueRef::Float(float) if !float.is_finite() => {}
                ValueRef::Int(_) | ValueRef::UInt(_) | ValueRef::Float(_) => {
                    self.has_fractions |=
                        matches!(value, ValueRef::Float(float) if float.fract() != 0.0);
                    self.numbers.add(value);
                }
                ValueRef::Timestamp(_) => self.moments.add(value),
                ValueRef::String(_) => self.texts.add(value),
                _ => {}
            }
        }
    }

    fn merged(self, other: Self) -> Self {
        let mut types = self.types;
        for (count, more) in types.iter_mut().zip(other.types) {
            *count += more;
        }
        Self {
            records: self.records + other.records,
            records_with: self.records_with + other.records_with,
            types,
            counter: self.counter.merged(other.counter),
            numbers: self.numbers.merged(other.numbers),
            moments: self.moments.merged(other.moments),
            texts: self.texts.merged(other.texts),
            has_fractions: self.has_fractions || other.has_fractions,
        }
    }

    fn extremes(self) -> Option<(Value, Value)> {
        [self.texts, self.moments, self.numbers]
            .into_iter()
            .max_by_key(|extremes| extremes.count)?
            .ends
    }

    fn empty_histogram(&self) -> Option<Histogram> {
        if let Some((Some(min), Some(max))) = self.numbers.map(as_f64) {
            return Histogram::covering(HistogramUnit::Number, min, max, !self.has_fractions);
        }
        let (min, max) = self.moments.map(as_f64)?;
        Histogram::covering(HistogramUnit::Seconds, min?, max?, true)
    }
}

fn as_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Int(int) => Some(*int as f64),
        Value::UInt(uint) => Some(*uint as f64),
        Value::Float(float) => Some(*float),
        Value::Timestamp(timestamp) => Some(timestamp.seconds() as f64),
        _ => None,
    }
}

/// The least and the greatest of values that compare with each other.
#[derive(Debug, Default)]
struct Extremes {
    ends: Option<(Value, Value)>,
    count: u64,
}

impl Extremes {
    fn add(&mut self, value: ValueRef<'_>) {
        self.count += 1;
        let Some((least, greatest)) = &mut self.ends else {
            self.ends = Some((Value::from(value), Value::from(value)));
            return;
        };
        if compare(value, least) == Ordering::Less {
            *least = Value::from(value);
        } else if compare(value, greatest) == Ordering::Greater {
            *greatest = Value::from(value);
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.count += other.count;
        if let Some((least, greatest)) = other.ends {
            let count = self.count;
            self.add(as_ref(&least));
            self.add(as_ref(&greatest));
            self.count = count;
        }
        self
    }

    fn map<T>(&self, map: impl Fn(&Value) -> T) -> Option<(T, T)> {
        self.ends
            .as_ref()
            .map(|(least, greatest)| (map(least), map(greatest)))
    }
}

fn compare(value: ValueRef<'_>, known: &Value) -> Ordering {
    cmp_values(value, as_ref(known))
}

/// Scalars only; nothing else is compared here.
fn as_ref(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Int(int) => ValueRef::Int(*int),
        Value::UInt(uint) => ValueRef::UInt(*uint),
        Value::Float(float) => ValueRef::Float(*float),
        Value::String(text) => ValueRef::String(text),
        Value::Timestamp(timestamp) => ValueRef::Timestamp(*timestamp),
        Value::Bool(truth) => ValueRef::Bool(*truth),
        Value::Bytes(bytes) => ValueRef::Bytes(bytes),
        Value::Null | Value::List(_) | Value::Map(_) => ValueRef::Null,
    }
}
