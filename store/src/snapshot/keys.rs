//! All keys, in chunks and in parallel, without reading a value.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::Snapshot;
use super::rows::SnapshotRows;
use crate::search::{Cancelled, RowSource as _, Ticket};

/// So many keys are handed over at once.
const CHUNK_KEYS: usize = 4096;

impl Snapshot {
    /// Hands all visible keys over, some thousands at once: each chunk ascends, chunks come in any
    /// order and from several threads.
    pub fn visit_keys(
        &self,
        ticket: &Ticket,
        visit: &(dyn Fn(&[&str]) + Sync),
    ) -> Result<(), Cancelled> {
        let rows = SnapshotRows::new(self);
        (0..rows.parts()).into_par_iter().for_each(|part| {
            let visible = rows.chosen_in(part, None);
            let mut keys = Vec::with_capacity(CHUNK_KEYS);
            for row in visible.iter() {
                keys.extend(rows.key(part, row));
                if keys.len() == CHUNK_KEYS {
                    if !ticket.is_current() {
                        return;
                    }
                    visit(&keys);
                    keys.clear();
                }
            }
            if !keys.is_empty() && ticket.is_current() {
                visit(&keys);
            }
        });
        ticket.is_current().then_some(()).ok_or(Cancelled)
    }
}

impl SnapshotRows {
    fn key(&self, part: usize, row: u32) -> Option<&str> {
        if let Some((view, part)) = self.part(part) {
            return view.segment.key(part.rows().start + row);
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
    use crate::clock::{ManualClock, Millis};
    use crate::commit::Cause;
    use crate::key::Key;
    use crate::store::Store;
    use crate::value::{EncodedValue, Value};

    #[test]
    fn every_visible_key_is_handed_over_once() {
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
        let ticket = Ticket::unlimited();
        store.snapshot().visit_keys(&ticket, &take).unwrap();
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
