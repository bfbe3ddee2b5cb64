//! A store and its file: commits are there after opening, whatever happened in between.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use vstore::file::{Control, Credentials, KdfProfile, OpenError, Password};
use vstore::value::{EncodedValue, Value};
use vstore::{
    Cause, CommitError, CreateOptions, Event, EventKind, Expiry, Key, ManualClock, Millis, Op,
    OpenOptions, Rejection, Snapshot, Store, WriteBatch,
};

struct Fixture {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl Fixture {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(Millis(1_000)));
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("test.vstore")
    }

    fn create(&self) -> Store {
        let options = CreateOptions {
            kdf: cheap_kdf(),
            clock: Arc::clone(&self.clock) as Arc<dyn vstore::Clock>,
            ..CreateOptions::default()
        };
        Store::create(
            &self.path(),
            &credentials("secret"),
            &options,
            &Control::default(),
        )
        .unwrap()
        .0
    }

    fn open(&self) -> Store {
        self.try_open("secret", false).unwrap()
    }

    fn try_open(&self, password: &str, read_only: bool) -> Result<Store, OpenError> {
        let options = OpenOptions {
            read_only,
            clock: Arc::clone(&self.clock) as Arc<dyn vstore::Clock>,
            ..OpenOptions::default()
        };
        let path = self.path();
        Store::open(&path, &credentials(password), &options, &Control::default())
            .map(|(store, _)| store)
    }
}

fn cheap_kdf() -> KdfProfile {
    KdfProfile::Explicit(vstore::file::KdfParams {
        m_kib: 19 * 1024,
        t: 2,
        p: 1,
    })
}

fn credentials(password: &str) -> Credentials {
    Credentials::password(Password::new(password.to_owned()).unwrap())
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn value(int: i64) -> EncodedValue {
    EncodedValue::encode(&Value::Int(int)).unwrap()
}

fn put(store: &mut Store, name: &str, int: i64) {
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key(name), value(int));
    store.commit(&batch).unwrap();
}

fn content(snapshot: &Snapshot) -> Vec<(String, Value)> {
    snapshot
        .iter()
        .map(|record| (record.key.to_owned(), Value::from(record.value)))
        .collect()
}

#[test]
fn what_is_committed_is_there_after_reopening() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    for n in 0..100 {
        put(&mut store, &format!("k{n:03}"), n);
    }
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .delete(key("k000"))
        .rename(key("k001"), key("renamed"))
        .set_expiry(key("k002"), Some(Millis(9_000)))
        .set_setting("columns", Some(value(7)));
    store.commit(&batch).unwrap();
    let before = store.snapshot();
    // Dropped without closing, as if the process had died.
    drop(store);
    let store = fixture.open();
    assert_eq!(content(&store.snapshot()), content(&before));
    assert_eq!(store.snapshot().get("renamed"), before.get("renamed"));
    assert_eq!(
        store.snapshot().get("k002").unwrap().meta.expires_at,
        Some(Millis(9_000))
    );
    assert_eq!(store.setting("columns"), Some(&value(7)));
}

#[test]
fn compaction_keeps_records_settings_and_what_is_committed_meanwhile() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    for n in 0..2_000 {
        put(&mut store, &format!("k{n:05}"), n);
    }
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.set_setting("filter", Some(value(1)));
    store.commit(&batch).unwrap();
    let compaction = store.begin_compaction().unwrap().unwrap();
    put(&mut store, "during", 1);
    let compacted = std::thread::scope(|scope| {
        scope
            .spawn(|| compaction.write(&Control::default()))
            .join()
            .unwrap()
    });
    put(&mut store, "before the switch", 1);
    store.finish_compaction(compacted.unwrap()).unwrap();
    put(&mut store, "after", 1);
    let before = content(&store.snapshot());
    assert_eq!(store.stats().file.unwrap().generation, 2);
    store.close().unwrap();
    let store = fixture.open();
    assert_eq!(content(&store.snapshot()), before);
    assert_eq!(store.setting("filter"), Some(&value(1)));
}

