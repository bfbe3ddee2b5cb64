//! A store whose file is in doubt or was replaced: it recovers by itself, or can still be read.
use std::{io::ErrorKind, path::PathBuf, sync::Arc};

use super::{
    CHEAP, credentials,
    mem_vfs::{Fault, MemVfs},
};
use crate::{
    Cause, CommitError, CreateOptions, Key, OpenOptions, Store, WriteBatch,
    file::{AppendError, Control, FileOp},
    value::{EncodedValue, Value},
};

const DATA: &str = "data.vstore";

struct Place {
    vfs: MemVfs,
    path: PathBuf,
}

impl Place {
    fn new() -> (Self, Store) {
        let vfs = MemVfs::default();
        let path = PathBuf::from("/folder/data.vstore");
        let options = CreateOptions {
            kdf: CHEAP,
            vfs: Arc::new(vfs.clone()),
            ..CreateOptions::default()
        };
        let control = Control::default();
        let (store, _) = Store::create(&path, &credentials("secret"), &options, &control).unwrap();
        (Self { vfs, path }, store)
    }

    fn open(&self) -> Store {
        self.open_as(false)
    }

    fn open_as(&self, read_only: bool) -> Store {
        let options = OpenOptions {
            read_only,
            vfs: Arc::new(self.vfs.clone()),
            ..OpenOptions::default()
        };
        let control = Control::default();
        let opened = Store::open(&self.path, &credentials("secret"), &options, &control);
        opened.unwrap().0
    }
}

fn put(store: &mut Store, key: &str) -> Result<(), CommitError> {
    let mut batch = WriteBatch::new(Cause::Edit);
    let value = EncodedValue::encode(&Value::from(key)).unwrap();
    batch.put(Key::new(key).unwrap(), value);
    store.commit(&batch).map(drop)
}

fn keys(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot();
    snapshot
        .iter()
        .map(|record| record.key.to_owned())
        .collect()
}

#[test]
fn after_a_failed_sync_the_store_writes_itself_anew_and_goes_on() {
    let (place, mut store) = Place::new();
    put(&mut store, "before").unwrap();
    place.vfs.fail_next(FileOp::Sync, DATA, ErrorKind::Other);
    put(&mut store, "during").unwrap();
    assert_eq!(store.poisoned(), None);
    assert_eq!(store.stats().file.unwrap().generation, 2);
    put(&mut store, "after").unwrap();
    drop(store);
    assert_eq!(keys(&place.open()), ["after", "before", "during"]);
}

#[test]
fn a_store_that_cannot_help_itself_still_reads_and_tries_again() {
    let (place, mut store) = Place::new();
    put(&mut store, "before").unwrap();
    place.vfs.fail_next(FileOp::Sync, DATA, ErrorKind::Other);
    place.vfs.fail(Fault {
        op: Some(FileOp::Write),
        ending: ".vstmp",
        after: 0,
        kind: ErrorKind::StorageFull,
        times: usize::MAX,
    });
    for _ in 0..2 {
        let refused = put(&mut store, "refused");
        let poisoned = matches!(
            refused,
            Err(CommitError::Append(AppendError::Poisoned { .. }))
        );
        assert!(poisoned, "{refused:?}");
        assert!(store.poisoned().is_some());
        assert_eq!(keys(&store), ["before"]);
    }
    // There is space again, and the store need not be reopened.
    place.vfs.heal();
    put(&mut store, "accepted").unwrap();
    assert_eq!(store.poisoned(), None);
    store.close().unwrap();
    assert_eq!(keys(&place.open()), ["accepted", "before"]);
}

#[test]
fn a_file_that_was_replaced_is_told_before_anything_is_written() {
    let (place, mut store) = Place::new();
    put(&mut store, "mine").unwrap();
    assert!(!store.is_changed_elsewhere().unwrap());
    let theirs = place.vfs.content(&place.path);
    place.vfs.put(&place.path, theirs.clone());
    assert!(store.is_changed_elsewhere().unwrap());
    let refused = put(&mut store, "not written");
    assert!(matches!(
        refused,
        Err(CommitError::Append(AppendError::ExternallyModified))
    ));
    assert_eq!(place.vfs.content(&place.path), theirs);

    // Mine as a copy, then theirs.
    let copy = place.path.with_file_name("copy.vstore");
    let options = CreateOptions {
        kdf: CHEAP,
        vfs: Arc::new(place.vfs.clone()),
        ..CreateOptions::default()
    };
    let control = Control::default();
    let saved = Store::create_from(
        &copy,
        &store.snapshot(),
        &credentials("secret"),
        &options,
        &control,
    );
    assert_eq!(keys(&saved.unwrap().0), ["mine"]);
    drop(store);
    let mut store = place.open();
    put(&mut store, "written").unwrap();
    assert_eq!(keys(&store), ["mine", "written"]);
}

#[test]
fn a_reader_is_told_when_the_file_grew_but_not_about_a_torn_end_it_met() {
    let (place, mut store) = Place::new();
    put(&mut store, "first").unwrap();
    let reader = place.open_as(true);
    assert!(!reader.is_changed_elsewhere().unwrap());
    put(&mut store, "second").unwrap();
    assert!(reader.is_changed_elsewhere().unwrap());
    drop(store);

    let mut torn = place.vfs.content(&place.path);
    torn.truncate(torn.len() - 1);
    place.vfs.put(&place.path, torn);
    let reader = place.open_as(true);
    assert_eq!(keys(&reader), ["first"]);
    assert!(!reader.is_changed_elsewhere().unwrap());
}
