//! Statistics of one path: of all records, in parallel, never sampled. Knows what counts values,
//! not where they come from.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::calendar::moment_of;
use super::counter::Counter;
use super::histogram::{Histogram, HistogramUnit};
use super::shares::Shares;
use crate::path::{Path, PathSegment, visit_at};
use crate::record::Scan;
use crate::search::{Cancelled, Ticket};
use crate::value::{Number, Value, ValueRef, ValueType, cmp_values};

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
    /// Of the numbers; if there are none, of the moments, to which texts count that are RFC 3339
    /// dates or times, provided that most texts are.
    pub histogram: Option<Histogram>,
    /// The same values in buckets of about as many each.
    pub shares: Option<Shares>,
    /// Bytes of memory that typed columns spend on the path; 0 if there are none.
    pub index_bytes: u64,
}

/// A number of different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// How many.
    pub count: u64,
    /// Whether that is an estimate: beyond 65 536 they are no longer told apart, and one in three
    /// estimates is off by more than 2 %.
    pub is_estimate: bool,
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

/// Reads the statistics of one path from all records of a scan.
///
/// [`Snapshot::statistics`](crate::Snapshot::statistics) finds the same figures in the indexes.
pub fn statistics(
    scan: &(impl Scan + ?Sized),
    path: &Path,
    ticket: &Ticket,
) -> Result<PathStatistics, Cancelled> {
    let source = ScannedPath {
        scan,
        segments: &path.segments(),
        ticket,
    };
    statistics_of(&source, ticket)
}

/// The values at one path, in parts that can be counted on different threads.
pub(crate) trait PathSource: Sync {
    /// How many parts.
    fn parts(&self) -> usize;

    /// Tells what stands in one part.
    fn tell(&self, part: usize, tally: &mut dyn Tally);

    /// Bytes of memory that the index spends on the path.
    fn index_bytes(&self) -> u64;
}

/// What counts values.
pub(crate) trait Tally {
    /// So many records, and so many of them with the path.
    fn records(&mut self, records: u64, with_path: u64);

    /// So many values of a type.
    fn types(&mut self, value_type: ValueType, count: u64);

    /// A scalar that stands there so many times; its type is told apart from it.
    fn scalar(&mut self, value: ValueRef<'_>, count: u64);
}

/// Counts what a source tells.
pub(crate) fn statistics_of(
    source: &dyn PathSource,
    ticket: &Ticket,
) -> Result<PathStatistics, Cancelled> {
    let seen = fold_parts(source, ticket, Seen::default, Seen::merged)?;
    let spread = match seen.empty_histogram() {
        Some(empty) => Some(fold_parts(
            source,
            ticket,
            || Spread::new(&empty, seen.has_dates()),
            Spread::merged,
        )?),
        None => None,
    };
    let (histogram, shares) = spread.map(Spread::finish).unzip();
    let (distinct, is_exact) = seen.counter.distinct();
    let error = seen.counter.error();
    let top = seen.counter.top(TOP_VALUES_MAX).into_iter();
    Ok(PathStatistics {
        records_with: seen.records_with,
        records_without: seen.records - seen.records_with,
        types: seen.types,
        distinct: Distinct {
            count: distinct,
            is_estimate: !is_exact,
        },
        top: top
            .map(|(value, count)| TopValue {
                value,
                count,
                error,
            })
            .collect(),
        histogram,
        shares: shares.flatten(),
        index_bytes: source.index_bytes(),
        extremes: seen.extremes(),
    })
}

fn fold_parts<T: Tally + Send>(
    source: &dyn PathSource,
    ticket: &Ticket,
    empty: impl Fn() -> T + Sync + Send,
    merge: impl Fn(T, T) -> T + Sync + Send,
) -> Result<T, Cancelled> {
    let folded = (0..source.parts())
        .into_par_iter()
        .map(|part| {
            let mut tally = empty();
            if ticket.is_current() {
                source.tell(part, &mut tally);
            }
            tally
        })
        .reduce(&empty, &merge);
    if ticket.is_current() {
        Ok(folded)
    } else {
        Err(Cancelled)
    }
}

/// A path whose values are read from the records.
struct ScannedPath<'a, S: Scan + ?Sized> {
    scan: &'a S,
    segments: &'a [PathSegment],
    ticket: &'a Ticket,
}

