//! Wrong clocks: far ahead, set back, at the limits of the range.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use vstore::file::Control;
use vstore::value::{EncodedValue, Value};
use vstore::{
    Cause, Clock, CreateOptions, Expiry, Key, ManualClock, Millis, Op, OpenOptions, Store,
    WriteBatch,
};

use crate::file::{CHEAP, credentials};

/// A day in November 2026.
const TODAY: Millis = Millis(1_796_000_000_000);
const HOUR: i64 = 3_600_000;
const CENTURY: i64 = 100 * 365 * 24 * HOUR;

/// A database whose clock can be set.
struct Place {
    folder: TempDir,
    clock: Arc<ManualClock>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::new(TODAY)),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("data.vstore")
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::<ManualClock>::clone(&self.clock)
    }

    fn create(&self) -> Store {
        let options = CreateOptions {
            kdf: CHEAP,
            clock: self.clock(),
            ..CreateOptions::default()
        };
        let secret = credentials("secret");
        Store::create(&self.path(), &secret, &options, &Control::default())
            .unwrap()
            .0
    }

    fn open(&self) -> Store {
        let options = OpenOptions {
            clock: self.clock(),
            ..OpenOptions::default()
        };
        let secret = credentials("secret");
        Store::open(&self.path(), &secret, &options, &Control::default())
            .unwrap()
            .0
    }
}

fn put(store: &mut Store, key: &str, expiry: Expiry) {
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(Op::Put {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(&Value::Int(1)).unwrap(),
        expiry,
    });
    store.commit(&batch).unwrap();
}

fn keys(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot();
    let keys = snapshot.iter().map(|record| record.key.to_owned());
    keys.collect()
}

#[test]
fn a_clock_that_was_ahead_for_a_session_has_lost_nothing_when_it_is_right_again() {
    let place = Place::new();
    let mut store = place.create();
    put(&mut store, "for ever", Expiry::Keep);
    put(&mut store, "an hour", Expiry::At(TODAY.plus_millis(HOUR)));
    store.compact(&Control::default()).unwrap();
    put(
        &mut store,
        "two hours",
        Expiry::At(TODAY.plus_millis(2 * HOUR)),
    );
    store.close().unwrap();

    place.clock.set(TODAY.plus_millis(CENTURY));
    let mut store = place.open();
    assert_eq!(keys(&store), ["for ever"]);
    assert_eq!(store.snapshot().len(), 1);
    assert!(store.clock_suspect().is_some());
    store.expire_due().unwrap_err();
    put(&mut store, "in a hundred years", Expiry::Keep);
    // Rewriting the file does not delete it either.
    store.compact(&Control::default()).unwrap();
    store.close().unwrap();

    place.clock.set(TODAY);
    let store = place.open();
    assert_eq!(
        keys(&store),
        ["an hour", "for ever", "in a hundred years", "two hours"]
    );
    assert_eq!(store.next_expiry(), Some(TODAY.plus_millis(HOUR)));
}

#[test]
fn a_clock_that_goes_back_shows_again_what_had_run_out() {
    let place = Place::new();
    let mut store = place.create();
    put(&mut store, "an hour", Expiry::At(TODAY.plus_millis(HOUR)));
    place.clock.advance_millis(HOUR);
    assert_eq!(keys(&store), [""; 0]);
    place.clock.advance_millis(-1);
    assert_eq!(keys(&store), ["an hour"]);

    // A century back: times are taken from the clock, and nothing depends on their order.
    place.clock.advance_millis(-CENTURY);
    put(&mut store, "an hour", Expiry::Keep);
    put(&mut store, "before", Expiry::Keep);
    store.compact(&Control::default()).unwrap();
    store.close().unwrap();
    let mut store = place.open();
    let meta = store.get("an hour").unwrap().meta;
    assert_eq!(meta.created_at, TODAY);
    assert!(meta.modified_at < meta.created_at);
    assert_eq!(meta.expires_at, Some(TODAY.plus_millis(HOUR)));
    assert!(store.expire_due().unwrap().is_none());
    assert_eq!(keys(&store), ["an hour", "before"]);
}

#[test]
fn the_ends_of_time_are_times_like_others() {
    let place = Place::new();
    let mut store = place.create();
    let ends = [i64::MIN, -1, 0, 1, i64::MAX];
    for (number, now) in ends.into_iter().enumerate() {
        place.clock.set(Millis(now));
        put(&mut store, &format!("{number} never"), Expiry::Never);
        for (other, at) in ends.into_iter().enumerate() {
            put(
                &mut store,
                &format!("{number} {other}"),
                Expiry::At(Millis(at)),
            );
        }
        let due = ends.iter().filter(|at| **at <= now).count();
        let shown = keys(&store).len();
        assert_eq!(shown, (number + 1) * (1 + ends.len() - due), "at {now}");
        assert_eq!(store.snapshot().len(), shown, "at {now}");
        let next = ends.iter().find(|at| **at > now).map(|at| Millis(*at));
        let found = store.snapshot().expiring(1).first().map(|(at, _)| *at);
        assert_eq!(found, next, "at {now}");
        store.compact(&Control::default()).unwrap();
        store.close().unwrap();
        store = place.open();
        assert_eq!(keys(&store).len(), shown, "at {now}");
    }
}
