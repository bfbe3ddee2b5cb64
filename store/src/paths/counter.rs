//! Counting distinct values in bounded memory.
//!
//! Exact up to [`DISTINCT_MAX`] values. Beyond that all counts are reduced together: the smallest
//! are dropped, and the others are lowered by the largest count dropped (Misra and Gries 1982;
//! merging as in Agarwal et al., "Mergeable Summaries", 2012). A count is then too low by at most
//! the sum of these reductions, which is kept as the error.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hashbrown::HashMap;

use super::hyper_log_log::HyperLogLog;
use crate::value::{Timestamp, Value, ValueRef};

/// Counts are exact while there are at most this many distinct values.
pub(super) const DISTINCT_MAX: usize = 65_536;

/// Longer texts and bytes are cut to this many bytes and kept with the length and the hash of the
/// whole.
const KEPT_BYTES_MAX: usize = 256;

/// Counts of distinct scalars.
#[derive(Debug, Default)]
pub(super) struct Counter {
    /// The key is an encoding that is unique for each value; see [`encode`].
    counts: HashMap<Box<[u8]>, u64>,
    /// The most by which a count may be too low.
    error: u64,
    /// Estimates the number of distinct values once counts were reduced.
    sketch: Option<HyperLogLog>,
    key: Vec<u8>,
}

impl Counter {
    /// Counts a scalar `more` times; lists and maps are ignored.
    pub(super) fn add(&mut self, value: ValueRef<'_>, more: u64) {
        if !encode(value, &mut self.key) {
            return;
        }
        if let Some(sketch) = &mut self.sketch {
            sketch.add(&self.key);
        }
        if let Some(count) = self.counts.get_mut(self.key.as_slice()) {
            *count += more;
        } else {
            self.counts.insert(self.key.as_slice().into(), more);
            self.reduce_if_full();
        }
    }

    pub(super) fn merged(mut self, other: Self) -> Self {
        if self.counts.len() < other.counts.len() {
            return other.merged(self);
        }
        // Two large counters lose most of their values anyway: reducing each before the merge is
        // cheaper than reducing the result.
        let mut other = other;
        if self.counts.len() + other.counts.len() >= DISTINCT_MAX * 2 {
            self.reduce_if_many();
            other.reduce_if_many();
        }
        self.error += other.error;
        if let Some(sketch) = &other.sketch {
            self.sketch().merge(sketch);
        } else if let Some(sketch) = &mut self.sketch {
            for key in other.counts.keys() {
                sketch.add(key);
            }
        }
        for (key, more) in other.counts {
            *self.counts.entry(key).or_insert(0) += more;
        }
        self.reduce_if_full();
        self
    }

    fn reduce_if_many(&mut self) {
        if self.counts.len() > DISTINCT_MAX {
            self.reduce();
        }
    }

    fn reduce_if_full(&mut self) {
        // Growing to twice the size first amortizes the cost of selecting the cut.
        if self.counts.len() >= DISTINCT_MAX * 2 {
            self.reduce();
        }
    }

    /// The estimator, created from the values counted so far when it is first needed.
    fn sketch(&mut self) -> &mut HyperLogLog {
        let counts = &self.counts;
        self.sketch.get_or_insert_with(|| {
            let mut sketch = HyperLogLog::default();
            for key in counts.keys() {
                sketch.add(key);
            }
            sketch
        })
    }

    fn reduce(&mut self) {
        self.sketch();
        let mut sorted: Vec<u64> = self.counts.values().copied().collect();
        let (_, cut, _) =
            sorted.select_nth_unstable_by(DISTINCT_MAX, |left, right| right.cmp(left));
        let cut = *cut;
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(cut);
            *count > 0
        });
        self.error += cut;
    }

    /// The number of distinct values, and whether it is exact rather than an estimate.
    pub(super) fn distinct(&self) -> (u64, bool) {
        let seen = self.counts.len() as u64;
        match &self.sketch {
            Some(sketch) => (sketch.estimate().max(seen), false),
            None => (seen, true),
        }
    }

    /// The most by which a count may be too low; 0 if all counts are exact.
    pub(super) const fn error(&self) -> u64 {
        self.error
    }

    /// The most frequent values, most frequent first; equally frequent ones in order of value.
    pub(super) fn top(&self, limit: usize) -> Vec<(Value, u64)> {
        let counts = self.counts.iter();
        let mut entries: Vec<(&[u8], u64)> = counts.map(|(key, count)| (&**key, *count)).collect();
        let order = |left: &(&[u8], u64), right: &(&[u8], u64)| {
            right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0))
        };
        if entries.len() > limit && limit > 0 {
            entries.select_nth_unstable_by(limit - 1, order);
        }
        entries.truncate(limit);
        entries.sort_unstable_by(order);
        entries
            .into_iter()
            .filter_map(|(key, count)| Some((decode(key)?, count)))
            .collect()
    }
}

const TAG_NULL: u8 = 0;
const TAG_BOOL: u8 = 1;
const TAG_INT: u8 = 2;
const TAG_UINT: u8 = 3;
const TAG_FLOAT: u8 = 4;
const TAG_TEXT: u8 = 5;
const TAG_BYTES: u8 = 6;
const TAG_TIMESTAMP: u8 = 7;
/// The length and the hash that follow the kept beginning of a long text or bytes.
const CUT_BYTES: usize = 16;
const TAG_CUT_TEXT: u8 = 8;
const TAG_CUT_BYTES: u8 = 9;

