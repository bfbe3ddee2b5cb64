//! Data that is too large to be read again is refused before it is written.
use std::{path::Path, sync::Arc};

use bytes::Bytes;

use super::{CHEAP, mem_vfs::MemVfs};
use crate::{
    Cause, CommitError, CreateOptions, Key, OpenOptions, Rejection, Store, WriteBatch,
    file::{Control, Credentials, RecoveryKey},
    value::{EncodedValue, Value},
};

#[test]
fn a_change_of_more_than_4_gib_is_refused_and_nothing_is_lost() {
    let (vfs, path) = (MemVfs::default(), Path::new("/folder/data.vstore"));
    let key = Credentials::from(RecoveryKey::generate().unwrap());
    let control = Control::default();
    let options = CreateOptions {
        kdf: CHEAP,
        vfs: Arc::new(vfs.clone()),
        ..CreateOptions::default()
    };
    let (mut store, _) = Store::create(path, &key, &options, &control).unwrap();
    // The records share one value of 60 MiB.
    let large = EncodedValue::encode(&Value::Bytes(vec![7; 60 << 20])).unwrap();
    let put = |batch: &mut WriteBatch, number: usize, value: &EncodedValue| {
        batch.put(Key::new(&format!("k{number}")).unwrap(), value.clone());
    };
    let mut batch = WriteBatch::new(Cause::Edit);
    for number in 0..70 {
        put(&mut batch, number, &large);
    }
    let before = vfs.content(path);
    let refused = store.commit(&batch).unwrap_err();
    let CommitError::Rejected(Rejection::TooLarge { bytes }) = &refused else {
        panic!("{refused}")
    };
    assert!(*bytes > 70 * (60 << 20));
    assert!(
        refused.to_string().contains("split it into several"),
        "{refused}"
    );
    assert!(store.snapshot().is_empty() && vfs.content(path) == before);
    // Of several batches only that one is refused.
    let mut small = WriteBatch::new(Cause::Edit);
    put(&mut small, 0, &EncodedValue::encode(&Value::Null).unwrap());
    let results = store.commit_all(&[batch, small]).unwrap();
    assert!(results[0].is_err() && results[1].is_ok());
    store.close().unwrap();
    let options = OpenOptions {
        vfs: Arc::new(vfs),
        ..OpenOptions::default()
    };
    let (store, _) = Store::open(path, &key, &options, &control).unwrap();
    assert_eq!(store.snapshot().len(), 1);
}

#[test]
fn large_settings_get_chunks_of_their_own() {
    let mut store = Store::in_memory(Arc::new(crate::SystemClock));
    let large = EncodedValue::encode(&Value::Bytes(vec![7; 40 << 20])).unwrap();
    let mut batch = WriteBatch::new(Cause::Edit);
    for name in ["a", "b", "c"] {
        batch.set_setting(name, Some(large.clone()));
    }
    store.commit(&batch).unwrap();
    let chunks: Vec<Bytes> = store.snapshot().chunks().collect();
    assert_eq!(chunks.len(), 3);
    assert!(chunks.iter().all(|chunk| chunk.len() < 64 << 20));
}
