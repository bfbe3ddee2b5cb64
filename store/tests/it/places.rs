//! Unusual paths: links, pipes, folders that cannot be written to.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;
use vstore::file::{
    Control, CreateError, HeaderBackup, KdfLimits, KeyFile, OpenError, RealVfs, SystemError,
    VerifyDepth, probe, verify,
};
use vstore::value::{EncodedValue, Value};
use vstore::{Cause, CreateOptions, Key, OpenOptions, SalvageOptions, Store, WriteBatch};

use crate::file::{CHEAP, credentials};

/// Longer than any call takes, but short enough for a failing test.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with a closed database of one record in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut store = create(&place.path("data.vstore"), false).unwrap();
        put(&mut store, "first");
        store.close().unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A pipe without a writer or reader: opening it blocks for ever.
    fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        path
    }
}

fn create(path: &Path, overwrite: bool) -> Result<Store, CreateError> {
    let options = CreateOptions {
        kdf: CHEAP,
        overwrite,
        ..CreateOptions::default()
    };
    let created = Store::create(path, &credentials("secret"), &options, &Control::default());
    created.map(|(store, _)| store)
}

fn open(path: &Path, read_only: bool) -> Result<Store, OpenError> {
    let options = OpenOptions {
        read_only,
        ..OpenOptions::default()
    };
    let opened = Store::open(path, &credentials("secret"), &options, &Control::default());
    opened.map(|(store, _)| store)
}

fn put(store: &mut Store, key: &str) {
    let mut batch = WriteBatch::new(Cause::Edit);
    let value = EncodedValue::encode(&Value::Int(1)).unwrap();
    batch.put(Key::new(key).unwrap(), value);
    store.commit(&batch).unwrap();
}

fn keys(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot();
    snapshot
        .iter()
        .map(|record| record.key.to_owned())
        .collect()
}

/// Names in a folder, except of locks.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            let is_lock = Path::new(name).extension().is_some_and(|end| end == "lock");
            !(is_lock && name.starts_with('.'))
        })
        .collect();
    names.sort();
    names
}

/// The result of `act`, if it returns in time.
#[track_caller]
fn at_once<T: Send + 'static>(what: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .spawn(move || sender.send(act()).ok())
        .unwrap();
    let answer = receiver.recv_timeout(PATIENCE);
    answer.unwrap_or_else(|error| panic!("{what} never ends: {error}"))
}

#[test]
fn a_symbolic_link_leads_to_the_file_and_stays_a_link() {
    let place = Place::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link.vstore");
    symlink(place.path("data.vstore"), &link).unwrap();

    let mut store = open(&link, false).unwrap();
    let direct = open(&place.path("data.vstore"), false);
    assert!(
        matches!(direct, Err(OpenError::Locked { .. })),
        "{direct:?}"
    );
    put(&mut store, "second");
    store.compact(&Control::default()).unwrap();
    put(&mut store, "third");
    store.close().unwrap();

    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // Lock, temporary files and backups are next to the file, not next to the link.
    assert_eq!(names(elsewhere.path()), ["link.vstore"]);
    assert_eq!(
        names(place.folder.path()),
        ["data.vstore", "data.vstore.bak1"]
    );
    let store = open(&place.path("data.vstore"), true).unwrap();
    assert_eq!(keys(&store), ["first", "second", "third"]);
    assert_eq!(store.stats().file.unwrap().generation, 2);
}

#[test]
fn a_symbolic_link_to_nothing_is_told() {
    let place = Place::new();
    let link = place.path("link.vstore");
    symlink(place.path("missing.vstore"), &link).unwrap();
    let result = open(&link, false);
    assert!(
        matches!(result, Err(OpenError::NotFound { .. })),
        "{result:?}"
    );
    assert_eq!(names(place.folder.path()), ["data.vstore", "link.vstore"]);
}

#[test]
fn two_names_of_one_file_have_one_writer() {
    let place = Place::new();
    let (one, other) = (place.path("data.vstore"), place.path("other.vstore"));
    fs::hard_link(&one, &other).unwrap();

    let mut store = open(&one, false).unwrap();
    let second = open(&other, false);
    assert!(
        matches!(second, Err(OpenError::Locked { .. })),
        "{second:?}"
    );
    put(&mut store, "second");
    assert_eq!(keys(&open(&other, true).unwrap()), ["first", "second"]);
    store.close().unwrap();

    let mut store = open(&other, false).unwrap();
    put(&mut store, "third");
    // From here on the names belong to two files: the new one and its old version.
    store.compact(&Control::default()).unwrap();
    put(&mut store, "fourth");
    let mut before = open(&one, false).unwrap();
    put(&mut before, "fifth");
    before.close().unwrap();
    store.close().unwrap();
    assert_eq!(
        keys(&open(&one, true).unwrap()),
        ["fifth", "first", "second", "third"]
    );
    assert_eq!(
        keys(&open(&other, true).unwrap()),
        ["first", "fourth", "second", "third"]
    );
}

