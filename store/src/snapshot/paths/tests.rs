//! Compares the results from columns with those of reading every record.

use std::ops::Bound;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::batch::WriteBatch;
use crate::change::Cause;
use crate::clock::{Clock, ManualClock, Millis};
use crate::memtable::Memtable;
use crate::search::{Hit, Mode, Query, RecordWords, SearchControl, SearchOptions, Sort, SortBy};
use crate::snapshot::order::PathOrder;
use crate::snapshot::order_keys::first_scalar;
use crate::state::State;
use crate::value::cmp_values;
use crate::value::{EncodedValue, Timestamp, Value};

/// The number of distinct keys, each written several times.
const KEYS: usize = 700;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (0_i64..40).prop_map(Value::Int),
        (0_i64..9).prop_map(|n| Value::Float(n as f64 / 4.0)),
        "[ab]{0,2}".prop_map(Value::String),
        (0_usize..999_999).prop_map(|n| Value::from(format!("{n} {}", "long".repeat(80)))),
        (0_i64..99).prop_map(|n| Value::Timestamp(Timestamp::new(n * 86_400, 0).unwrap())),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(scalar(), 0..4).prop_map(Value::List);
    let inner = prop_oneof![3 => scalar(), 1 => list];
    let name = prop_oneof![Just("a"), Just("b"), Just("c")];
    prop::collection::btree_map(name, inner, 0..3).prop_map(|entries| {
        let entries = entries.into_iter();
        Value::Map(
            entries
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

/// Writes records, overwriting some, seals the memtable every few writes, and builds the indexes
/// after `indexed` of them.
fn store(writes: &[(usize, Option<Value>)], indexed: usize) -> Snapshot {
    let mut state = State {
        memtable: Memtable::with_records_max(60),
        ..State::default()
    };
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Millis(1_000)));
    for (count, (key, value)) in writes.iter().enumerate() {
        let mut batch = WriteBatch::new(Cause::Edit);
        let key = Key::new(&format!("k{key:03}")).unwrap();
        match value {
            Some(value) => batch.put(key, EncodedValue::encode(value).unwrap()),
            None => batch.delete(key),
        };
        if let Ok(prepared) = state.prepare(&batch, Millis(1_000)) {
            state.apply(&prepared);
        }
        if count == indexed {
            Snapshot::new(Arc::new(state.clone()), Arc::clone(&clock))
                .build_indexes(&CancelToken::never(), &|_| {})
                .unwrap();
        }
    }
    Snapshot::new(Arc::new(state), clock)
}

fn writes() -> impl Strategy<Value = Vec<(usize, Option<Value>)>> {
    let value = prop_oneof![6 => value().prop_map(Some), 1 => Just(None)];
    prop::collection::vec((0..KEYS, value), 200..900)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn statistics_agree_with_reading_the_records(
        writes in writes(),
        share in 0_usize..=100,
        text in prop::sample::select(vec!["a", "a[]", "b", "c", "nowhere"]),
    ) {
        let snapshot = store(&writes, writes.len() * share / 100);
        let path = Path::parse(text).unwrap();
        let cancel = CancelToken::never();
        let mut found = snapshot.statistics(&path, None, &cancel).unwrap();
        let read = crate::paths::statistics(&snapshot, &path, &cancel).unwrap();
        found.index_bytes = 0;
        prop_assert_eq!(found, read);

        let some: Vec<Key> = snapshot.iter().step_by(3).map(|r| Key::new(r.key).unwrap()).collect();
        let some_hits = Hits::from_keys(&some);
        let mut found = snapshot.statistics(&path, Some(&some_hits), &cancel).unwrap();
        let records: Vec<_> = some.iter().map(|key| snapshot.get(key.as_str()).unwrap()).collect();
        let read = crate::paths::statistics(records.as_slice(), &path, &cancel).unwrap();
        found.index_bytes = 0;
        prop_assert_eq!(found, read);
    }

    #[test]
    fn statistics_and_positions_of_hits_agree_with_reading_the_records(
        writes in writes(),
        share in 0_usize..=100,
        later in writes(),
        by_key: bool,
    ) {
        let snapshot = store(&writes, writes.len() * share / 100);
        let path = Path::parse("b").unwrap();
        let cancel = CancelToken::never();
        let query = Query::parse("a:exists", snapshot.catalog());
        let by = if by_key { SortBy::Key } else { SortBy::Relevance };
        let sort = Sort { by, descending: false };
        let options = SearchOptions { sort, ..SearchOptions::default() };
        let hits = snapshot.search(&query, &options, &SearchControl::unlimited()).hits;
        let keys: Vec<Key> = hits.iter().filter_map(Hit::to_key).collect();
        for (place, key) in keys.iter().enumerate().step_by(5) {
            prop_assert_eq!(hits.position(key.as_str()), Some(place));
        }
        prop_assert_eq!(hits.position("nowhere"), None);

        // Hits are sets of rows of their own snapshot; in another one they are looked up.
        for snapshot in [snapshot, store(&later, 0)] {
            let mut found = snapshot.statistics(&path, Some(&hits), &cancel).unwrap();
            found.index_bytes = 0;
            let records: Vec<_> = keys.iter().filter_map(|key| snapshot.get(key.as_str())).collect();
            let read = crate::paths::statistics(records.as_slice(), &path, &cancel).unwrap();
            prop_assert_eq!(found, read);
        }
    }

    #[test]
    fn word_counts_agree_with_reading_the_records(
        writes in writes(),
        share in 0_usize..=100,
        text in prop::sample::select(vec!["a", "b[]", "nowhere"]),
    ) {
        let snapshot = store(&writes, writes.len() * share / 100);
        let path = Path::parse(text).unwrap();
        let some: Vec<Key> = snapshot.iter().step_by(3).map(|r| Key::new(r.key).unwrap()).collect();
        for within in [None, Some(Hits::from_keys(&some))] {
            let within = within.as_ref();
            let found = snapshot.words_at(&path, within, 50, &CancelToken::never()).unwrap();
            let mut counts = std::collections::BTreeMap::new();
            for record in &snapshot {
                if within.is_none_or(|hits| hits.position(record.key).is_some()) {
                    RecordWords::default().visit(record.value, &names_of(&path), &mut |word| {
                        *counts.entry(word.to_owned()).or_insert(0) += 1;
                    });
                }
            }
            prop_assert_eq!(found.distinct, counts.len() as u64);
            let mut read: Vec<(String, u64)> = counts.into_iter().collect();
            read.sort_by_key(|(_, records)| std::cmp::Reverse(*records));
            read.truncate(50);
            let found = found.top.into_iter().map(|top| (top.word, top.records));
            prop_assert_eq!(found.collect::<Vec<_>>(), read);
        }
    }

    #[test]
    fn look_ups_and_sorting_agree_with_reading_the_records(
        writes in writes(),
        share in 0_usize..=100,
        descending: bool,
        limit in 0_usize..900,
        from in 0_i64..40,
    ) {
        let snapshot = store(&writes, writes.len() * share / 100);
        let path = Path::parse("a").unwrap();
        let cancel = CancelToken::never();
        for condition in [
            Condition::Between(Bound::Included(Value::Int(from)), Bound::Excluded(Value::Int(from + 9))),
            Condition::Equals(Value::from("a")),
            Condition::NotEquals(Value::Bool(true)),
            Condition::Missing,
        ] {
            let found = snapshot.find(&path, &condition, Some(limit), &cancel).unwrap();
            let read = crate::paths::find(&snapshot, &path, &condition, Some(limit), &cancel);
            prop_assert_eq!(found, read.unwrap());
        }
        let sorted = snapshot.sorted_by_path(&path, descending, None, Some(limit), &cancel).unwrap();
        let query = Query::parse("", snapshot.catalog());
        let order = PathOrder { path: &path, descending };
        let control = SearchControl::unlimited();
        let result = snapshot.search_by_path(&query, Mode::Fuzzy, order, &control);
        let hits: Vec<Key> = result.hits.iter().take(limit).filter_map(Hit::to_key).collect();
        prop_assert_eq!(&hits, &sorted);
        for (place, key) in hits.iter().enumerate().step_by(7) {
            prop_assert_eq!(result.hits.position(key.as_str()), Some(place));
        }
        let mut read: Vec<_> = snapshot
            .iter()
            .map(|record| (first_scalar(record.value, &path.segments()), Key::new(record.key).unwrap()))
            .collect();
        read.sort_by(|left, right| match (left.0, right.0) {
            (Some(left), Some(right)) if descending => cmp_values(right, left),
            (Some(left), Some(right)) => cmp_values(left, right),
            (left, right) => left.is_none().cmp(&right.is_none()),
        });
        let read: Vec<Key> = read.into_iter().map(|(_, key)| key).take(limit).collect();
        prop_assert_eq!(sorted, read);
    }
}
