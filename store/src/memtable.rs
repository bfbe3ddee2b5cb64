//! The memtable: recent changes in a persistent ordered map, so that a snapshot of it is O(1).

use std::ops::Bound;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::RangedIter;
use imbl::shared_ptr::DefaultSharedPtr;

use crate::key::Key;
use crate::record::Record;

/// The number of records after which the memtable is sealed into a segment. Searches read each of
/// them, which costs as much as searching some thousand indexed ones.
const MEMTABLE_RECORDS_MAX: usize = 256;

/// With more segments than this, because merging is not run or does not keep up, the capacity of
/// the memtable doubles for each [`SEGMENTS_PER_DOUBLING`] further ones. So there are few segments
/// in any case, and replaying a journal needs no merges.
const SEGMENTS_USUAL: usize = 16;
const SEGMENTS_PER_DOUBLING: usize = 8;
const DOUBLINGS_MAX: usize = 6;

/// The number of bytes of values after which the memtable is sealed.
pub(crate) const MEMTABLE_BYTES_MAX: u64 = 12 * 1024 * 1024;

/// An iterator over a range of the memtable.
pub(crate) type MemtableRange<'a> = RangedIter<'a, Key, Arc<Record>, DefaultSharedPtr>;

/// The records written since the last segment was sealed. Records that they replace, and deleted
/// ones, are marked dead in their segments, so a key is live in only one place and counts are sums.
#[derive(Clone, Debug)]
pub(crate) struct Memtable {
    records: OrdMap<Key, Arc<Record>>,
    value_bytes: u64,
    records_max: usize,
}

impl Default for Memtable {
    fn default() -> Self {
        Self::with_records_max(MEMTABLE_RECORDS_MAX)
    }
}

impl Memtable {
    /// An empty memtable that is full with this many records.
    pub(crate) fn with_records_max(records_max: usize) -> Self {
        Self {
            records: OrdMap::new(),
            value_bytes: 0,
            records_max,
        }
    }

    /// An empty memtable with the same capacity.
    pub(crate) fn emptied(&self) -> Self {
        Self::with_records_max(self.records_max)
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Record>> {
        self.records.get(key)
    }

    pub(crate) fn insert(&mut self, record: Record) {
        self.value_bytes += record.value.len() as u64;
        let replaced = self.records.insert(record.key.clone(), Arc::new(record));
        self.forget(replaced.as_deref());
    }

    /// Removes a record; returns whether it existed.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        let removed = self.records.remove(key);
        self.forget(removed.as_deref());
        removed.is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.records.values()
    }

    /// The records from a key on.
    pub(crate) fn range_from(&self, start: Bound<&str>) -> MemtableRange<'_> {
        self.records.range::<_, str>((start, Bound::Unbounded))
    }

    /// Whether the memtable should be sealed, given the number of segments.
    pub(crate) fn is_full(&self, segments: usize) -> bool {
        let doublings = segments.saturating_sub(SEGMENTS_USUAL) / SEGMENTS_PER_DOUBLING;
        let records_max = self.records_max << doublings.min(DOUBLINGS_MAX);
        self.records.len() >= records_max || self.value_bytes >= MEMTABLE_BYTES_MAX
    }

    fn forget(&mut self, record: Option<&Record>) {
        if let Some(record) = record {
            self.value_bytes = self.value_bytes.saturating_sub(record.value.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Meta;
    use crate::value::{EncodedValue, Value};

    #[test]
    fn the_capacity_grows_while_segments_are_not_merged() {
        let mut memtable = Memtable::with_records_max(2);
        let mut full_at = Vec::new();
        for number in 0..6 {
            memtable.insert(Record {
                key: Key::new(&format!("k{number}")).unwrap(),
                value: EncodedValue::encode(&Value::Null).unwrap(),
                meta: Meta::default(),
            });
            full_at.push([0, 23, 24, 31, 32].map(|segments| memtable.is_full(segments)));
        }
        assert_eq!(full_at[0], [false; 5]);
        assert_eq!(full_at[1], [true, true, false, false, false]);
        assert_eq!(full_at[3], [true, true, true, true, false]);
        assert_eq!(full_at[5], [true, true, true, true, false]);
    }
}
