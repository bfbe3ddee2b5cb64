use std::collections::BTreeMap;
use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::batch::{Expiry, Op};
use crate::change::Cause;
use crate::clock::{Clock, ManualClock};
use crate::record::Meta;
use crate::snapshot::Snapshot;
use crate::value::Value;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn value(int: i64) -> EncodedValue {
    EncodedValue::encode(&Value::Int(int)).unwrap()
}

fn commit(state: &mut State, batch: &WriteBatch, now: Millis) -> Result<Prepared, Rejection> {
    let prepared = state.prepare(batch, now)?;
    state.apply(&prepared);
    Ok(prepared)
}

fn snapshot(state: &State, clock: &Arc<ManualClock>) -> Snapshot {
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    Snapshot::new(Arc::new(state.clone()), clock)
}

#[test]
fn later_ops_see_earlier_ones_and_each_record_changes_once() {
    let mut state = State::default();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .put(key("a"), value(1))
        .rename(key("a"), key("b"))
        .put(key("b"), value(2));
    batch.put(key("c"), value(3)).delete(key("c"));
    let prepared = commit(&mut state, &batch, Millis(10)).unwrap();
    assert_eq!(prepared.changes.len(), 1);
    assert_eq!(state.get("b").unwrap().value, value(2));
    assert_eq!(state.len(), 1);
}

#[test]
fn a_refused_batch_names_the_record_and_changes_nothing() {
    let mut state = State::default();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("a"), value(1)).put(key("b"), value(1));
    commit(&mut state, &batch, Millis(1)).unwrap();
    for (batch, rejection) in [
        (
            WriteBatch::new(Cause::Edit)
                .delete(key("a"))
                .rename(key("b"), key("b"))
                .clone(),
            None,
        ),
        (
            WriteBatch::new(Cause::Edit)
                .rename(key("a"), key("b"))
                .clone(),
            Some(Rejection::KeyTaken { key: key("b") }),
        ),
        (
            WriteBatch::new(Cause::Edit)
                .set_expiry(key("x"), None)
                .clone(),
            Some(Rejection::NoSuchRecord { key: key("x") }),
        ),
        (
            WriteBatch::new(Cause::Edit).set_setting("", None).clone(),
            Some(Rejection::SettingName),
        ),
    ] {
        assert_eq!(state.prepare(&batch, Millis(2)).err(), rejection);
    }
    assert_eq!(state.len(), 2);
}

#[test]
fn replacing_keeps_creation_and_expiry_by_default() {
    let mut state = State::default();
    let put = |expiry| {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put {
            key: key("a"),
            value: value(1),
            expiry,
        });
        batch
    };
    commit(&mut state, &put(Expiry::At(Millis(100))), Millis(1)).unwrap();
    let replaced = {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(key("a"), value(2));
        batch
    };
    commit(&mut state, &replaced, Millis(2)).unwrap();
    let meta = state.get("a").unwrap().meta;
    let expected = Meta {
        created_at: Millis(1),
        modified_at: Millis(2),
        expires_at: Some(Millis(100)),
    };
    assert_eq!(meta, expected);
    commit(&mut state, &put(Expiry::Never), Millis(3)).unwrap();
    assert_eq!(state.get("a").unwrap().meta.expires_at, None);
    assert_eq!(state.expiry.len(), 0);
}

#[test]
fn a_put_over_an_expired_record_creates_a_new_record() {
    let mut state = State::default();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(Op::Put {
        key: key("a"),
        value: value(1),
        expiry: Expiry::At(Millis(5)),
    });
    commit(&mut state, &batch, Millis(1)).unwrap();
    let mut again = WriteBatch::new(Cause::Edit);
    again.put(key("a"), value(2));
    commit(&mut state, &again, Millis(5)).unwrap();
    let meta = state.get("a").unwrap().meta;
    assert_eq!((meta.created_at, meta.expires_at), (Millis(5), None));
}

