//! Two processes write one file while only the lock of the file itself excludes them from each
//! other: the lock file is deleted all the time, or each process uses another name of the file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use vstore::file::{Control, Credentials, KdfParams, KdfProfile, OpenError, Password};
use vstore::value::{EncodedValue, Value};
use vstore::{Cause, CreateOptions, Key, OpenOptions, Store, WriteBatch};

const PATH_VARIABLE: &str = "VSTORE_TEST_WRITER_PATH";
const NAME_VARIABLE: &str = "VSTORE_TEST_WRITER_NAME";
const COMPACT_VARIABLE: &str = "VSTORE_TEST_WRITER_COMPACTS";
const SESSIONS: usize = 12;
const EDITS: usize = 5;

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

fn open(path: &Path) -> Result<Store, OpenError> {
    let options = OpenOptions::default();
    Store::open(path, &credentials(), &options, &Control::default()).map(|(store, _)| store)
}

/// Opens a file as soon as no other process holds it.
fn open_in_turn(path: &Path) -> Store {
    let started = Instant::now();
    loop {
        match open(path) {
            Ok(store) => return store,
            Err(OpenError::Locked { .. }) if started.elapsed() < Duration::from_mins(1) => {
                thread::sleep(Duration::from_millis(3));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Not a test of its own: one of the two processes.
#[test]
fn child_that_writes_in_turn() {
    let Some(path) = std::env::var_os(PATH_VARIABLE).map(PathBuf::from) else {
        return;
    };
    let name = std::env::var(NAME_VARIABLE).unwrap();
    let compacts = std::env::var_os(COMPACT_VARIABLE).is_some();
    for session in 0..SESSIONS {
        let mut store = open_in_turn(&path);
        for edit in 0..EDITS {
            let mut batch = WriteBatch::new(Cause::Edit);
            let key = format!("{name}:{session:02}:{edit:02}");
            let value = EncodedValue::encode(&Value::from(key.as_str())).unwrap();
            batch.put(Key::new(&key).unwrap(), value);
            store.commit(&batch).unwrap();
            thread::sleep(Duration::from_micros(300));
            if compacts && edit == 2 {
                store.compact(&Control::default()).unwrap();
            }
        }
        store.close().unwrap();
    }
}

fn spawn(path: &Path, name: &str, compacts: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "two_writers::child_that_writes_in_turn",
            "--nocapture",
        ])
        .env(PATH_VARIABLE, path)
        .env(NAME_VARIABLE, name)
        .stdout(Stdio::null());
    if compacts {
        command.env(COMPACT_VARIABLE, "yes");
    }
    command.spawn().unwrap()
}

fn create(path: &Path) {
    let options = CreateOptions {
        kdf: KdfProfile::Explicit(KdfParams {
            m_kib: 19 * 1024,
            t: 2,
            p: 1,
        }),
        ..CreateOptions::default()
    };
    let control = Control::default();
    let (store, _) = Store::create(path, &credentials(), &options, &control).unwrap();
    store.close().unwrap();
}

/// Runs both to their end, calls `meanwhile` all the time, and checks that nothing is missing.
fn both_write(paths: [&Path; 2], compacts: bool, meanwhile: impl Fn()) {
    let mut children = [
        spawn(paths[0], "a", compacts),
        spawn(paths[1], "b", compacts),
    ];
    let mut ended = [None, None];
    while ended.contains(&None) {
        meanwhile();
        for (child, ended) in children.iter_mut().zip(&mut ended) {
            if ended.is_none() {
                *ended = child.try_wait().unwrap();
            }
        }
        thread::sleep(Duration::from_micros(200));
    }
    for ended in ended {
        assert!(ended.unwrap().success(), "a writer failed");
    }
    let found = open(paths[0]).unwrap().snapshot();
    for name in ["a", "b"] {
        for session in 0..SESSIONS {
            for edit in 0..EDITS {
                let key = format!("{name}:{session:02}:{edit:02}");
                assert!(
                    found.get(&key).is_some(),
                    "{key} was acknowledged and is lost"
                );
            }
        }
    }
}

#[test]
fn writers_whose_lock_file_is_deleted_all_the_time_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    create(&path);
    let lock = folder.path().join(".films.vstore.lock");
    both_write([&path, &path], true, || drop(fs::remove_file(&lock)));
}

#[test]
fn writers_that_know_a_file_by_different_names_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("films.vstore");
    create(&path);
    let other = folder.path().join("other.vstore");
    fs::hard_link(&path, &other).unwrap();
    both_write([&path, &other], false, || ());
}
