//! Exact counts of distinct numbers and timestamps, sorted by value. Takes 16 bytes per value
//! added.

use rayon::slice::ParallelSliceMut as _;

use super::equi_depth::EquiDepthHistogram;
use super::histogram::{Histogram, HistogramUnit};
use super::min_max::MinMax;
use crate::value::{Timestamp, Value, ValueRef};

const SIGN: u64 = 1 << 63;

/// Values with their counts: in any order, possibly repeated, until [`sorted`](Self::sorted) is
/// called; then ascending and distinct.
#[derive(Debug)]
struct Counts<K>(Vec<(K, u64)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy + Send> Counts<K> {
    fn merged(mut self, mut other: Self) -> Self {
        if self.0.len() < other.0.len() {
            std::mem::swap(&mut self, &mut other);
        }
        self.0.append(&mut other.0);
        self
    }

    fn sorted(mut self) -> Self {
        self.0.par_sort_unstable();
        self.0.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 += next.1;
            }
            is_same
        });
        self
    }

    /// The most frequent values; equally frequent ones in ascending order.
    fn top(&self, limit: usize) -> Vec<(K, u64)> {
        let order = |left: &(K, u64), right: &(K, u64)| {
            right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0))
        };
        let mut top = self.0.clone();
        if limit > 0 && limit < top.len() {
            top.select_nth_unstable_by(limit - 1, order);
        }
        top.truncate(limit);
        top.sort_unstable_by(order);
        top
    }
}

/// Counts of numbers and timestamps, by type.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    ints: Counts<i64>,
    uints: Counts<u64>,
    /// As [`float_key`]s.
    floats: Counts<u64>,
    timestamps: Counts<Timestamp>,
}

impl Numbers {
    /// Counts a value `count` times; `false` if it is neither a number nor a timestamp.
    pub(super) fn add(&mut self, value: ValueRef<'_>, count: u64) -> bool {
        match value {
            ValueRef::Int(int) => self.ints.0.push((int, count)),
            ValueRef::UInt(uint) => self.uints.0.push((uint, count)),
            ValueRef::Float(float) => self.floats.0.push((float_key(float), count)),
            ValueRef::Timestamp(timestamp) => self.timestamps.0.push((timestamp, count)),
            _ => return false,
        }
        true
    }

    pub(super) fn merged(self, other: Self) -> Self {
        Self {
            ints: self.ints.merged(other.ints),
            uints: self.uints.merged(other.uints),
            floats: self.floats.merged(other.floats),
            timestamps: self.timestamps.merged(other.timestamps),
        }
    }

    /// Sorts and merges equal values, as all methods below require.
    pub(super) fn sorted(self) -> Self {
        Self {
            ints: self.ints.sorted(),
            uints: self.uints.sorted(),
            floats: self.floats.sorted(),
            timestamps: self.timestamps.sorted(),
        }
    }

    /// The number of distinct values.
    pub(super) fn distinct(&self) -> u64 {
        let numbers = self.ints.0.len() + self.uints.0.len() + self.floats.0.len();
        (numbers + self.timestamps.0.len()) as u64
    }

    /// The most frequent of each type, most frequent first.
    pub(super) fn top(&self, limit: usize) -> Vec<(Value, u64)> {
        let mut top = Vec::new();
        top.extend(named(self.ints.top(limit), Value::Int));
        top.extend(named(self.uints.top(limit), Value::UInt));
        top.extend(named(self.floats.top(limit), |key| {
            Value::Float(float_of(key))
        }));
        top.extend(named(self.timestamps.top(limit), Value::Timestamp));
        top
    }

