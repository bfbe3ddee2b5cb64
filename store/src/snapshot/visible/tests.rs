use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::batch::{Expiry, Op, WriteBatch};
use crate::change::Cause;
use crate::clock::{Clock as _, ManualClock};
use crate::key::Key;
use crate::record::Scan as _;
use crate::search::{CancelToken, Query, SearchControl, SearchOptions};
use crate::segment::Merged;
use crate::store::Store;
use crate::value::{EncodedValue, Value};

/// When a record expires, by its key.
type Model = BTreeMap<String, Option<i64>>;

fn key(number: u16) -> Key {
    Key::new(&format!("k{number:03}")).unwrap()
}

fn null() -> EncodedValue {
    EncodedValue::encode(&Value::Null).unwrap()
}

fn put(number: u16, at: Option<i64>) -> Op {
    Op::Put {
        key: key(number),
        value: null(),
        expiry: at.map_or(Expiry::Never, |at| Expiry::At(Millis(at))),
    }
}

/// A store, a model of its content, and earlier snapshots with their models.
struct World {
    clock: Arc<ManualClock>,
    store: Store,
    model: Model,
    kept: Vec<(Snapshot, Model)>,
    merged: Option<Merged>,
}

#[derive(Clone, Debug)]
enum Step {
    Put(u16, Option<i64>),
    /// Enough records that they become a segment at once.
    PutMany(u16, i64),
    Delete(u16),
    Keep,
    BeginMerge,
    InstallMerge,
    DeleteDue,
    Time(i64),
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(Millis(0)));
        let store = Store::in_memory(Arc::clone(&clock) as _);
        Self {
            clock,
            store,
            model: Model::new(),
            kept: Vec::new(),
            merged: None,
        }
    }

    fn commit(&mut self, ops: impl Iterator<Item = Op>) {
        let mut batch = WriteBatch::new(Cause::Edit);
        for op in ops {
            match &op {
                Op::Put { key, expiry, .. } => {
                    let at = match expiry {
                        Expiry::At(at) => Some(at.0),
                        _ => None,
                    };
                    self.model.insert(key.as_str().to_owned(), at);
                }
                Op::Delete { key } => {
                    self.model.remove(key.as_str());
                }
                _ => {}
            }
            batch.push(op);
        }
        self.store.commit(&batch).unwrap();
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Put(number, at) => self.commit(std::iter::once(put(number, at))),
            Step::PutMany(first, at) => {
                let expires =
                    |number: u16| (!number.is_multiple_of(7)).then(|| at + i64::from(number % 30));
                self.commit((first..first + 300).map(|number| put(number, expires(number))));
            }
            Step::Delete(number) => {
                self.commit(std::iter::once(Op::Delete { key: key(number) }));
            }
            Step::Keep => self.kept.push((self.store.snapshot(), self.model.clone())),
            Step::BeginMerge => {
                let merge = self.store.plan_merge();
                self.merged = merge.map(|merge| merge.run().unwrap());
            }
            Step::InstallMerge => {
                if let Some(merged) = self.merged.take() {
                    self.store.install_merge(merged);
                }
            }
            Step::DeleteDue => {
                if self.store.expire_due().unwrap().is_some() {
                    let now = self.clock.now().0;
                    self.model.retain(|_, at| at.is_none_or(|at| at > now));
                }
            }
            Step::Time(at) => self.clock.set(Millis(at)),
        }
    }

    fn check(&self) {
        let now = self.clock.now().0;
        assert_shows(&self.store.snapshot(), &self.model, now);
        for (snapshot, model) in &self.kept {
            assert_shows(snapshot, model, now);
        }
    }
}