impl<S: Scan + ?Sized> PathSource for ScannedPath<'_, S> {
    fn parts(&self) -> usize {
        self.scan.parts()
    }

    fn tell(&self, part: usize, tally: &mut dyn Tally) {
        let mut records: u64 = 0;
        self.scan.scan_part(part, &mut |record| {
            tell_record(record.value, self.segments, tally);
            records += 1;
            if records.is_multiple_of(RECORDS_PER_CHECK) && !self.ticket.is_current() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
    }

    fn index_bytes(&self) -> u64 {
        0
    }
}

/// Tells what stands at a path of one record.
pub(crate) fn tell_record(value: ValueRef<'_>, path: &[PathSegment], tally: &mut dyn Tally) {
    let mut is_there = false;
    visit_at(value, path, &mut |found| {
        is_there = true;
        tally.types(found.value_type(), 1);
        if !matches!(found, ValueRef::List(_) | ValueRef::Map(_)) {
            tally.scalar(found, 1);
        }
    });
    tally.records(1, u64::from(is_there));
}

/// What the second reading collects: the width of bins depends on the extremes.
#[derive(Debug)]
struct Spread {
    histogram: Histogram,
    /// Texts that are dates count.
    with_dates: bool,
    /// Values with how often each was seen.
    values: Vec<(f64, u64)>,
}

impl Spread {
    fn new(empty: &Histogram, with_dates: bool) -> Self {
        Self {
            histogram: empty.clone(),
            with_dates,
            values: Vec::new(),
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.values.extend(other.values);
        Self {
            histogram: self.histogram.merged(&other.histogram),
            ..self
        }
    }

    fn finish(self) -> (Histogram, Option<Shares>) {
        let shares = Shares::of(self.histogram.unit, self.values);
        (self.histogram, shares)
    }
}

impl Tally for Spread {
    fn records(&mut self, _records: u64, _with_path: u64) {}

    fn types(&mut self, _value_type: ValueType, _count: u64) {}

    fn scalar(&mut self, value: ValueRef<'_>, count: u64) {
        let number = match (self.histogram.unit, value) {
            (HistogramUnit::Seconds, ValueRef::Timestamp(timestamp)) => {
                Some(timestamp.seconds() as f64)
            }
            (HistogramUnit::Seconds, ValueRef::String(text)) if self.with_dates => {
                moment_of(text).map(|moment| moment.seconds() as f64)
            }
            (HistogramUnit::Number, value) => value.as_number().map(Number::as_f64),
            _ => None,
        };
        if let Some(number) = number.filter(|number| number.is_finite()) {
            self.histogram.add(number, count);
            self.values.push((number, count));
        }
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
    /// Of the texts those that are dates or times.
    dates: Extremes,
    has_fractions: bool,
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
        self.counter.add(value, count);
        match value {
            ValueRef::Float(float) if !float.is_finite() => {}
            ValueRef::Int(_) | ValueRef::UInt(_) | ValueRef::Float(_) => {
                self.has_fractions |=
                    matches!(value, ValueRef::Float(float) if float.fract() != 0.0);
                self.numbers.add(value, count);
            }
            ValueRef::Timestamp(_) => self.moments.add(value, count),
            ValueRef::String(text) => {
                self.texts.add(value, count);
                if let Some(moment) = moment_of(text) {
                    self.dates.add(ValueRef::Timestamp(moment), count);
                }
            }
            _ => {}
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
            counter: self.counter.merged(other.counter),
            numbers: self.numbers.merged(other.numbers),
            moments: self.moments.merged(other.moments),
            texts: self.texts.merged(other.texts),
            dates: self.dates.merged(other.dates),
            has_fractions: self.has_fractions || other.has_fractions,
        }
    }

    fn extremes(self) -> Option<(Value, Value)> {
        [self.texts, self.moments, self.numbers]
            .into_iter()
            .max_by_key(|extremes| extremes.count)?
            .ends
    }

    /// Whether most texts are dates: a date among other texts is one of them.
    fn has_dates(&self) -> bool {
        self.texts.count < self.dates.count.saturating_mul(2)
    }

    fn empty_histogram(&self) -> Option<Histogram> {
        if let Some((Some(min), Some(max))) = self.numbers.map(as_f64) {
            return Histogram::covering(HistogramUnit::Number, min, max, !self.has_fractions);
        }
        let seconds = |extremes: &Extremes| {
            let (min, max) = extremes.map(as_f64)?;
            min.zip(max)
        };
        let moments = seconds(&self.moments);
        let dates = seconds(&self.dates).filter(|_| self.has_dates());
        let (min, max) = match (moments, dates) {
            (Some(one), Some(other)) => (one.0.min(other.0), one.1.max(other.1)),
            (one, other) => one.or(other)?,
        };
        Histogram::covering(HistogramUnit::Seconds, min, max, true)
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
    fn add(&mut self, value: ValueRef<'_>, count: u64) {
        self.count += count;
        let Some((least, greatest)) = &mut self.ends else {
            self.ends = Some((Value::from(value), Value::from(value)));
            return;
        };
        // Of 1 and 1.0 the integer is named, in whichever order they come.
        let is_simpler = |known: &Value| value.value_type() < as_ref(known).value_type();
        match compare(value, least) {
            Ordering::Less => *least = Value::from(value),
            Ordering::Equal if is_simpler(least) => *least = Value::from(value),
            _ => {}
        }
        match compare(value, greatest) {
            Ordering::Greater => *greatest = Value::from(value),
            Ordering::Equal if is_simpler(greatest) => *greatest = Value::from(value),
            _ => {}
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.count += other.count;
        if let Some((least, greatest)) = other.ends {
            self.add(as_ref(&least), 0);
            self.add(as_ref(&greatest), 0);
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
