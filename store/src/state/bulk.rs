//! Large batches, as for imports, undoing them, and deleting everything. The same two steps with
//! the same results as record by record, but in parallel and without a tree.

use std::sync::Arc;

use rayon::prelude::*;

use super::State;
use super::overlay::put;
use crate::batch::{Op, WriteBatch};
use crate::change::Change;
use crate::clock::Millis;
use crate::key::Key;
use crate::paths::PathCatalog;
use crate::record::Record;
use crate::segment::{Block, Segment, SegmentView, build_blocks};

/// Smaller batches gain nothing.
const OPS_MIN: usize = 8 * 1024;

/// The number of records of which one task makes blocks.
const RECORDS_PER_TASK: usize = 16 * 1024;

/// The changes of a batch, in the order of its ops; `None` if it is small, changes a record twice,
/// or has other ops than writing and deleting records.
pub(super) fn prepare(state: &State, batch: &WriteBatch, now: Millis) -> Option<Vec<Change>> {
    let ops = batch.ops();
    if ops.len() < OPS_MIN || !touches_each_once(ops) {
        return None;
    }
    let changes = ops
        .par_iter()
        .filter_map(|op| {
            let key = written_key(op)?;
            let before = state.get(key.as_str());
            let after = match op {
                Op::Put { value, expiry, .. } => {
                    let visible = before.as_ref().filter(|record| !record.meta.is_due(now));
                    Some(put(key, value, *expiry, visible, now))
                }
                Op::Restore(record) => Some(record.clone()),
                _ => None,
            };
            let key = key.clone();
            (before != after).then_some(Change { key, before, after })
        })
        .collect();
    Some(changes)
}

/// The key of an op that writes or deletes one record unconditionally.
fn written_key(op: &Op) -> Option<&Key> {
    match op {
        Op::Put { key, .. } | Op::Delete { key } | Op::Restore(Record { key, .. }) => Some(key),
        Op::SetExpiry { .. } | Op::Rename { .. } | Op::SetMeta { .. } | Op::SetSetting { .. } => {
            None
        }
    }
}

fn touches_each_once(ops: &[Op]) -> bool {
    let keys: Option<Vec<&Key>> = ops.par_iter().map(written_key).collect();
    let Some(keys) = keys else { return false };
    let sorted = sorted_by_key(keys, |key| key.as_str());
    sorted
        .par_windows(2)
        .all(|pair| pair.first() != pair.last())
}

/// Sorts by key. Most comparisons are decided by eight bytes stored with the item, those after the
/// common prefix of all keys, instead of accessing the key.
fn sorted_by_key<'a, T: Copy + Send + Sync>(
    items: Vec<T>,
    key: impl Fn(T) -> &'a str + Sync,
) -> Vec<T> {
    let Some(first) = items.first().map(|item| key(*item).as_bytes()) else {
        return items;
    };
    let common = |text: &str| {
        let pairs = first.iter().zip(text.as_bytes());
        pairs.take_while(|(left, right)| left == right).count()
    };
    let shared = items.par_iter().map(|item| common(key(*item))).min();
    let shared = shared.unwrap_or_default();
    let mut marked: Vec<(u64, T)> = items
        .into_par_iter()
        .map(|item| (eight_bytes(key(item).as_bytes(), shared), item))
        .collect();
    marked.par_sort_unstable_by(|(left, left_item), (right, right_item)| {
        let order = left.cmp(right);
        order.then_with(|| key(*left_item).cmp(key(*right_item)))
    });
    marked.into_par_iter().map(|(_, item)| item).collect()
}

/// The bytes from `start` on as a number that sorts like them; missing bytes are the smallest.
fn eight_bytes(bytes: &[u8], start: usize) -> u64 {
    let rest = bytes.get(start..).unwrap_or_default();
    let mut eight = [0; 8];
    for (to, from) in eight.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_be_bytes(eight)
}

/// Applies prepared changes by making a segment of all written records. Returns `false` without
/// doing anything if there are few.
pub(super) fn apply(state: &mut State, changes: &[Change]) -> bool {
    if changes.len() < OPS_MIN {
        return false;
    }
    let written: Vec<&Record> = changes
        .par_iter()
        .filter_map(|change| change.after.as_ref())
        .collect();
    let written = sorted_by_key(written, |record| record.key.as_str());
    let Some(segment) = segment_of(&written) else {
        return false;
    };
    let before = changes
        .par_iter()
        .filter_map(|change| change.before.as_ref());
    state.catalog.subtract(&PathCatalog::of_records(before));
    let after = changes
        .par_iter()
        .filter_map(|change| change.after.as_ref());
    state.catalog.merge(&PathCatalog::of_records(after));
    // Few records replace others or expire: these are found in parallel and applied sequentially.
    let replacing = changes.par_iter().filter(|change| change.before.is_some());
    for change in replacing.collect::<Vec<_>>() {
        state.forget(change);
    }
    let expiring = written.into_par_iter();
    let expiring = expiring.filter(|record| record.meta.expires_at.is_some());
    for record in expiring.collect::<Vec<_>>() {
        state.expiry.insert(&record.key, record.meta);
    }
    if segment.len() > 0 {
        state.segments.push(SegmentView::new(Arc::new(segment)));
    }
    true
}