#[test]
fn an_expired_record_is_invisible_to_every_read_at_once() {
    let clock = Arc::new(ManualClock::new(Millis(0)));
    let mut state = State::default();
    let mut batch = WriteBatch::new(Cause::Edit);
    for n in 0..10 {
        let at = if n % 3 == 0 {
            Expiry::At(Millis(50))
        } else {
            Expiry::Never
        };
        batch.push(Op::Put {
            key: key(&format!("k{n}")),
            value: value(n),
            expiry: at,
        });
    }
    commit(&mut state, &batch, Millis(0)).unwrap();
    let snapshot = snapshot(&state, &clock);
    assert_eq!(snapshot.len(), 10);
    clock.set(Millis(50));
    let left = ["k1", "k2", "k4", "k5", "k7", "k8"];
    assert_eq!(snapshot.len(), left.len());
    assert_eq!(snapshot.get("k0"), None);
    assert_eq!(
        snapshot.iter().map(|record| record.key).collect::<Vec<_>>(),
        left
    );
    let rows = snapshot.rows(0..100);
    assert_eq!(
        rows.iter()
            .map(|record| record.key.as_str())
            .collect::<Vec<_>>(),
        left
    );
    for (row, key) in left.iter().enumerate() {
        assert_eq!(snapshot.row(row).unwrap().key.as_str(), *key);
        assert_eq!(snapshot.rank(key), row);
    }
    assert_eq!(snapshot.row(left.len()), None);
    assert_eq!(snapshot.prefix_len("k"), left.len());
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8, i64),
    Delete(u8),
    Rename(u8, u8),
    Seal,
    Merge,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (any::<u8>(), any::<i64>()).prop_map(|(key, value)| Step::Put(key, value)),
        2 => any::<u8>().prop_map(Step::Delete),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => Just(Step::Seal),
        1 => Just(Step::Merge),
    ]
}

proptest! {
    /// With any segments, the records equal those of an ordered map.
    #[test]
    fn a_state_behaves_as_an_ordered_map(steps in prop::collection::vec(any_step(), 1..200)) {
        let clock = Arc::new(ManualClock::new(Millis(0)));
        let mut state = State::default();
        let mut model: BTreeMap<String, i64> = BTreeMap::new();
        let name = |n: u8| format!("key{n:03}");
        for step in steps {
            let mut batch = WriteBatch::new(Cause::Edit);
            match step {
                Step::Put(n, int) => {
                    batch.put(key(&name(n)), value(int));
                    model.insert(name(n), int);
                }
                Step::Delete(n) => {
                    batch.delete(key(&name(n)));
                    model.remove(&name(n));
                }
                Step::Rename(from, to) => {
                    batch.rename(key(&name(from)), key(&name(to)));
                    let allowed = model.contains_key(&name(from))
                        && (from == to || !model.contains_key(&name(to)));
                    prop_assert_eq!(state.prepare(&batch, Millis(0)).is_ok(), allowed);
                    if !allowed {
                        continue;
                    }
                    if let Some(int) = model.remove(&name(from)) {
                        model.insert(name(to), int);
                    }
                }
                Step::Seal => state.seal(),
                Step::Merge => {
                    if !state.segments.is_empty() {
                        let merge = Merge { inputs: state.segments.clone() };
                        prop_assert!(state.install(merge.run().unwrap()));
                        prop_assert_eq!(state.segments.len(), 1);
                    }
                }
            }
            commit(&mut state, &batch, Millis(0)).unwrap();
        }
        let snapshot = snapshot(&state, &clock);
        let expected: Vec<_> = model.iter().map(|(key, int)| (key.clone(), value(*int))).collect();
        let found: Vec<_> = snapshot
            .rows(0..model.len() + 1)
            .into_iter()
            .map(|record| (record.key.as_str().to_owned(), record.value))
            .collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(snapshot.len(), model.len());
        for (row, (key, _)) in expected.iter().enumerate() {
            prop_assert_eq!(snapshot.rank(key), row);
            prop_assert_eq!(snapshot.row(row).map(|record| record.key.as_str().to_owned()), Some(key.clone()));
        }
        let bounds = (Bound::Included("key050"), Bound::Excluded("key150"));
        let ranged: Vec<_> =
            snapshot.range(bounds.0, bounds.1).map(|record| record.key.to_owned()).collect();
        let model_ranged: Vec<_> =
            model.range::<str, _>(bounds).map(|(key, _)| key.clone()).collect();
        prop_assert_eq!(ranged, model_ranged);
    }
}
