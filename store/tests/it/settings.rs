//! Settings of the file are not records: they change nothing that a store shows.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use vstore::file::{Control, Credentials, KdfLimits, KdfParams, KdfProfile, Password};
use vstore::transfer::{ExportOptions, Format, NoProgress, export};
use vstore::value::{EncodedValue, Value, json};
use vstore::{
    CancelToken, Cause, CreateOptions, Key, ManualClock, Millis, Mode, OpenOptions, Path, Query,
    SearchControl, SearchOptions, Snapshot, Store, WriteBatch,
};

use crate::file::CHEAP;

/// A text that is in no record.
const NAMES: [&str; 6] = [
    "columns[]",
    "recent[].text",
    "widths[][]",
    "draft",
    "sort.by",
    "title",
];

/// Two stores with the same records, the first with settings.
struct Pair {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl Pair {
    fn path(&self, with_settings: bool) -> PathBuf {
        let name = if with_settings { "with" } else { "without" };
        self.folder.path().join(name)
    }

    fn create(&self, with_settings: bool) -> Store {
        let options = CreateOptions {
            kdf: KdfProfile::Explicit(KdfParams {
                m_kib: 19 * 1024,
                t: 2,
                p: 1,
            }),
            clock: Arc::clone(&self.clock) as _,
            ..CreateOptions::default()
        };
        let path = self.path(with_settings);
        let created = Store::create(&path, &credentials(), &options, &Control::default());
        created.unwrap().0
    }