#[test]
fn a_pipe_in_the_place_of_a_database_is_refused_at_once() {
    let place = Place::new();
    let path = place.pipe("pipe.vstore");
    let asked = path.clone();
    at_once("opening", move || {
        for read_only in [false, true] {
            assert!(matches!(
                open(&asked, read_only),
                Err(OpenError::System(SystemError::Io(_)))
            ));
        }
    });
    let asked = path.clone();
    at_once("looking at it", move || {
        assert!(matches!(
            probe(&RealVfs, &asked),
            Err(OpenError::System(SystemError::Io(_)))
        ));
    });
    let asked = path.clone();
    at_once("verifying", move || {
        let control = Control::default();
        let limits = KdfLimits::default();
        let secret = credentials("secret");
        let result = verify(
            &RealVfs,
            &asked,
            &secret,
            VerifyDepth::Full,
            &limits,
            &control,
        );
        assert!(
            matches!(result, Err(OpenError::System(SystemError::Io(_)))),
            "{result:?}"
        );
    });
    let asked = path.clone();
    at_once("salvaging", move || {
        let options = SalvageOptions::default();
        let secret = credentials("secret");
        Store::read_salvage(&asked, &secret, &options, &Control::default()).unwrap_err();
    });
    let asked = path.clone();
    at_once("reading a key file", move || {
        KeyFile::read(&RealVfs, &asked).unwrap_err();
    });
    at_once("reading a header backup", move || {
        HeaderBackup::load(&RealVfs, &path).unwrap_err();
    });
    assert_eq!(names(place.folder.path()), ["data.vstore", "pipe.vstore"]);
}

#[test]
fn a_pipe_in_the_place_of_the_lock_keeps_only_writers_out() {
    let place = Place::new();
    place.pipe(".data.vstore.lock");
    let path = place.path("data.vstore");
    let read = at_once("reading", {
        let path = path.clone();
        move || keys(&open(&path, true).unwrap())
    });
    assert_eq!(read, ["first"]);
    let before = fs::read(&path).unwrap();
    let error = at_once("opening", {
        let path = path.clone();
        move || open(&path, false).unwrap_err()
    });
    assert!(
        matches!(error, OpenError::LockObstructed { .. }),
        "{error:?}"
    );
    assert!(fs::read(&path).unwrap() == before);
}

const FOLDER: &str = "VSTORE_TEST_READ_ONLY_FOLDER";

/// Not a test of its own: the process whose file system was mounted read-only.
#[test]
fn child_in_a_folder_that_refuses() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let path = folder.join("data.vstore");
    let before = fs::read(&path).unwrap();
    let refused = open(&path, false);
    assert!(
        matches!(refused, Err(OpenError::NotWritable { .. })),
        "{refused:?}"
    );
    let created = create(&folder.join("new.vstore"), false);
    assert!(
        matches!(created, Err(CreateError::NotWritable { .. })),
        "{created:?}"
    );
    let replaced = create(&path, true);
    assert!(
        matches!(replaced, Err(CreateError::NotWritable { .. })),
        "{replaced:?}"
    );
    let store = open(&path, true).unwrap();
    assert!(store.is_read_only());
    assert_eq!(keys(&store), ["first"]);
    assert_eq!(names(&folder), ["data.vstore"]);
    assert!(fs::read(&path).unwrap() == before);
}

/// A read-only mount in a separate name space refuses even root, unlike the rights of a folder.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_refuses_writing_is_told_and_can_be_read() {
    let place = Place::new();
    let mounted = tempfile::tempdir().unwrap();
    let mount = format!(
        r#"mount -t tmpfs -o size=2m none "${FOLDER}" &&
           cp "$1" "${FOLDER}" && mount -o remount,ro "${FOLDER}""#
    );
    let run = |shell: &str| {
        Command::new("unshare")
            .args(["-Urm", "sh", "-c", shell])
            .arg(std::env::current_exe().unwrap())
            .arg(place.path("data.vstore"))
            .env(FOLDER, mounted.path())
            .output()
    };
    if !run(&mount).is_ok_and(|output| output.status.success()) {
        let test = thread::current().name().unwrap_or_default().to_owned();
        writeln!(
            io::stderr(),
            "{test}: needs mounts in a user namespace: skipped"
        )
        .unwrap();
        return;
    }
    let child = r#"exec "$0" --exact places::child_in_a_folder_that_refuses --nocapture"#;
    let output = run(&format!("{mount} && {child}")).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("1 passed"), "{said}");
}
