//! Salvaging the records of a damaged file into a new one.

use std::path::PathBuf;

use tempfile::TempDir;
use vstore::file::{Control, Credentials, KdfParams, KdfProfile, Password, SalvageMode};
use vstore::value::{EncodedValue, Value};
use vstore::{
    Cause, CreateOptions, Key, Millis, OpenOptions, Record, SalvageError, SalvageOptions, Store,
    WriteBatch,
};

const RECORDS: usize = 20_000;

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

fn cheap() -> CreateOptions {
    CreateOptions {
        kdf: KdfProfile::Explicit(KdfParams {
            m_kib: 19 * 1024,
            t: 2,
            p: 1,
        }),
        ..CreateOptions::default()
    }
}

fn options(mode: SalvageMode) -> SalvageOptions {
    SalvageOptions {
        mode,
        create: cheap(),
        ..SalvageOptions::default()
    }
}

fn key(number: usize) -> Key {
    Key::new(&format!("record:{number:06}")).unwrap()
}

fn value(text: &str) -> EncodedValue {
    EncodedValue::encode(&Value::from(text)).unwrap()
}

struct Place {
    folder: TempDir,
    path: PathBuf,
}

/// A file with a checkpoint of several chunks and a journal over it.
fn damaged_place() -> (Place, Vec<Record>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.vstore");
    let control = Control::default();
    let (mut store, _) = Store::create(&path, &credentials(), &cheap(), &control).unwrap();
    let mut batch = WriteBatch::new(Cause::Import);
    for number in 0..RECORDS {
        let text = format!("value {number} {}", number.wrapping_mul(2_654_435_761));
        batch.put(key(number), value(&text));
    }
    batch.set_setting("delimiter", Some(value(":")));
    store.commit(&batch).unwrap();
    store.compact(&control).unwrap();
    for number in 0..50 {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.put(key(number * 100), value("edited"));
        batch.delete(key(number * 100 + 1));
        batch.set_expiry(key(number * 100 + 2), Some(Millis(i64::MAX)));
        store.commit(&batch).unwrap();
    }
    let records = all(&store);
    store.close().unwrap();
    (Place { folder, path }, records)
}

fn all(store: &Store) -> Vec<Record> {
    let snapshot = store.snapshot();
    let keys: Vec<String> = snapshot
        .iter()
        .map(|record| record.key.to_owned())
        .collect();
    keys.iter().map(|key| snapshot.get(key).unwrap()).collect()
}

#[test]
fn the_salvage_of_an_undamaged_file_equals_the_file() {
    let (place, records) = damaged_place();
    let before = std::fs::read(&place.path).unwrap();
    let target = place.folder.path().join("rescued.vstore");
    let (store, report, _) = Store::salvage(
        &place.path,
        &target,
        &credentials(),
        &options(SalvageMode::ConsistentPrefix),
        &Control::default(),
    )
    .unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!((report.records, report.settings), (records.len(), 1));
    assert!(all(&store) == records);
    store.close().unwrap();
    let (again, _) = Store::open(
        &target,
        &credentials(),
        &OpenOptions::default(),
        &Control::default(),
    )
    .unwrap();
    assert!(all(&again) == records);
    assert_eq!(again.setting("delimiter"), Some(&value(":")));
    assert!(std::fs::read(&place.path).unwrap() == before);
}

#[test]
fn a_lost_chunk_is_named_by_its_keys_and_costs_no_others() {
    let (place, records) = damaged_place();
    let mut content = std::fs::read(&place.path).unwrap();
    // Inside the first chunk, which follows META.
    content[0x8000 + 400..0x8000 + 500].fill(0);
    std::fs::write(&place.path, &content).unwrap();
    let salvage = Store::read_salvage(
        &place.path,
        &credentials(),
        &options(SalvageMode::Everything),
        &Control::default(),
    )
    .unwrap();
    let report = &salvage.report;
    assert_eq!(report.file.lost_chunks, Some(1), "{report:?}");
    let [range] = &report.lost_ranges[..] else {
        panic!("{report:?}")
    };
    let first_kept = range.before.clone().expect("a chunk behind it");
    assert_eq!(range.after, None);
    // Changes of times need the record; they are skipped and reported.
    assert!(report.skipped_changes > 0 && !report.lost_keys.is_empty());
    assert_eq!(report.skipped_changes, report.lost_keys.len() as u64);
    for record in &records {
        let found = salvage.snapshot.get(record.key.as_str());
        let edited = record.value == value("edited");
        if record.key >= first_kept || edited {
            let found = found.expect("a record that was not lost");
            assert_eq!(found.value, record.value);
        } else {
            assert!(found.is_none(), "{}", record.key);
        }
    }
    assert!(report.records < records.len() && report.records > records.len() / 4);
}

#[test]
fn the_damaged_file_is_never_the_target() {
    let (place, _) = damaged_place();
    let before = std::fs::read(&place.path).unwrap();
    let options = SalvageOptions {
        create: CreateOptions {
            overwrite: true,
            ..cheap()
        },
        ..options(SalvageMode::Everything)
    };
    let result = Store::salvage(
        &place.path,
        &place.path,
        &credentials(),
        &options,
        &Control::default(),
    );
    assert!(matches!(result, Err(SalvageError::SameFile)));
    assert!(std::fs::read(&place.path).unwrap() == before);
}