#[test]
fn a_large_batch_becomes_a_checkpoint_and_is_as_atomic_as_any() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    put(&mut store, "first", 1);
    let mut batch = WriteBatch::new(Cause::Import);
    for n in 0..5_000 {
        let text = Value::String(format!("{n} ").repeat(500));
        batch.put(
            key(&format!("large{n:05}")),
            EncodedValue::encode(&text).unwrap(),
        );
    }
    let cancelled = Control::default();
    cancelled.cancel();
    assert!(matches!(
        store.commit_large(&batch, &cancelled),
        Err(CommitError::Checkpoint(_))
    ));
    assert_eq!(store.snapshot().len(), 1);
    let commit = store.commit_large(&batch, &Control::default()).unwrap();
    assert_eq!(commit.changes.len(), 5_000);
    assert_eq!(store.stats().file.unwrap().generation, 2);
    put(&mut store, "last", 1);
    store.close().unwrap();
    assert_eq!(fixture.open().snapshot().len(), 5_002);
}

#[test]
fn a_refused_batch_leaves_file_and_records_as_they_were() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    put(&mut store, "a", 1);
    let bytes = std::fs::read(fixture.path()).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .put(key("b"), value(2))
        .set_expiry(key("missing"), None);
    let refused = store.commit(&batch);
    assert!(matches!(
        refused,
        Err(CommitError::Rejected(Rejection::NoSuchRecord { .. }))
    ));
    assert_eq!(store.snapshot().len(), 1);
    assert_eq!(std::fs::read(fixture.path()).unwrap(), bytes);
}

#[test]
fn grouped_batches_are_refused_one_by_one() {
    let mut store = Store::in_memory(Arc::new(ManualClock::default()));
    let mut good = WriteBatch::new(Cause::Edit);
    good.put(key("a"), value(1));
    let mut bad = WriteBatch::new(Cause::Edit);
    bad.rename(key("x"), key("y"));
    let mut after = WriteBatch::new(Cause::Edit);
    after.rename(key("a"), key("b"));
    let results = store.commit_all(&[good, bad, after]).unwrap();
    assert_eq!(
        results.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert_eq!(
        content(&store.snapshot()),
        [("b".to_owned(), Value::Int(1))]
    );
}

#[test]
fn undo_restores_values_and_times_to_the_last_bit() {
    let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(5))));
    put(&mut store, "a", 1);
    put(&mut store, "b", 2);
    let before = store.snapshot();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .push(Op::Put {
            key: key("a"),
            value: value(9),
            expiry: Expiry::At(Millis(50)),
        })
        .rename(key("b"), key("c"))
        .put(key("d"), value(4));
    let commit = store.commit(&batch).unwrap();
    let after = store.snapshot();
    store.commit(&commit.invert(Cause::Undo)).unwrap();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(store.snapshot().get(name), before.get(name), "{name}");
    }
    store.commit(&commit.repeat(Cause::Redo)).unwrap();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(store.snapshot().get(name), after.get(name), "{name}");
    }
}

#[test]
fn expired_records_vanish_at_once_and_are_deleted_by_the_tick() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    put(&mut store, "stays", 1);
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(Op::Put {
        key: key("goes"),
        value: value(1),
        expiry: Expiry::At(Millis(61_000)),
    });
    store.commit(&batch).unwrap();
    assert_eq!(store.next_expiry(), Some(Millis(61_000)));
    let snapshot = store.snapshot();
    fixture.clock.set(Millis(60_999));
    assert_eq!(snapshot.len(), 2);
    assert!(store.expire_due().unwrap().is_none());
    fixture.clock.set(Millis(61_000));
    assert_eq!(snapshot.len(), 1);
    assert_eq!(snapshot.get("goes"), None);
    let commit = store.expire_due().unwrap().unwrap();
    assert_eq!(commit.cause, Cause::Expired);
    assert_eq!(store.next_expiry(), None);
    drop(store);
    assert_eq!(
        content(&fixture.open().snapshot()),
        [("stays".to_owned(), Value::Int(1))]
    );
}

