//! kill -9 during edits: all acknowledged edits are there afterwards.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use vstore::file::{Control, Credentials, KdfParams, KdfProfile, OpenError, Password};
use vstore::value::{EncodedValue, Value, ValueRef};
use vstore::{Cause, CreateOptions, Key, OpenOptions, Store, WriteBatch};

const PATH_VARIABLE: &str = "VSTORE_TEST_KILL_PATH";
/// Rounds in an ordinary run; `VSTORE_KILL_ROUNDS=200` takes half a minute.
const ROUNDS: u64 = 30;

fn rounds() -> u64 {
    std::env::var("VSTORE_KILL_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ROUNDS)
}

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

fn open(path: &Path) -> Store {
    Store::open(
        path,
        &credentials(),
        &OpenOptions::default(),
        &Control::default(),
    )
    .unwrap()
    .0
}

fn text(text: &str) -> EncodedValue {
    EncodedValue::encode(&Value::from(text)).unwrap()
}

/// The number of edits in the store; they are numbered without gaps.
fn edits(store: &Store) -> u64 {
    let snapshot = store.snapshot();
    for (expected, record) in snapshot.iter().enumerate() {
        let ValueRef::Int(number) = record.value else {
            panic!("not a number")
        };
        assert_eq!(
            usize::try_from(number),
            Ok(expected),
            "a gap before {}",
            record.key
        );
    }
    snapshot.len() as u64
}

/// Not a test of its own: the process that is killed. Commits edits, compacts now and then, and
/// prints a number when its edit is acknowledged.
#[test]
fn child_that_commits() {
    let Some(path) = std::env::var_os(PATH_VARIABLE).map(PathBuf::from) else {
        return;
    };
    let mut store = open(&path);
    let mut out = std::io::stdout().lock();
    for number in edits(&store).. {
        let mut batch = WriteBatch::new(Cause::Edit);
        let value = EncodedValue::encode(&Value::Int(number.cast_signed())).unwrap();
        batch.put(Key::new(&format!("edit{number:08}")).unwrap(), value);
        if number % 13 == 12 {
            // Several frames, of which the last completes the batch.
            let filler = "0123456789abcdef".repeat(90_000);
            batch.set_setting("filler", Some(text(&filler)));
        }
        store.commit(&batch).unwrap();
        writeln!(out, "acknowledged {number}").unwrap();
        out.flush().unwrap();
        if number % 97 == 96 {
            store.compact(&Control::default()).unwrap();
        }
    }
}

#[test]
fn acknowledged_edits_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.vstore");
    let cheap = KdfProfile::Explicit(KdfParams {
        m_kib: 19 * 1024,
        t: 2,
        p: 1,
    });
    let options = CreateOptions {
        kdf: cheap,
        ..CreateOptions::default()
    };
    let (store, _) = Store::create(&path, &credentials(), &options, &Control::default()).unwrap();
    store.close().unwrap();
    let mut acknowledged = 0;
    for round in 0..rounds() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child_that_commits", "--nocapture"])
            .env(PATH_VARIABLE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut number_of = |line: String| {
            let number = line.split_once("acknowledged ")?.1.parse::<u64>().ok()?;
            acknowledged = acknowledged.max(number + 1);
            Some(number)
        };
        // Let it start working, then kill it at a time that differs from round to round.
        let started = lines.by_ref().find_map(&mut number_of);
        assert!(started.is_some(), "the child committed nothing");
        std::thread::sleep(Duration::from_micros(round * 7_919 % 60_000));
        if round == 0 {
            let locked = Store::open(
                &path,
                &credentials(),
                &OpenOptions::default(),
                &Control::default(),
            );
            let Err(OpenError::Locked { holder }) = locked else {
                panic!("two writers")
            };
            assert!(cfg!(windows) || holder.is_some_and(|holder| holder.pid == child.id()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            number_of(line);
        }
        // The lock file of a killed process must not prevent opening.
        let store = open(&path);
        let found = edits(&store);
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "{acknowledged} edits were acknowledged, {found} are there"
        );
        acknowledged = found;
        // Dropped without closing: the next round opens after a crash as well.
    }
}
