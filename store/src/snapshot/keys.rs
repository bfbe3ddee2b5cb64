//! Visiting all keys in parallel, in chunks, without reading values.

use std::sync::{Arc, Weak};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::Snapshot;
use super::rows::SnapshotRows;
use crate::row_set::RowSet;
use crate::search::{CancelToken, Cancelled, RowSource as _};
use crate::state::State;

/// The number of keys in a chunk.
const CHUNK_KEYS: usize = 4096;

/// Receives keys, and a function that chooses one of them by its index.
type ChooseKeys<'a> = &'a (dyn Fn(&[&str], &mut dyn FnMut(usize)) + Sync);

/// A set of keys of a snapshot: one bit per record, that is 125 kB for a million. Does not keep the
/// records in memory.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// The state whose rows these are. The weak reference prevents that its address is reused.
    state: Weak<State>,
    parts: Vec<RowSet>,
}

impl KeySet {
    /// The number of keys.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|rows| rows.count() as usize).sum()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(RowSet::is_empty)
    }
}

impl Snapshot {
    /// Visits keys as [`visit_keys`](Self::visit_keys) does, and returns the set of those that
    /// `visit` chooses by their index in the chunk. With `within` only the keys of an earlier set
    /// are visited: useful while somebody types, because one more letter only narrows the choice. A
    /// set of another snapshot is ignored, and all keys are visited.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
    pub fn choose_keys(
        &self,
        within: Option<&KeySet>,
        cancel: &CancelToken,
        visit: ChooseKeys<'_>,
    ) -> Result<KeySet, Cancelled> {
        let within = within.filter(|within| within.state.as_ptr() == Arc::as_ptr(&self.state));
        let rows = SnapshotRows::new(self);
        let parts = (0..rows.parts()).into_par_iter().map(|part| {
            let visible = rows.chosen_in(part, within.map(|within| within.parts.as_slice()));
            let mut chosen = RowSet::new(visible.rows());
            let mut chunk: Vec<(u32, &str)> = Vec::with_capacity(CHUNK_KEYS);
            let mut keys: Vec<&str> = Vec::with_capacity(CHUNK_KEYS);
            let mut visible = visible.iter();
            while !cancel.is_cancelled() {
                chunk.clear();
                let next = visible.by_ref().take(CHUNK_KEYS);
                chunk.extend(next.filter_map(|row| Some((row, rows.key(part, row)?))));
                if chunk.is_empty() {
                    break;
                }
                keys.clear();
                keys.extend(chunk.iter().map(|(_, key)| *key));
                visit(&keys, &mut |index| {
                    if let Some((row, _)) = chunk.get(index) {
                        chosen.insert(*row);
                    }
                });
            }
            chosen
        });
        let parts = parts.collect();
        let state = Arc::downgrade(&self.state);
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        Ok(KeySet { state, parts })
    }

    /// Visits all visible keys in chunks of up to 4096. The keys of a chunk ascend; chunks come in
    /// any order and from several threads.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
    pub fn visit_keys(
        &self,
        cancel: &CancelToken,
        visit: &(dyn Fn(&[&str]) + Sync),
    ) -> Result<(), Cancelled> {
        let chosen = self.choose_keys(None, cancel, &|keys, _| visit(keys));
        chosen.map(drop)
    }
}

impl SnapshotRows {
    fn key(&self, part: usize, row: u32) -> Option<&str> {
        if let Some((visible, part)) = self.part(part) {
            return visible.segment.key(part.rows().start + row);
        }
        let record = self.recent().get(row as usize)?;
        Some(record.key.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::batch::WriteBatch;
    use crate::change::Cause;
    use crate::clock::{ManualClock, Millis};
    use crate::key::Key;
    use crate::store::Store;
    use crate::value::{EncodedValue, Value};

    #[test]
    fn within_a_set_only_its_keys_are_visited() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1_000))));
        let put = |store: &mut Store, numbers: std::ops::Range<u32>| {
            let mut batch = WriteBatch::new(Cause::Edit);
            for number in numbers {
                let value = EncodedValue::encode(&Value::Null).unwrap();
                batch.put(Key::new(&format!("{number:05}")).unwrap(), value);
            }
            store.commit(&batch).unwrap();
        };
        put(&mut store, 0..20_000);
        put(&mut store, 20_000..20_100);
        let snapshot = store.snapshot();
        let choose = |snapshot: &Snapshot, within: Option<&KeySet>, letters: &str| {
            let seen = Mutex::new(0);
            let visit = |keys: &[&str], choose: &mut dyn FnMut(usize)| {
                *seen.lock().unwrap() += keys.len();
                for (index, _) in keys
                    .iter()
                    .enumerate()
                    .filter(|(_, key)| key.contains(letters))
                {
                    choose(index);
                }
            };
            let chosen = snapshot
                .choose_keys(within, &CancelToken::never(), &visit)
                .unwrap();
            (chosen, seen.into_inner().unwrap())
        };
        let (sevens, seen) = choose(&snapshot, None, "7");
        assert_eq!(seen, 20_100);
        assert!(!sevens.is_empty());
        let (some, seen) = choose(&snapshot, Some(&sevens), "77");
        assert_eq!(seen, sevens.len());
        assert_eq!(some.len(), choose(&snapshot, None, "77").0.len());
        put(&mut store, 30_000..30_001);
        assert_eq!(choose(&store.snapshot(), Some(&some), "77").1, 20_101);
    }

    #[test]
    fn every_visible_key_is_visited_once() {
        let clock = Arc::new(ManualClock::new(Millis(1_000)));
        let mut store = Store::in_memory(Arc::clone(&clock) as _);
        let value = EncodedValue::encode(&Value::Null).unwrap();
        let key = |number: usize| Key::new(&format!("{number:05}")).unwrap();
        let mut batch = WriteBatch::new(Cause::Edit);
        for number in 0..9_000 {
            batch.put(key(number), value.clone());
        }
        batch.set_expiry(key(7), Some(Millis(2_000)));
        store.commit(&batch).unwrap();
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.delete(key(8));
        store.commit(&batch).unwrap();
        clock.advance_millis(5_000);

        let found = Mutex::new(Vec::new());
        let take = |keys: &[&str]| {
            assert!(keys.is_sorted());
            let mut found = found.lock().unwrap();
            found.extend(keys.iter().map(|key| (*key).to_owned()));
        };
        let cancel = CancelToken::never();
        store.snapshot().visit_keys(&cancel, &take).unwrap();
        let mut found = found.into_inner().unwrap();
        found.sort_unstable();
        let expected = (0..9_000).filter(|number| !matches!(number, 7 | 8));
        assert!(
            found.iter().eq(expected
                .map(|number| format!("{number:05}"))
                .collect::<Vec<_>>()
                .iter())
        );
    }
}