    fn open(&self, with_settings: bool) -> Store {
        let options = OpenOptions {
            clock: Arc::clone(&self.clock) as _,
            ..OpenOptions::default()
        };
        let path = self.path(with_settings);
        let opened = Store::open(&path, &credentials(), &options, &Control::default());
        opened.unwrap().0
    }
}

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

fn parsed(text: &str) -> EncodedValue {
    let value = json::parse_text(text).unwrap().0;
    EncodedValue::encode(&Value::from(value.view())).unwrap()
}

fn put_records(store: &mut Store, numbers: std::ops::Range<usize>) {
    let mut batch = WriteBatch::new(Cause::Edit);
    for number in numbers {
        let text = format!(
            r#"{{"name": "film {number}", "year": {}, "cast": ["hofman", "{number}"]}}"#,
            1950 + number % 70
        );
        batch.put(
            Key::new(&format!("film:{number:04}")).unwrap(),
            parsed(&text),
        );
    }
    store.commit(&batch).unwrap();
}

/// What the window keeps in a file, and an open edit, in two batches of which one has a record.
fn put_settings(store: &mut Store) {
    let window = r#"{"columns": ["value", {"path": "title"}], "widths": [["value", 120.5]],
        "recent": [{"text": "a searched sentence"}], "sort": {"by": "year"}, "title": "settings"}"#;
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.set_setting("window", Some(parsed(window)));
    store.commit(&batch).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.set_setting(
        "draft",
        Some(parsed(r#"{"draft": "an unsaved sentence", "year": 1}"#)),
    );
    batch.set_setting("gone", Some(parsed("[1, 2]")));
    batch.put(
        Key::new("film:0000").unwrap(),
        parsed(r#"{"name": "changed"}"#),
    );
    store.commit(&batch).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    batch.set_setting("gone", None);
    store.commit(&batch).unwrap();
}

/// Everything that a store shows, as text.
fn shown(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot();
    let cancel = CancelToken::never();
    let stats = store.stats();
    let mut shown = vec![format!(
        "{} records, {} expiring, {} paths",
        stats.records, stats.expiring, stats.paths
    )];
    for (path, counts) in snapshot.catalog().iter() {
        let statistics = snapshot.statistics(path, None, &cancel).unwrap();
        let words = snapshot.words_at(path, None, 100, &cancel).unwrap();
        shown.push(format!("{path:?} {counts:?} {statistics:?} {words:?}"));
        let sorted = snapshot.sorted_by_path(path, false, None, Some(5), &cancel);
        shown.push(format!("{:?}", sorted.unwrap()));
    }
    for name in NAMES {
        let path = Path::parse(name).unwrap();
        let statistics = snapshot.statistics(&path, None, &cancel).unwrap();
        shown.push(format!(
            "{name} {:?} {statistics:?}",
            snapshot.catalog().resolve(name)
        ));
    }
    for text in [
        "hofman",
        "sentence",
        "title:settings",
        "year>1960",
        "settings",
        "film",
    ] {
        for mode in [Mode::Exact, Mode::Fuzzy, Mode::Contains] {
            shown.push(found(&snapshot, text, mode));
        }
    }
    let keys = Mutex::new(Vec::new());
    let visit = |chunk: &[&str]| {
        let mut keys = keys.lock().unwrap();
        keys.extend(chunk.iter().map(|key| (*key).to_owned()));
    };
    snapshot.visit_keys(&cancel, &visit).unwrap();
    let mut keys = keys.into_inner().unwrap();
    keys.sort_unstable();
    shown.push(keys.join(" "));
    for format in [Format::Json, Format::Ndjson] {
        let mut text = Vec::new();
        let options = ExportOptions {
            format,
            with_metadata: true,
        };
        let records = snapshot.len() as u64;
        export(&snapshot, records, options, &mut text, &NoProgress).unwrap();
        shown.push(String::from_utf8(text).unwrap());
    }
    shown
}

fn found(snapshot: &Snapshot, text: &str, mode: Mode) -> String {
    let options = SearchOptions {
        mode,
        ..SearchOptions::default()
    };
    let query = Query::parse(text, snapshot.catalog());
    let found = snapshot.search(&query, &options, &SearchControl::unlimited());
    let keys: Vec<_> = found.hits.iter().map(|hit| hit.key).collect();
    format!("{text} {mode:?} {} {:?} {keys:?}", found.total, found.hints)
}

#[test]
fn a_store_with_settings_shows_what_one_without_them_shows() {
    let pair = Pair {
        folder: tempfile::tempdir().unwrap(),
        clock: Arc::new(ManualClock::new(Millis(1_000))),
    };
    let mut stores = [true, false].map(|with_settings| pair.create(with_settings));
    for (store, with_settings) in stores.iter_mut().zip([true, false]) {
        put_records(store, 0..700);
        if with_settings {
            put_settings(store);
        } else {
            let mut batch = WriteBatch::new(Cause::Edit);
            batch.put(
                Key::new("film:0000").unwrap(),
                parsed(r#"{"name": "changed"}"#),
            );
            store.commit(&batch).unwrap();
        }
        put_records(store, 700..720);
    }
    let mut compare = |stage: &str, change: &dyn Fn(Store, bool) -> Store| {
        let [with, without] = std::mem::replace(
            &mut stores,
            [(); 2].map(|()| Store::in_memory(Arc::clone(&pair.clock) as _)),
        );
        stores = [change(with, true), change(without, false)];
        let [with, without] = &stores;
        assert!(with.setting("window").is_some() && with.setting("draft").is_some());
        assert_eq!(
            (with.setting("gone"), without.setting("window")),
            (None, None)
        );
        for (with, without) in shown(with).iter().zip(&shown(without)) {
            assert_eq!(with, without, "{stage}");
        }
        assert_eq!(with.stats().paths, 4, "{stage}");
    };
    let stays = |store: Store, _| store;
    let reopened = |store: Store, with_settings| {
        store.close().unwrap();
        pair.open(with_settings)
    };
    compare("as written", &stays);
    compare("opened with a journal", &reopened);
    compare("compacted", &|mut store, _| {
        store.compact(&Control::default()).unwrap();
        store
    });
    compare("opened after a compaction", &reopened);
    compare("indexed", &|store, _| {
        let cancel = CancelToken::never();
        store.snapshot().build_indexes(&cancel, &|_| {}).unwrap();
        store
    });
    compare("rotated", &|mut store, _| {
        let (limits, control) = (KdfLimits::default(), Control::default());
        store.rotate(&[credentials()], &limits, &control).unwrap();
        store
    });
    compare("opened after a rotation", &reopened);
    compare("copied", &|store, with_settings| {
        let options = CreateOptions {
            kdf: CHEAP,
            clock: Arc::clone(&pair.clock) as _,
            overwrite: true,
            ..CreateOptions::default()
        };
        let snapshot = store.snapshot();
        store.close().unwrap();
        let path = pair.path(with_settings);
        let control = Control::default();
        let copied = Store::create_from(&path, &snapshot, &credentials(), &options, &control);
        copied.unwrap().0.close().unwrap();
        pair.open(with_settings)
    });
}