#[test]
fn what_ran_out_while_the_file_was_closed_is_reported() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.push(Op::Put {
        key: key("goes"),
        value: value(1),
        expiry: Expiry::At(Millis(2_000)),
    });
    store.commit(&batch).unwrap();
    store.close().unwrap();
    fixture.clock.set(Millis(3_000));
    let options = OpenOptions {
        clock: Arc::clone(&fixture.clock) as Arc<dyn vstore::Clock>,
        ..OpenOptions::default()
    };
    let (store, report) = Store::open(
        &fixture.path(),
        &credentials("secret"),
        &options,
        &Control::default(),
    )
    .unwrap();
    assert_eq!((report.records, report.expired), (1, 1));
    assert!(store.snapshot().is_empty());
}

#[test]
fn hooks_see_completed_changes_and_queue_writes() {
    let mut store = Store::in_memory(Arc::new(ManualClock::default()));
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    let kinds = [
        EventKind::Set,
        EventKind::Drop,
        EventKind::Expire,
        EventKind::Get,
    ];
    let id = store.subscribe(&kinds, move |event, queue| {
        let name = match event {
            Event::Set { .. } => "set",
            Event::Drop { .. } => "drop",
            Event::Expire { .. } => "expire",
            Event::Get { .. } => "get",
        };
        log.lock().unwrap().push(format!("{name} {}", event.key()));
        if event.key() == "a" && name == "set" {
            let mut batch = WriteBatch::new(Cause::Edit);
            batch.put(key("echo"), value(1));
            queue.push(batch);
        }
    });
    put(&mut store, "a", 1);
    assert_eq!(store.snapshot().get("echo"), None);
    assert_eq!(store.commit_queued().unwrap().len(), 1);
    assert!(store.get("echo").is_some());
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .delete(key("a"))
        .set_expiry(key("echo"), Some(Millis(-1)));
    store.commit(&batch).unwrap();
    store.expire_due().unwrap();
    assert_eq!(
        *events.lock().unwrap(),
        [
            "set a",
            "set echo",
            "get echo",
            "drop a",
            "set echo",
            "expire echo"
        ]
    );
    assert!(store.unsubscribe(id));
    put(&mut store, "b", 1);
    assert_eq!(events.lock().unwrap().len(), 6);
}

#[test]
fn a_copy_opens_with_its_own_password_and_the_original_is_untouched() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    put(&mut store, "a", 1);
    let copy: &Path = &fixture.folder.path().join("copy.vstore");
    let options = CreateOptions {
        kdf: cheap_kdf(),
        ..CreateOptions::default()
    };
    let (made, _) = Store::create_from(
        copy,
        &store.snapshot(),
        &credentials("other"),
        &options,
        &Control::default(),
    )
    .unwrap();
    made.close().unwrap();
    let open = |password| {
        Store::open(
            copy,
            &credentials(password),
            &OpenOptions::default(),
            &Control::default(),
        )
    };
    assert!(matches!(open("secret"), Err(OpenError::WrongPassword)));
    assert_eq!(
        content(&open("other").unwrap().0.snapshot()),
        content(&store.snapshot())
    );
}

#[test]
fn a_read_only_store_refuses_writes_and_lets_another_write() {
    let fixture = Fixture::new();
    let mut writer = fixture.create();
    put(&mut writer, "a", 1);
    assert!(matches!(
        fixture.try_open("secret", false),
        Err(OpenError::Locked { .. })
    ));
    let mut reader = fixture.try_open("secret", true).unwrap();
    assert!(reader.is_read_only());
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.put(key("b"), value(2));
    assert!(matches!(reader.commit(&batch), Err(CommitError::Append(_))));
    put(&mut writer, "c", 3);
    assert_eq!(reader.snapshot().len(), 1);
}

