use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::batch::{Expiry, Op};
use crate::clock::ManualClock;
use crate::file::{Control, Credentials, KdfParams, KdfProfile, Password};
use crate::key::Key;
use crate::options::{CreateOptions, OpenOptions};

/// A day in 2026.
const TODAY: Millis = Millis(1_780_000_000_000);
const YEAR: i64 = 365 * DAY_MILLIS;

struct Fixture {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl Fixture {
    /// A file with a record that stays, and one that expires after `days` days.
    fn with_expiry_after(days: i64) -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::new(TODAY)),
        };
        let options = CreateOptions {
            kdf: KdfProfile::Explicit(KdfParams {
                m_kib: 19 * 1024,
                t: 2,
                p: 1,
            }),
            clock: Arc::clone(&fixture.clock) as _,
            ..CreateOptions::default()
        };
        let path = fixture.path();
        let created = Store::create(&path, &credentials(), &options, &Control::default());
        let mut store = created.unwrap().0;
        put(&mut store, "stays", None);
        put(&mut store, "goes", Some(days));
        store.close().unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("test.vstore")
    }

    fn open(&self) -> Store {
        let options = OpenOptions {
            clock: Arc::clone(&self.clock) as _,
            ..OpenOptions::default()
        };
        let path = self.path();
        let opened = Store::open(&path, &credentials(), &options, &Control::default());
        opened.unwrap().0
    }

    /// Opens the file `days` days from today.
    fn open_after(&self, days: i64) -> Store {
        self.clock.set(TODAY.plus_millis(days * DAY_MILLIS));
        self.open()
    }
}

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

/// Puts a record that expires `days` days from today.
fn put(store: &mut Store, key: &str, days: Option<i64>) {
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(Op::Put {
        key: Key::new(key).unwrap(),
        value: EncodedValue::encode(&Value::from(key)).unwrap(),
        expiry: days.map_or(Expiry::Never, |days| {
            Expiry::At(TODAY.plus_millis(days * DAY_MILLIS))
        }),
    });
    store.commit(&batch).unwrap();
}

fn keys(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot();
    let keys = snapshot.iter().map(|record| record.key.to_owned());
    keys.collect()
}

fn assert_refused(store: &mut Store) {
    let suspect = store.clock_suspect().unwrap();
    assert_eq!((suspect.newest, suspect.due), (TODAY, 1));
    match store.expire_due() {
        Err(ExpireError::ClockSuspect(refused)) => assert_eq!(refused, suspect),
        other => panic!("{other:?}"),
    }
}

#[test]
fn under_a_clock_far_ahead_expired_records_are_hidden_and_kept() {
    let fixture = Fixture::with_expiry_after(30);
    for days in [367, 73 * 365, 7_000 * 365] {
        let mut store = fixture.open_after(days);
        assert_eq!(keys(&store), ["stays"], "hidden after {days} days");
        assert_refused(&mut store);
        assert_refused(&mut store);
        store.compact(&Control::default()).unwrap();
        store.close().unwrap();
    }
    // The clock is corrected.
    let mut store = fixture.open_after(1);
    assert_eq!(keys(&store), ["goes", "stays"]);
    assert_eq!(store.clock_suspect(), None);
    assert!(store.expire_due().unwrap().is_none());
}

#[test]
fn within_a_year_expired_records_are_deleted_without_confirmation() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(366);
    assert_eq!(store.clock_suspect(), None);
    assert_eq!(store.expire_due().unwrap().unwrap().changes.len(), 1);
    drop(store);
    assert_eq!(keys(&fixture.open_after(0)), ["stays"]);
}

#[test]
fn a_confirmed_clock_is_trusted_from_then_on() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(2 * 365);
    assert_refused(&mut store);
    store.confirm_clock().unwrap();
    drop(store);
    // It has not been deleted yet, and no second confirmation is needed.
    let mut store = fixture.open_after(2 * 365 + 1);
    assert_eq!(store.clock_suspect(), None);
    put(&mut store, "later", Some(2 * 365 + 300));
    assert_eq!(store.expire_due().unwrap().unwrap().changes.len(), 1);
    drop(store);
    let mut store = fixture.open_after(2 * 365 + 301);
    assert_eq!(store.expire_due().unwrap().unwrap().changes.len(), 1);
    drop(store);
    assert_eq!(keys(&fixture.open_after(0)), ["stays"]);
}

