//! The checkpoint chunks of a snapshot. A block that is unchanged since it was read or built is
//! reused as a chunk; only records near a change are encoded again.

use std::iter::Peekable;

use bytes::Bytes;
use imbl::OrdMap;
use imbl::ordmap;
use imbl::shared_ptr::DefaultSharedPtr;

use super::Records;
use crate::batch::{CHUNK_BYTES, ChunkWriter};
use crate::value::EncodedValue;

/// Smaller blocks are encoded again, so that chunks do not become ever smaller: each chunk has a
/// fixed cost in space and time.
const KEPT_BYTES_MIN: usize = CHUNK_BYTES / 2;

/// Cuts records in key order, then settings, into chunks.
pub(super) struct Chunks<'a> {
    records: Records<'a>,
    settings: Peekable<ordmap::Iter<'a, String, EncodedValue, DefaultSharedPtr>>,
    writer: ChunkWriter,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(records: Records<'a>, settings: &'a OrdMap<String, EncodedValue>) -> Self {
        Self {
            records,
            settings: settings.iter().peekable(),
            writer: ChunkWriter::default(),
        }
    }

    /// The next chunk of records.
    fn records(&mut self) -> Option<Bytes> {
        loop {
            let may_end = self.writer.is_empty() || self.writer.len() >= KEPT_BYTES_MIN;
            if may_end && let Some(whole) = self.records.whole_block(KEPT_BYTES_MIN) {
                if self.writer.is_empty() {
                    return Some(self.records.pass(whole));
                }
                break;
            }
            let Some((record, value)) = self.records.next_with_value() else {
                break;
            };
            if let Some(full) = self.writer.push_record(record, value) {
                return Some(full.payload);
            }
        }
        (!self.writer.is_empty()).then(|| self.writer.take().payload)
    }
}

impl Iterator for Chunks<'_> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if let Some(chunk) = self.records() {
            return Some(chunk);
        }
        // A large value gets a chunk of its own, so that no chunk exceeds a frame.
        while self.writer.len() < CHUNK_BYTES {
            let written = (!self.writer.is_empty()).then_some(self.writer.len());
            let fits = |(_, value): &(&String, &EncodedValue)| {
                written.is_none_or(|written| written + value.len() <= 2 * CHUNK_BYTES)
            };
            let Some((name, value)) = self.settings.next_if(fits) else {
                break;
            };
            self.writer.push_setting(name, value);
        }
        (!self.writer.is_empty()).then(|| self.writer.take().payload)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::batch::{WriteBatch, read_chunk};
    use crate::change::Cause;
    use crate::clock::{ManualClock, Millis};
    use crate::key::Key;
    use crate::snapshot::Snapshot;
    use crate::store::Store;
    use crate::value::Value;

    fn commit(store: &mut Store, numbers: impl Iterator<Item = usize>, text: &str) {
        let mut batch = WriteBatch::new(Cause::Edit);
        for number in numbers {
            let value = EncodedValue::encode(&Value::from(text.repeat(40).as_str())).unwrap();
            batch.put(Key::new(&format!("k{number:06}")).unwrap(), value);
        }
        store.commit(&batch).unwrap();
    }

    fn keys_in(chunks: &[Bytes]) -> Vec<String> {
        let mut keys = Vec::new();
        for chunk in chunks {
            for entry in read_chunk(chunk).unwrap().entries {
                let bytes = chunk.slice(entry.key());
                keys.push(String::from_utf8(bytes.to_vec()).unwrap());
            }
        }
        keys
    }

    fn all_keys(snapshot: &Snapshot) -> Vec<String> {
        snapshot
            .iter()
            .map(|record| record.key.to_owned())
            .collect()
    }

    #[test]
    fn unchanged_blocks_are_reused_as_chunks() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(0))));
        commit(&mut store, (0..40_000).step_by(2), "abc");
        let before: Vec<_> = store.snapshot().chunks().collect();
        assert!(before.len() > 8, "{}", before.len());
        assert_eq!(keys_in(&before), all_keys(&store.snapshot()));

        // One record inserted, one replaced, one deleted.
        commit(&mut store, [101].into_iter(), "x");
        commit(&mut store, [20_000].into_iter(), "y");
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.delete(Key::new("k039998").unwrap());
        batch.set_setting("name", Some(EncodedValue::encode(&Value::Int(1)).unwrap()));
        store.commit(&batch).unwrap();
        let after: Vec<_> = store.snapshot().chunks().collect();
        assert_eq!(keys_in(&after), all_keys(&store.snapshot()));
        let shared = after
            .iter()
            .filter(|chunk| before.iter().any(|old| old.as_ptr() == chunk.as_ptr()))
            .count();
        assert!(
            (before.len() - 6..before.len()).contains(&shared),
            "{shared}"
        );
        assert_eq!(read_chunk(after.last().unwrap()).unwrap().settings.len(), 1);
    }

    #[test]
    fn many_small_changes_do_not_make_many_small_chunks() {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(0))));
        commit(&mut store, (0..40_000).step_by(2), "abc");
        let before = store.snapshot().chunks().count();
        commit(&mut store, (1..40_000).step_by(400), "abc");
        let after: Vec<_> = store.snapshot().chunks().collect();
        assert_eq!(keys_in(&after), all_keys(&store.snapshot()));
        assert!(after.len() <= 2 * before, "{} {before}", after.len());
    }
}
