//! Iterating over the records of search hits, each borrowed when it is its turn: an export of a
//! million hits needs no memory for them.

use std::ops::Range;

use super::Snapshot;
use crate::record::RecordRef;
use crate::search::Hits;

impl Snapshot {
    /// The record of a key, borrowed, if it is visible. O(log n).
    pub fn get_ref(&self, key: &str) -> Option<RecordRef<'_>> {
        let recent = self.state.memtable.get(key);
        let found = recent.map(|record| record.as_ref().as_ref()).or_else(|| {
            let segments = self.state.segments.iter().rev();
            let mut found = segments.filter_map(|view| view.segment.get(view.find_live(key)?));
            found.next()
        });
        found.filter(|record| !record.meta.is_due(self.clock.now()))
    }

    /// The records of a range of hits, in order, as they are in this snapshot. Hits of an older
    /// snapshot whose records are no longer visible are left out. Each record costs a look-up of
    /// its key.
    ///
    /// ```
    /// use vstore::{Query, SearchControl, SearchOptions, Snapshot};
    ///
    /// fn exported(snapshot: &Snapshot, query: &Query, out: &mut Vec<u8>) {
    ///     let found = snapshot.search(query, &SearchOptions::default(), &SearchControl::unlimited());
    ///     for record in snapshot.records_of(&found.hits, 0..found.hits.len()) {
    ///         out.extend_from_slice(record.key.as_bytes());
    ///     }
    /// }
    /// ```
    pub fn records_of<'a>(
        &'a self,
        hits: &'a Hits,
        range: Range<usize>,
    ) -> impl Iterator<Item = RecordRef<'a>> {
        hits.iter_in(range).filter_map(|hit| self.get_ref(hit.key))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::batch::WriteBatch;
    use crate::change::Cause;
    use crate::clock::{ManualClock, Millis};
    use crate::key::Key;
    use crate::search::{CancelToken, Query, SearchControl, SearchOptions, Sort, SortBy};
    use crate::store::Store;
    use crate::value::{EncodedValue, Value};

    /// Ten thousand records, the last hundred in the memtable, the first deleted later.
    #[test]
    fn records_of_hits_are_in_order_without_those_no_longer_visible() {
        let clock = Arc::new(ManualClock::new(Millis(1_000)));
        let mut store = Store::in_memory(Arc::clone(&clock) as _);
        let mut put = |numbers: std::ops::Range<usize>| {
            let mut batch = WriteBatch::new(Cause::Edit);
            for number in numbers {
                let text = ["john", "john smith", "anna"][number % 3];
                let value = EncodedValue::encode(&Value::from(text)).unwrap();
                batch.put(Key::new(&format!("{number:05}")).unwrap(), value);
            }
            store.commit(&batch).unwrap();
        };
        put(0..9_900);
        put(9_900..10_000);
        store
            .snapshot()
            .build_indexes(&CancelToken::never(), &|_| {})
            .unwrap();
        let before = store.snapshot();
        let query = Query::parse("john", before.catalog());
        for by in [SortBy::Relevance, SortBy::Key] {
            let sort = Sort {
                by,
                descending: by == SortBy::Key,
            };
            let options = SearchOptions {
                sort,
                ..SearchOptions::default()
            };
            let found = before.search(&query, &options, &SearchControl::unlimited());
            let keys: Vec<&str> = found.hits.iter().map(|hit| hit.key).collect();
            assert!(keys.len() > 6_000);
            for range in [
                0..keys.len(),
                0..3,
                900..2_500,
                6_000..9_000,
                7..7,
                9_000..9_001,
            ] {
                let records = before.records_of(&found.hits, range.clone());
                let read: Vec<&str> = records.map(|record| record.key).collect();
                let expected = keys.iter().skip(range.start).take(range.len());
                assert!(read.iter().eq(expected), "{range:?}");
            }
        }
        let found = before.search(
            &query,
            &SearchOptions::default(),
            &SearchControl::unlimited(),
        );
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.delete(Key::new("00000").unwrap());
        batch.set_expiry(Key::new("00003").unwrap(), Some(Millis(2_000)));
        store.commit(&batch).unwrap();
        clock.advance_millis(5_000);
        let after = store.snapshot();
        let all = 0..found.hits.len();
        assert_eq!(
            after.records_of(&found.hits, all).count(),
            found.hits.len() - 2
        );
        assert!(after.get_ref("00000").is_none() && after.get_ref("00001").is_some());
    }
}
