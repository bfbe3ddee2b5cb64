//! Which records the table shows, and in which order. It never holds a million rows: the visible
//! rows are read from the snapshot.

use std::ops::{Bound, Range};

use vstore::{Key, Record, Snapshot};

use super::Keys;

/// How many rows are searched on either side of a deleted one.
const ROWS_NEARBY: usize = 200;

/// The rows of the record table.
#[derive(Clone, Debug)]
pub enum Listing {
    /// All records in key order, read straight from the snapshot.
    Everything {
        /// From the last key to the first.
        descending: bool,
    },
    /// These records, in this order: the result of a search or of a sort.
    Keys(Keys),
}

impl Default for Listing {
    fn default() -> Self {
        Self::Everything { descending: false }
    }
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its position, counted from 0.
    pub index: usize,
    /// Its key.
    pub key: Key,
    /// The record; `None` if it was deleted since the listing was made, so that the row fades out.
    pub record: Option<Record>,
}

impl Listing {
    /// How many rows there are.
    pub fn len(&self, snapshot: &Snapshot) -> usize {
        match self {
            Self::Everything { .. } => snapshot.len(),
            Self::Keys(keys) => keys.len(),
        }
    }

    /// The rows of a range; fewer at the end of the table. O(log n) per row.
    pub fn rows(&self, snapshot: &Snapshot, range: Range<usize>) -> Vec<Row> {
        match self {
            Self::Everything { descending: false } => {
                let first = range.start;
                number(first, snapshot.rows(range).into_iter())
            }
            Self::Everything { descending: true } => {
                let len = snapshot.len();
                let end = len.saturating_sub(range.start);
                let start = len.saturating_sub(range.end);
                number(range.start, snapshot.rows(start..end).into_iter().rev())
            }
            Self::Keys(keys) => {
                let range = range.start.min(keys.len())..range.end.min(keys.len());
                let rows = range.filter_map(|index| {
                    let key = keys.get(index)?;
                    let record = snapshot.get(key.as_str());
                    Some(Row { index, key, record })
                });
                rows.collect()
            }
        }
    }

    /// The keys of a range, without the records.
    pub fn keys(&self, snapshot: &Snapshot, range: Range<usize>) -> Vec<Key> {
        let len = self.len(snapshot);
        let range = range.start.min(len)..range.end.min(len);
        let range = match self {
            Self::Keys(keys) => return range.filter_map(|row| keys.get(row)).collect(),
            Self::Everything { descending: false } => range,
            Self::Everything { descending: true } => len - range.end..len - range.start,
        };
        let Some(first) = snapshot.row(range.start) else {
            return Vec::new();
        };
        let records = snapshot.range(Bound::Included(first.key.as_str()), Bound::Unbounded);
        let keys = records.take(range.len());
        let mut keys: Vec<_> = keys
            .filter_map(|record| Key::new(record.key).ok())
            .collect();
        if matches!(self, Self::Everything { descending: true }) {
            keys.reverse();
        }
        keys
    }

    /// The key of a row.
    pub fn key_at(&self, snapshot: &Snapshot, index: usize) -> Option<Key> {
        match self {
            Self::Keys(keys) => keys.get(index),
            Self::Everything { .. } => self
                .rows(snapshot, index..index + 1)
                .pop()
                .map(|row| row.key),
        }
    }

    /// The row that replaces a deleted one: the same or the next row with a record, or else the
    /// last one before it. `None` if there is none nearby.
    pub fn row_instead_of(&self, snapshot: &Snapshot, row: usize) -> Option<usize> {
        let len = self.len(snapshot);
        let Self::Keys(keys) = self else {
            return len.checked_sub(1).map(|last| row.min(last));
        };
        let is_there = |row: &usize| {
            let key = keys.get(*row);
            key.is_some_and(|key| snapshot.get(key.as_str()).is_some())
        };
        let row = row.min(len);
        let after = row..len.min(row + ROWS_NEARBY);
        let before = row.saturating_sub(ROWS_NEARBY)..row;
        after.chain(before.rev()).find(is_there)
    }

    /// Whether a key has a row.
    pub fn contains(&self, snapshot: &Snapshot, key: &str) -> bool {
        match self {
            Self::Everything { .. } => snapshot.get(key).is_some(),
            Self::Keys(keys) => keys.contains(key),
        }
    }

    /// The row of a key. O(log n) if everything is listed; for a search result see
    /// [`Hits::position`](vstore::Hits::position).
    pub fn row_of(&self, snapshot: &Snapshot, key: &str) -> Option<usize> {
        match self {
            Self::Everything { descending } => {
                snapshot.get(key)?;
                let rank = snapshot.rank(key);
                Some(if *descending {
                    snapshot.len().saturating_sub(rank + 1)
                } else {
                    rank
                })
            }
            Self::Keys(keys) => keys.position(key),
        }
    }
}

fn number(first: usize, records: impl Iterator<Item = Record>) -> Vec<Row> {
    let rows = records.enumerate().map(|(n, record)| Row {
        index: first + n,
        key: record.key.clone(),
        record: Some(record),
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vstore::{Cause, ManualClock, Millis, Store, WriteBatch};

    use super::*;

    #[test]
    fn keys_match_the_rows() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1))));
        let mut batch = WriteBatch::new(Cause::Edit);
        let key = |number: usize| Key::new(&format!("{number:02}")).unwrap();
        let value = vstore::value::json::parse_text("1").unwrap().0;
        for number in 0..20 {
            batch.put(key(number), value.clone());
        }
        store.commit(&batch).unwrap();
        let snapshot = store.snapshot();
        let found = Keys::from([key(3), key(1)]);
        for listing in [
            Listing::Everything { descending: false },
            Listing::Everything { descending: true },
            Listing::Keys(found),
        ] {
            for range in [0..5, 3..20, 18..99, 0..0, 30..40] {
                let rows = listing.rows(&snapshot, range.clone()).into_iter();
                let of_rows: Vec<_> = rows.map(|row| row.key).collect();
                assert_eq!(listing.keys(&snapshot, range), of_rows);
            }
        }
    }
}