fn assert_shows(snapshot: &Snapshot, model: &Model, now: i64) {
    let is_visible = |at: &Option<i64>| at.is_none_or(|at| at > now);
    let visible = model.iter().filter(|(_, at)| is_visible(at));
    let visible: Vec<&str> = visible.map(|(key, _)| key.as_str()).collect();
    assert_eq!(snapshot.len(), visible.len());
    assert_eq!(snapshot.is_empty(), visible.is_empty());
    assert_eq!(snapshot.due_len(), model.len() - visible.len());
    let keys = |records: Vec<Record>| -> Vec<String> {
        let keys = records.iter().map(|record| record.key.as_str().to_owned());
        keys.collect()
    };
    assert_eq!(keys(snapshot.rows(0..usize::MAX)), visible);
    let middle = visible.len() / 2;
    let some = visible.iter().skip(middle).take(3);
    assert!(keys(snapshot.rows(middle..middle + 3)).iter().eq(some));
    assert_eq!(snapshot.row(visible.len()), None);
    for (row, found) in visible.iter().enumerate() {
        assert_eq!(snapshot.rank(found), row);
    }
    for absent in ["", "k", "k1", "k250", "k999x", "z"] {
        let before = visible.iter().filter(|key| **key < absent).count();
        assert_eq!(snapshot.rank(absent), before);
        let inside = visible.iter().filter(|key| key.starts_with(absent)).count();
        assert_eq!(snapshot.prefix_len(absent), inside, "{absent}");
    }
    let between = snapshot.range(Bound::Excluded("k100"), Bound::Included("k300"));
    let expected = visible
        .iter()
        .filter(|key| **key > "k100" && **key <= "k300");
    assert!(between.map(|record| record.key).eq(expected.copied()));
    assert!(
        snapshot
            .iter()
            .map(|record| record.key)
            .eq(visible.iter().copied())
    );

    let cancel = CancelToken::never();
    let visited = Mutex::new(Vec::new());
    let visit = |keys: &[&str]| {
        let mut visited = visited.lock().unwrap();
        visited.extend(keys.iter().map(|key| (*key).to_owned()));
    };
    snapshot.visit_keys(&cancel, &visit).unwrap();
    let mut visited = visited.into_inner().unwrap();
    visited.sort_unstable();
    assert_eq!(visited, visible);
    let mut scanned = Vec::new();
    for part in 0..snapshot.parts() {
        snapshot.scan_part(part, &mut |record| {
            scanned.push(record.key.to_owned());
            std::ops::ControlFlow::Continue(())
        });
    }
    scanned.sort_unstable();
    assert_eq!(scanned, visible);
    let found = snapshot.search(
        &Query::all(),
        &SearchOptions::default(),
        &SearchControl::unlimited(),
    );
    assert_eq!(found.total, visible.len() as u64);

    let expiring = model
        .iter()
        .filter_map(|(key, at)| Some(((*at)?, key.as_str())));
    let mut expiring: Vec<_> = expiring.filter(|(at, _)| *at > now).collect();
    expiring.sort_unstable();
    assert_eq!(snapshot.expiring_len(), expiring.len());
    let next = snapshot.expiring(5);
    let next = next.iter().map(|(at, key)| (at.0, key.as_str()));
    assert!(next.eq(expiring.into_iter().take(5)));
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u16..900, prop::option::of(0_i64..100)).prop_map(|(key, at)| Step::Put(key, at)),
        3 => (0_u16..600, 0_i64..100).prop_map(|(first, at)| Step::PutMany(first, at)),
        2 => (0_u16..900).prop_map(Step::Delete),
        2 => Just(Step::Keep),
        1 => Just(Step::BeginMerge),
        1 => Just(Step::InstallMerge),
        1 => Just(Step::DeleteDue),
        3 => (0_i64..130).prop_map(Step::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every snapshot shows exactly its records that have not expired, whatever is written or
    /// merged and wherever the clock is set.
    #[test]
    fn every_snapshot_shows_what_has_not_expired(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
            if matches!(step, Step::Time(_)) {
                world.check();
            }
        }
        for at in [0, 50, 51, 131, 70, 0] {
            world.step(&Step::Time(at));
            world.check();
        }
    }
}

#[test]
fn snapshots_on_several_threads_agree_while_records_expire() {
    let mut world = World::new();
    world.commit((0..2_000).map(|number| put(number, Some(i64::from(number)))));
    world.commit(
        (0..2_000)
            .step_by(3)
            .map(|number| Op::Delete { key: key(number) }),
    );
    let snapshot = world.store.snapshot();
    let (model, clock) = (&world.model, &world.clock);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..300 {
                    let before = clock.now().0;
                    let counted = snapshot.len();
                    let after = clock.now().0;
                    let left = |now: i64| {
                        let left = model.values().filter(|at| at.is_some_and(|at| at > now));
                        left.count()
                    };
                    assert!((left(after)..=left(before)).contains(&counted));
                }
            });
        }
        for _ in 0..1_000 {
            clock.advance_millis(2);
            std::thread::yield_now();
        }
    });
    assert_eq!(snapshot.len(), 0);
}