#[test]
fn a_value_of_50_megabytes_is_kept_and_one_beyond_the_limit_is_refused() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    let text = Value::String("0123456789".repeat(5_000_000));
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .put(key("large"), EncodedValue::encode(&text).unwrap())
        .put(key("small"), value(1));
    store.commit(&batch).unwrap();
    let mut expiry = WriteBatch::new(Cause::Edit);
    expiry.set_expiry(key("large"), Some(Millis(9_000)));
    let before = store.stats().file.unwrap().bytes;
    store.commit(&expiry).unwrap();
    let grown = store.stats().file.unwrap().bytes - before;
    assert!(grown < 1_000, "a changed expiry wrote {grown} bytes");
    store.compact(&Control::default()).unwrap();
    drop(store);
    let store = fixture.open();
    assert_eq!(
        store.snapshot().get("large").unwrap().value.to_value(),
        text
    );
    let beyond = Value::Bytes(vec![0; vstore::value::VALUE_BYTES_MAX]);
    assert!(EncodedValue::encode(&beyond).is_err());
}

#[test]
fn the_path_catalogue_follows_every_change_and_survives_reopening() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    let json = |text: &str| vstore::value::json::parse_text(text).unwrap().0;
    let mut batch = WriteBatch::new(Cause::Edit);
    batch
        .put(key("a"), json(r#"{"name": "x", "tags": ["p", "q"]}"#))
        .put(key("b"), json(r#"{"name": 7}"#));
    let commit = store.commit(&batch).unwrap();
    let counts = |store: &Store| -> Vec<_> {
        let snapshot = store.snapshot();
        snapshot
            .catalog()
            .iter()
            .map(|(path, counts)| (path.to_string(), counts.records))
            .collect()
    };
    let expected = [("name", 2), ("tags", 1), ("tags[]", 1)].map(|(path, n)| (path.to_owned(), n));
    assert_eq!(counts(&store), expected);
    store.commit(&commit.invert(Cause::Undo)).unwrap();
    assert_eq!(counts(&store), []);
    store.commit(&commit.repeat(Cause::Redo)).unwrap();
    store.compact(&Control::default()).unwrap();
    drop(store);
    assert_eq!(counts(&fixture.open()), expected);
}

#[test]
fn a_file_shows_its_first_records_before_it_is_read_to_its_end() {
    let fixture = Fixture::new();
    let mut store = fixture.create();
    let mut batch = WriteBatch::new(Cause::Edit);
    let mut noise = 1_u64;
    for number in 0..20_000 {
        noise = noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let text = format!(
            "{:x}{:x}{noise:x}",
            noise.rotate_left(21),
            noise.rotate_left(42)
        );
        let value = EncodedValue::encode(&Value::Map(vec![(text.clone(), text.repeat(4).into())]));
        batch.put(key(&format!("k{number:05}")), value.unwrap());
    }
    store.commit(&batch).unwrap();
    store.compact(&Control::default()).unwrap();
    put(&mut store, "k00000", 1);
    store.close().unwrap();

    let mut lengths = Vec::new();
    let mut first_keys = Vec::new();
    let (store, _) = Store::open_with_preview(
        &fixture.path(),
        &credentials("secret"),
        &OpenOptions::default(),
        &Control::default(),
        &mut |preview| {
            lengths.push(preview.len());
            first_keys.extend(preview.row(0).map(|record| record.key.as_str().to_owned()));
        },
    )
    .unwrap();
    assert!(lengths.len() >= 2, "{lengths:?}");
    assert!(lengths.is_sorted() && lengths[0] < 20_000, "{lengths:?}");
    assert!(first_keys.iter().all(|key| key == "k00000"));
    assert_eq!(store.snapshot().len(), 20_000);
    let newest = store.snapshot().get("k00000").unwrap().value;
    assert_eq!(newest.to_value(), Value::Int(1));
}
