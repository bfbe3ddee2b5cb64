//! Sends each signal that ends a program at some stage of each command that writes: no acknowledged
//! change may be lost, and no partly written file left behind.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{Desk, PASSWORD, code, stderr};

const SIGNALS: [Signal; 4] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM];

/// How many times each signal is sent.
const ROUNDS: u32 = 4;

/// Enough records for every stage to take some time.
fn many(first: u32) -> Value {
    let records = (first..first + 3000).map(|n| {
        let noise = u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (
            format!("k{n:06}"),
            json!({ "n": n, "text": format!("{noise:x}").repeat(20) }),
        )
    });
    Value::Object(records.collect())
}

fn start(desk: &Desk, arguments: &[&str], input: &str) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vstore"))
        .current_dir(desk.folder.path())
        .args(arguments)
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// The names in the folder, without the lock file, which stays.
fn names(desk: &Desk) -> BTreeSet<OsString> {
    let entries = fs::read_dir(desk.folder.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| !name.as_encoded_bytes().ends_with(b".lock"))
        .collect()
}

/// Runs a command and sends it a signal, at stages spread over the duration of the command. A file
/// named `made` may be left: the signal may come after it got its name. `expected` checks that it is
/// whole, and that the database is.
fn interrupt(arguments: &[&str], made: Option<&str>, expected: &dyn Fn(&Desk)) {
    let original = Desk::with(&many(0));
    original.write("more.json", &many(1500).to_string());
    let copy = || {
        let desk = Desk::new();
        for name in ["db.vstore", "more.json"] {
            fs::copy(original.path(name), desk.path(name)).unwrap();
        }
        desk
    };
    let started = Instant::now();
    let whole = copy().run(arguments);
    assert_eq!(code(&whole), 0, "{}", stderr(&whole));
    let stage = started.elapsed() / (SIGNALS.len() as u32 * ROUNDS);
    let mut interrupted = 0;
    for (index, signal) in (0..).zip(SIGNALS) {
        for round in 0..ROUNDS {
            let desk = copy();
            let before = names(&desk);
            let mut child = start(&desk, arguments, &format!("{PASSWORD}\n"));
            drop(child.stdin.take());
            sleep(stage * (round * SIGNALS.len() as u32 + index));
            send(&child, signal);
            let ended = child.wait_with_output().unwrap().status;
            let is_signal = ended.signal() == Some(signal.as_raw());
            interrupted += u32::from(is_signal);
            assert!(
                is_signal || ended.success(),
                "{arguments:?} {signal:?}: {ended:?}"
            );
            if is_signal {
                let left: Vec<_> = names(&desk).difference(&before).cloned().collect();
                let is_backup = |name: &OsString| name.as_encoded_bytes().ends_with(b".bak1");
                let is_made = |name: &OsString| made.is_some_and(|made| name == made);
                assert!(
                    left.iter().all(|name| is_backup(name) || is_made(name)),
                    "{arguments:?} {signal:?}: {left:?}"
                );
            }
            let verified = desk.run(&["verify", "db.vstore"]);
            assert_eq!(
                code(&verified),
                0,
                "{arguments:?} {signal:?}: {}",
                stderr(&verified)
            );
            expected(&desk);
        }
    }
    // The very first signal is sent at once.
    assert!(interrupted > 0, "{arguments:?} was never interrupted");
}

fn count(desk: &Desk) -> usize {
    desk.exported().as_object().unwrap().len()
}

#[test]
fn an_interrupted_export_leaves_nothing() {
    interrupt(
        &["export", "db.vstore", "out.json"],
        Some("out.json"),
        &|desk| {
            if let Ok(text) = fs::read(desk.path("out.json")) {
                assert_eq!(serde_json::from_slice::<Value>(&text).unwrap(), many(0));
            }
        },
    );
}

#[test]
fn an_interrupted_import_adds_all_or_nothing() {
    interrupt(&["import", "db.vstore", "more.json"], None, &|desk| {
        assert!(matches!(count(desk), 3000 | 4500), "{}", count(desk));
    });
    interrupt(
        &[
            "import",
            "new.vstore",
            "more.json",
            "--create",
            "--kdf",
            "fast",
        ],
        Some("new.vstore"),
        &|desk| {
            if desk.path("new.vstore").exists() {
                assert_eq!(desk.exported_from("new.vstore"), many(1500));
            }
            assert_eq!(count(desk), 3000);
        },
    );
}

#[test]
fn an_interrupted_compaction_loses_nothing() {
    interrupt(&["compact", "db.vstore"], None, &|desk| {
        assert_eq!(count(desk), 3000);
    });
}

#[test]
fn an_interrupted_apply_keeps_what_it_acknowledged() {
    for signal in SIGNALS {
        let desk = Desk::with(&json!({}));
        let lines = (0..400)
            .map(|n| format!("{{\"key\":\"k{n}\",\"value\":{n}}}\n"))
            .collect::<Vec<_>>()
            .concat();
        let child = start(
            &desk,
            &["apply", "db.vstore"],
            &format!("{PASSWORD}\n{lines}"),
        );
        sleep(Duration::from_millis(600));
        send(&child, signal);
        let ended = child.wait_with_output().unwrap();
        // A fast disk may have taken all lines before the signal arrived.
        let is_whole = ended.status.success();
        assert!(
            is_whole || ended.status.signal() == Some(signal.as_raw()),
            "{signal:?}"
        );
        let acknowledged = String::from_utf8(ended.stdout).unwrap();
        let records = desk.exported();
        for line in acknowledged.lines() {
            let n: u64 = line.parse().unwrap();
            assert_eq!(records[format!("k{}", n - 1)], json!(n - 1), "{signal:?}");
        }
    }
}

#[test]
fn exceeding_the_file_size_limit_is_an_error_and_does_not_kill_the_command() {
    let desk = Desk::with(&many(0));
    desk.write("more.json", &many(1500).to_string());
    let before = names(&desk);
    let program = env!("CARGO_BIN_EXE_vstore");
    for arguments in [
        "export db.vstore out.json",
        "import db.vstore more.json",
        "compact db.vstore",
    ] {
        let script =
            format!("ulimit -f 20; echo '{PASSWORD}' | '{program}' {arguments} --password-stdin");
        let mut shell = Command::new("sh");
        let ran = shell
            .args(["-c", &script])
            .current_dir(desk.folder.path())
            .output();
        let refused = ran.unwrap();
        assert_eq!(code(&refused), 9, "{arguments}: {}", stderr(&refused));
        assert_eq!(names(&desk), before, "{arguments}");
    }
    assert_eq!(desk.exported(), many(0));
}