    /// The smallest and the largest finite number.
    pub(super) fn ends(&self) -> MinMax {
        let mut ends = MinMax::default();
        let ints = self.ints.0.iter();
        add_ends(
            &mut ends,
            ints.map(|(int, count)| (ValueRef::Int(*int), *count)),
        );
        let uints = self.uints.0.iter();
        add_ends(
            &mut ends,
            uints.map(|(uint, count)| (ValueRef::UInt(*uint), *count)),
        );
        let floats = self.finite_floats();
        add_ends(
            &mut ends,
            floats.map(|(float, count)| (ValueRef::Float(float), count)),
        );
        ends
    }

    /// The earliest and the latest timestamp.
    pub(super) fn timestamp_ends(&self) -> MinMax {
        let mut ends = MinMax::default();
        let timestamps = self.timestamps.0.iter();
        let timestamps =
            timestamps.map(|(timestamp, count)| (ValueRef::Timestamp(*timestamp), *count));
        add_ends(&mut ends, timestamps);
        ends
    }

    /// The number of timestamps, equal ones included.
    pub(super) fn timestamps(&self) -> u64 {
        self.timestamps.0.iter().map(|(_, count)| count).sum()
    }

    /// The histograms of the numbers; if there are none, of the timestamps and those of `dates`.
    pub(super) fn spread(&self, dates: &Self) -> (Option<Histogram>, Option<EquiDepthHistogram>) {
        let (unit, values) = match self.values() {
            values if values.is_empty() => (HistogramUnit::Seconds, self.seconds(dates)),
            values => (HistogramUnit::Number, values),
        };
        let (Some((least, _)), Some((greatest, _))) = (values.first(), values.last()) else {
            return (None, None);
        };
        let is_whole = self.finite_floats().all(|(float, _)| float.fract() == 0.0);
        let Some(mut histogram) = Histogram::covering(unit, *least, *greatest, is_whole) else {
            return (None, None);
        };
        for (value, count) in &values {
            histogram.add(*value, *count);
        }
        (Some(histogram), EquiDepthHistogram::of(unit, values))
    }

    /// The timestamps of both in seconds, ascending.
    fn seconds(&self, dates: &Self) -> Vec<(f64, u64)> {
        let timestamps = self.timestamps.0.iter().chain(&dates.timestamps.0);
        let seconds = timestamps.map(|(timestamp, count)| (timestamp.seconds() as f64, *count));
        let mut seconds: Vec<(f64, u64)> = seconds.collect();
        seconds.par_sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        seconds
    }

    /// The finite numbers, ascending.
    fn values(&self) -> Vec<(f64, u64)> {
        let mut values: Vec<(f64, u64)> = Vec::new();
        values.extend(self.ints.0.iter().map(|(int, count)| (*int as f64, *count)));
        values.extend(
            self.uints
                .0
                .iter()
                .map(|(uint, count)| (*uint as f64, *count)),
        );
        values.extend(self.finite_floats());
        if !values.is_sorted_by(|left, right| left.0 <= right.0) {
            values.par_sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        }
        values
    }

    fn finite_floats(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> + Clone {
        let floats = self.floats.0.iter();
        let floats = floats.map(|(key, count)| (float_of(*key), *count));
        floats.filter(|(float, _)| float.is_finite())
    }
}

fn named<K>(top: Vec<(K, u64)>, name: impl Fn(K) -> Value) -> impl Iterator<Item = (Value, u64)> {
    top.into_iter().map(move |(key, count)| (name(key), count))
}

/// Adds the first and the last of ascending values; the others are only counted.
fn add_ends<'a>(
    ends: &mut MinMax,
    values: impl DoubleEndedIterator<Item = (ValueRef<'a>, u64)> + Clone,
) {
    let count = values.clone().map(|(_, count)| count).sum();
    let (first, mut values) = (values.clone().next(), values);
    let (Some((first, _)), Some((last, _))) = (first, values.next_back()) else {
        return;
    };
    ends.add(first, count);
    ends.add(last, 0);
}

/// A number that sorts like the float in IEEE 754's total order.
fn float_key(float: f64) -> u64 {
    let bits = float.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn float_of(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}