/// Writes one byte for the type, then the value; `false` for lists and maps.
fn encode(value: ValueRef<'_>, key: &mut Vec<u8>) -> bool {
    key.clear();
    match value {
        ValueRef::Null => key.push(TAG_NULL),
        ValueRef::Bool(truth) => key.extend([TAG_BOOL, u8::from(truth)]),
        ValueRef::Int(int) => {
            key.push(TAG_INT);
            // Offset so that the bytes sort like the numbers.
            key.extend(((int as u64) ^ (1 << 63)).to_be_bytes());
        }
        ValueRef::UInt(uint) => {
            key.push(TAG_UINT);
            key.extend(uint.to_be_bytes());
        }
        ValueRef::Float(float) => {
            key.push(TAG_FLOAT);
            key.extend(float.to_bits().to_be_bytes());
        }
        ValueRef::String(text) => {
            let kept = text.floor_char_boundary(KEPT_BYTES_MAX);
            encode_bytes(text.as_bytes(), kept, TAG_TEXT, TAG_CUT_TEXT, key);
        }
        ValueRef::Bytes(bytes) => {
            let kept = bytes.len().min(KEPT_BYTES_MAX);
            encode_bytes(bytes, kept, TAG_BYTES, TAG_CUT_BYTES, key);
        }
        ValueRef::Timestamp(timestamp) => {
            key.push(TAG_TIMESTAMP);
            key.extend(((timestamp.seconds() as u64) ^ (1 << 63)).to_be_bytes());
            key.extend(timestamp.nanos().to_be_bytes());
        }
        ValueRef::List(_) | ValueRef::Map(_) => return false,
    }
    true
}

fn encode_bytes(bytes: &[u8], kept: usize, tag: u8, cut_tag: u8, key: &mut Vec<u8>) {
    if bytes.len() <= KEPT_BYTES_MAX {
        key.push(tag);
        key.extend(bytes);
        return;
    }
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    key.push(cut_tag);
    key.extend(&bytes[..kept]);
    key.extend((bytes.len() as u64).to_be_bytes());
    key.extend(hasher.finish().to_be_bytes());
}

fn decode(key: &[u8]) -> Option<Value> {
    let (&tag, rest) = key.split_first()?;
    let text = |bytes: &[u8]| Some(std::str::from_utf8(bytes).ok()?.to_owned());
    let cut = || rest.get(..rest.len().checked_sub(CUT_BYTES)?);
    Some(match tag {
        TAG_NULL => Value::Null,
        TAG_BOOL => Value::Bool(*rest.first()? != 0),
        TAG_INT => Value::Int((u64::from_be_bytes(rest.try_into().ok()?) ^ (1 << 63)) as i64),
        TAG_UINT => Value::UInt(u64::from_be_bytes(rest.try_into().ok()?)),
        TAG_FLOAT => Value::Float(f64::from_bits(u64::from_be_bytes(rest.try_into().ok()?))),
        TAG_TEXT => Value::String(text(rest)?),
        TAG_BYTES => Value::Bytes(rest.to_vec()),
        TAG_TIMESTAMP => {
            let (seconds, nanos) = rest.split_first_chunk()?;
            let seconds = (u64::from_be_bytes(*seconds) ^ (1 << 63)) as i64;
            let nanos = u32::from_be_bytes(nanos.try_into().ok()?);
            Value::Timestamp(Timestamp::new(seconds, nanos).ok()?)
        }
        TAG_CUT_TEXT => Value::String(format!("{}…", text(cut()?)?)),
        TAG_CUT_BYTES => Value::Bytes(cut()?.to_vec()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_is_counted_separately_and_decodes_to_itself() {
        let long = "é".repeat(300);
        let bytes = [1_u8, 2];
        let timestamp = Timestamp::parse("1960-01-02T03:04:05.6Z").unwrap();
        let values = [
            ValueRef::Null,
            ValueRef::Bool(true),
            ValueRef::Int(-5),
            ValueRef::UInt(u64::MAX),
            ValueRef::Float(1.5),
            ValueRef::String("é"),
            ValueRef::Bytes(&bytes),
            ValueRef::Timestamp(timestamp),
        ];
        let mut counter = Counter::default();
        for value in values {
            counter.add(value, 1);
        }
        counter.add(ValueRef::String(&long), 1);
        let found = counter.top(100);
        assert_eq!(found.len(), 9);
        for value in values {
            assert!(found.contains(&(Value::from(value), 1)), "{value:?}");
        }
        assert!(found.contains(&(Value::String(format!("{}…", "é".repeat(128))), 1)));
    }

    #[test]
    fn long_texts_that_differ_only_at_the_end_are_distinct() {
        let mut counter = Counter::default();
        let text = "x".repeat(1000);
        counter.add(ValueRef::String(&format!("{text}a")), 1);
        counter.add(ValueRef::String(&format!("{text}b")), 1);
        assert_eq!(counter.distinct(), (2, true));
    }

    #[test]
    fn above_the_limit_frequent_values_survive_with_a_known_error() {
        let mut counter = Counter::default();
        for int in 0..DISTINCT_MAX as i64 * 3 {
            counter.add(ValueRef::Int(int), 1);
            if int % 2 == 0 {
                counter.add(ValueRef::String("often"), 1);
            }
        }
        let (distinct, is_exact) = counter.distinct();
        let real = DISTINCT_MAX as u64 * 3 + 1;
        assert!(
            !is_exact && distinct.abs_diff(real) < real / 15,
            "{distinct}"
        );
        assert!(counter.counts.len() < DISTINCT_MAX * 2);
        let (value, count) = counter.top(1).remove(0);
        assert_eq!(value, Value::from("often"));
        let real = DISTINCT_MAX as u64 * 3 / 2;
        assert!(
            count <= real && real <= count + counter.error(),
            "{count} {}",
            counter.error()
        );
    }
}