/// Builds a segment of records in key order; `None` if two have the same key.
fn segment_of(records: &[&Record]) -> Option<Segment> {
    let blocks: Vec<Vec<Arc<Block>>> = records
        .par_chunks(RECORDS_PER_TASK)
        .map(|records| {
            build_blocks(
                records
                    .iter()
                    .map(|record| (record.as_ref(), record.value.as_bytes())),
            )
            .ok()
        })
        .collect::<Option<_>>()?;
    Segment::new(blocks.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Cause;
    use crate::state::overlay::Overlay;
    use crate::value::{EncodedValue, Value};

    fn key(number: usize) -> Key {
        Key::new(&format!("k{number:06}")).unwrap()
    }

    fn value(number: usize) -> EncodedValue {
        let number = Value::Int(number as i64);
        let name = if number == Value::Int(7) {
            "seven"
        } else {
            "n"
        };
        EncodedValue::encode(&Value::Map(vec![(name.to_owned(), number)])).unwrap()
    }

    /// A state with records in segments and in the memtable, some with a past or a future expiry.
    fn state() -> State {
        let mut state = State::default();
        for (count, step) in [(40_000, 2), (3_000, 5)] {
            let mut batch = WriteBatch::new(Cause::Edit);
            for number in (0..count).step_by(step) {
                batch.put(key(number), value(number % 10));
                if number % 3 == 0 {
                    batch.set_expiry(key(number), Some(Millis(number as i64)));
                }
            }
            let prepared = state.prepare(&batch, Millis(0)).unwrap();
            state.apply_changes(&prepared.changes);
        }
        state
    }

    /// Puts, restores and deletes of new and old records, in random order.
    fn batch() -> WriteBatch {
        let mut batch = WriteBatch::new(Cause::Import);
        for number in (0..30_000).map(|number| (number * 7_919) % 30_000) {
            match number % 4 {
                0 => batch.delete(key(number)),
                1 => batch.restore(Record {
                    key: key(number),
                    value: value(number),
                    meta: crate::record::Meta::default(),
                }),
                _ => batch.put(key(number), value(number % 10)),
            };
        }
        batch
    }

    #[test]
    fn a_large_batch_has_the_same_effect_as_its_ops_one_by_one() {
        let mut at_once = state();
        let mut one_by_one = at_once.clone();
        let (batch, now) = (batch(), Millis(20_000));

        let changes = prepare(&at_once, &batch, now).unwrap();
        let mut overlay = Overlay::new(&one_by_one, now);
        for op in batch.ops() {
            overlay.apply(op).unwrap();
        }
        assert_eq!(changes, overlay.into_changes());

        assert!(apply(&mut at_once, &changes));
        one_by_one.apply_changes(&changes);
        assert_eq!(at_once.len(), one_by_one.len());
        for number in 0..40_000 {
            let key = key(number);
            assert_eq!(at_once.get(key.as_str()), one_by_one.get(key.as_str()));
        }
        let due = |state: &State| {
            state
                .expiry
                .due(Millis(i64::MAX))
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(due(&at_once), due(&one_by_one));
        let paths = |state: &State| {
            let paths = state.catalog.iter();
            paths
                .map(|(path, counts)| (path.clone(), *counts))
                .collect::<Vec<_>>()
        };
        assert_eq!(paths(&at_once), paths(&one_by_one));
    }

    #[test]
    fn keys_sort_by_all_their_bytes() {
        for prefix in ["", "customer:", "é"] {
            let ends = [
                "",
                "a",
                "a0",
                "ab",
                "12345678",
                "123456789",
                "1234567",
                "é",
                "12345678a",
            ];
            let keys: Vec<String> = ends.iter().map(|end| format!("{prefix}{end}")).collect();
            let mut expected: Vec<&str> = keys.iter().map(String::as_str).collect();
            assert_eq!(sorted_by_key(expected.clone(), |key| key), {
                expected.sort_unstable();
                expected
            });
        }
    }

    #[test]
    fn a_batch_that_changes_a_record_twice_is_prepared_op_by_op() {
        let mut batch = batch();
        assert!(prepare(&State::default(), &batch, Millis(0)).is_some());
        batch.delete(key(1));
        assert!(prepare(&State::default(), &batch, Millis(0)).is_none());
    }
}