/// Records written under a doubted clock carry its times, which must not make the clock plausible
/// the next time.
#[test]
fn edits_under_a_doubted_clock_do_not_vouch_for_it() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(20 * 365);
    assert_refused(&mut store);
    put(&mut store, "edited", None);
    put(&mut store, "edited again", None);
    assert_refused(&mut store);
    store.compact(&Control::default()).unwrap();
    store.close().unwrap();
    let mut store = fixture.open_after(20 * 365 + 1);
    assert_refused(&mut store);
    store.close().unwrap();

    // With a correct clock the file is used for years without a confirmation.
    let day = |days: i64| TODAY.plus_millis(days * DAY_MILLIS);
    let mut expired = 0;
    for days in (2..2 * 365).step_by(200) {
        let mut store = fixture.open_after(days);
        assert_eq!(store.clock_suspect(), None, "{days}");
        put(&mut store, "used", Some(days + 100));
        expired += store
            .expire_due()
            .unwrap()
            .map_or(0, |commit| commit.changes.len());
        assert_eq!(noted(&store.state), Some(day(days)));
        store.close().unwrap();
    }
    assert_eq!(expired, 1);
    // The clock that was wrong before is doubted again.
    let mut store = fixture.open_after(20 * 365);
    assert!(matches!(
        store.expire_due(),
        Err(ExpireError::ClockSuspect(_))
    ));
}

#[test]
fn a_clock_that_jumps_while_a_store_is_open_is_doubted() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(0);
    // A program that runs for years reads the clock now and then.
    for days in (0..5 * 365).step_by(25) {
        fixture.clock.set(TODAY.plus_millis(days * DAY_MILLIS));
        put(&mut store, "goes", Some(days + 10));
        fixture.clock.advance_millis(DAY_MILLIS);
        assert!(store.expire_due().unwrap().is_none());
    }
    fixture.clock.advance_millis(2 * YEAR);
    assert!(store.snapshot().get("goes").is_none());
    assert!(store.clock_suspect().is_some());
    assert!(store.expire_due().is_err());
    fixture.clock.advance_millis(-2 * YEAR);
    assert!(store.snapshot().get("goes").is_some());
    fixture.clock.advance_millis(10 * DAY_MILLIS);
    assert_eq!(store.expire_due().unwrap().unwrap().changes.len(), 1);
}

#[test]
fn setting_the_clock_back_shows_records_that_were_not_deleted() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(40);
    let snapshot = store.snapshot();
    assert_eq!(keys(&store), ["stays"]);
    fixture.clock.set(TODAY);
    assert_eq!(keys(&store), ["goes", "stays"]);
    assert_eq!((snapshot.len(), snapshot.expiring_len()), (2, 1));
    // Before the creation of the file nothing is due, doubted or deleted.
    fixture.clock.set(Millis(0));
    assert_eq!(store.clock_suspect(), None);
    assert!(store.expire_due().unwrap().is_none());
    put(&mut store, "written in 1970", None);
    drop(store);
    let mut store = fixture.open_after(40);
    assert_eq!(store.expire_due().unwrap().unwrap().changes.len(), 1);
    fixture.clock.set(TODAY);
    assert_eq!(keys(&store), ["stays", "written in 1970"]);
}

#[test]
fn without_expiring_records_no_clock_is_doubted_and_no_time_recorded() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(40);
    store.expire_due().unwrap();
    store.close().unwrap();
    let mut store = fixture.open_after(40 * 365);
    assert_eq!(store.clock_suspect(), None);
    assert!(store.expire_due().unwrap().is_none());
    put(&mut store, "edited", None);
    assert_eq!(noted(&store.state), None);
}

#[test]
fn the_refusal_names_both_times_and_the_number_of_records() {
    let suspect = ClockSuspect {
        newest: TODAY,
        now: TODAY.plus_millis(73 * YEAR),
        due: 2,
    };
    assert_eq!(
        suspect.to_string(),
        "the clock says 2099-05-10, but the newest change is from 2026-05-28: 2 records that would \
         have expired are hidden and not deleted"
    );
}

#[test]
fn a_large_checkpoint_knows_its_newest_time() {
    let fixture = Fixture::with_expiry_after(30);
    let mut store = fixture.open_after(5);
    let mut batch = WriteBatch::new(Cause::Import);
    let value = EncodedValue::encode(&Value::from("x".repeat(1_000).as_str())).unwrap();
    for number in 0..10_000 {
        batch.put(Key::new(&format!("{number:06}")).unwrap(), value.clone());
    }
    store.commit_large(&batch, &Control::default()).unwrap();
    store.close().unwrap();
    let store = fixture.open_after(6);
    assert_eq!(store.state.newest, Some(TODAY.plus_millis(5 * DAY_MILLIS)));
    assert_eq!(store.clock.now(), TODAY.plus_millis(6 * DAY_MILLIS));
}
