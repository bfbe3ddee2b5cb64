//! Many small records: written, compacted, reopened and complete.
//!
//! `VSTORE_MANY_RECORDS=1000000 cargo test --release -p vstore --test it many` for a million.
use vstore::file::{Control, Credentials, KdfProfile, RecoveryKey};
use vstore::value::{EncodedValue, Value, ValueRef};
use vstore::{Cause, CreateOptions, Key, OpenOptions, Store, WriteBatch};

/// Records in an ordinary run.
const RECORDS: u64 = 20_000;
const BATCH: u64 = 10_000;

fn records() -> u64 {
    match std::env::var("VSTORE_MANY_RECORDS") {
        Ok(text) => text.parse().expect("VSTORE_MANY_RECORDS is a number"),
        Err(_) => RECORDS,
    }
}

fn key(number: u64) -> Key {
    Key::new(&format!("n:{number:09}")).unwrap()
}

#[test]
fn many_small_records_come_back_from_journal_and_checkpoint() {
    let count = records();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.vstore");
    let credentials = Credentials::from(RecoveryKey::generate().unwrap());
    let control = Control::default();
    let options = CreateOptions {
        kdf: KdfProfile::Fast,
        ..CreateOptions::default()
    };
    let (mut store, _) = Store::create(&path, &credentials, &options, &control).unwrap();
    for start in (0..count).step_by(BATCH as usize) {
        let mut batch = WriteBatch::new(Cause::Edit);
        for number in start..count.min(start + BATCH) {
            let value = EncodedValue::encode(&Value::Int(number as i64)).unwrap();
            batch.put(key(number), value);
        }
        store.commit(&batch).unwrap();
    }
    for compacted in [false, true] {
        if compacted {
            store.compact(&control).unwrap();
        }
        store.close().unwrap();
        let opened = Store::open(&path, &credentials, &OpenOptions::default(), &control);
        let report;
        (store, report) = opened.unwrap();
        assert!(report.file.clean_close);
        let snapshot = store.snapshot();
        assert_eq!(snapshot.len() as u64, count);
        for (number, record) in (0..).zip(snapshot.iter()) {
            assert_eq!(record.key, key(number).as_str());
            assert!(matches!(record.value, ValueRef::Int(found) if found == number as i64));
        }
    }
}
