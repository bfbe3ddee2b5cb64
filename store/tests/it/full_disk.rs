//! A disk that is really full: by a kernel limit on the length of files, and (where the system
//! allows mounting) on a file system of two megabytes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use vstore::file::{
    AppendError, CompactError, Control, Credentials, KdfParams, KdfProfile, Password, SystemError,
};
use vstore::value::{EncodedValue, Value};
use vstore::{Cause, CommitError, CreateOptions, Key, OpenOptions, Store, WriteBatch};

const FOLDER: &str = "VSTORE_TEST_FULL_FOLDER";
const MANNER: &str = "VSTORE_TEST_FULL_MANNER";
const BALLAST: usize = 512 << 10;

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

/// 100 kB of incompressible bytes.
fn batch(number: u64) -> WriteBatch {
    let mut state = number;
    let noise: Vec<u8> = (0..100_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    let mut batch = WriteBatch::new(Cause::Edit);
    let key = Key::new(&format!("record{number:03}")).unwrap();
    batch.put(key, EncodedValue::encode(&Value::Bytes(noise)).unwrap());
    batch
}

/// How the disk is filled and freed.
enum Full {
    Limit,
    Ballast(PathBuf),
}

impl Full {
    fn begin(folder: &Path) -> Self {
        if std::env::var(MANNER).unwrap() == "limit" {
            let old = getrlimit(Resource::Fsize);
            let current = Some(1 << 20);
            setrlimit(Resource::Fsize, Rlimit { current, ..old }).unwrap();
            Self::Limit
        } else {
            let ballast = folder.join("ballast");
            std::fs::write(&ballast, vec![7; BALLAST]).unwrap();
            Self::Ballast(ballast)
        }
    }

    fn end(&self) {
        match self {
            Self::Limit => {
                let old = getrlimit(Resource::Fsize);
                let current = old.maximum;
                setrlimit(Resource::Fsize, Rlimit { current, ..old }).unwrap();
            }
            Self::Ballast(path) => std::fs::remove_file(path).unwrap(),
        }
    }
}

/// Not a test of its own: the process whose disk is full. Prints `survived` at its end.
#[test]
fn child_on_a_full_medium() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let path = folder.join("full.vstore");
    let control = Control::default();
    let options = CreateOptions {
        kdf: KdfProfile::Explicit(KdfParams {
            m_kib: 19 * 1024,
            t: 2,
            p: 1,
        }),
        ..CreateOptions::default()
    };
    let (mut store, _) = Store::create(&path, &credentials(), &options, &control).unwrap();
    let full = Full::begin(&folder);
    let mut committed = 0;
    let error = loop {
        match store.commit(&batch(committed)) {
            Ok(_) => committed += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(
            error,
            CommitError::Append(AppendError::System(SystemError::StorageFull { .. }))
        ),
        "{error:?}"
    );
    assert!((3..20).contains(&committed), "{committed}");
    assert_eq!(store.poisoned(), None);
    // The failed batch was undone, so that there is space for a smaller one.
    let len = std::fs::metadata(&path).unwrap().len();
    assert_eq!(store.stats().file.unwrap().bytes, len);
    assert_eq!(store.stats().records as u64, committed);
    if matches!(full, Full::Ballast(_)) {
        let compacted = store.compact(&control);
        assert!(
            matches!(
                compacted,
                Err(CompactError::System(SystemError::StorageFull { .. }))
            ),
            "{compacted:?}"
        );
    }
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| {
        Path::new(name)
            .extension()
            .is_some_and(|end| end == "vstmp")
    });
    assert!(names.is_empty(), "{names:?}");

    full.end();
    store.commit(&batch(committed)).unwrap();
    store.close().unwrap();
    let options = OpenOptions::default();
    let (again, _) = Store::open(&path, &credentials(), &options, &control).unwrap();
    assert_eq!(again.stats().records as u64, committed + 1);
    for number in 0..=committed {
        let written = batch(number);
        let vstore::Op::Put { key, value, .. } = &written.ops()[0] else {
            panic!("not a put")
        };
        assert_eq!(again.snapshot().get(key.as_str()).unwrap().value, *value);
    }
    std::fs::write(folder.join("survived"), []).unwrap();
    writeln!(std::io::stdout(), "survived").unwrap();
}

/// Runs the child through a shell, which ignores the signal of the limit (a handler would be
/// gone after `exec`, an ignored signal stays ignored) or mounts the file system.
fn run_child(folder: &Path, manner: &str, shell: &str) -> String {
    let mut command = if manner == "limit" {
        Command::new("sh")
    } else {
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh"]);
        command
    };
    let output = command
        .args(["-c", shell])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder)
        .env(MANNER, manner)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{manner}: {text}\n{errors}");
    text
}

const EXEC: &str = r#"exec "$0" --exact full_disk::child_on_a_full_medium --nocapture"#;

#[test]
fn a_full_medium_refuses_and_takes_again_what_fits_without_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let text = run_child(folder.path(), "limit", &format!("trap '' XFSZ; {EXEC}"));
    assert!(text.contains("survived"), "{text}");
    assert!(folder.path().join("survived").exists());
}

/// Skipped where the system does not allow mounting; the test above runs everywhere.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_system_that_is_full_refuses_and_takes_again() {
    let mount = format!(r#"mount -t tmpfs -o size=2m none "${FOLDER}""#);
    let folder = tempfile::tempdir().unwrap();
    let can_mount = Command::new("unshare")
        .args(["-Urm", "sh", "-c", &mount])
        .env(FOLDER, folder.path())
        .output()
        .is_ok_and(|output| output.status.success());
    if can_mount {
        let text = run_child(folder.path(), "mount", &format!("{mount} && {EXEC}"));
        assert!(text.contains("survived"), "{text}");
    } else {
        let text = run_child(folder.path(), "limit", &format!("trap '' XFSZ; {EXEC}"));
        assert!(text.contains("survived"), "{text}");
    }
}
