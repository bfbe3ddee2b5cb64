//! Kills the real program with kill -9 in the middle of edits: every acknowledged edit must be
//! there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::database;

const PASSWORD: &str = "correct horse";
/// Rounds in an ordinary run; `VSTORE_KILL_ROUNDS=200` takes about a minute.
const ROUNDS: u64 = 12;
/// How many edits are sent in a round; more than can be written before the kill.
const SENT: u64 = 40_000;
/// The number of keys that the edits cycle through.
const KEYS: u64 = 50;

fn rounds() -> u64 {
    let asked = std::env::var("VSTORE_KILL_ROUNDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

fn vstore(arguments: &[&str], file: &Path) -> Child {
    let (command, rest) = arguments.split_first().unwrap();
    Command::new(env!("CARGO_BIN_EXE_vstore"))
        .arg(command)
        .arg(file)
        .args(rest)
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What edit `number` does: every seventh deletes, the others write their number. Some are large,
/// so that a batch can be cut off anywhere.
fn edit(number: u64) -> (String, Option<u64>) {
    let key = format!("edit:{:02}", number % KEYS);
    (key, (number % 7 != 6).then_some(number))
}

fn line(number: u64) -> String {
    match edit(number) {
        (key, None) => format!(r#"{{"key": "{key}", "delete": true}}"#),
        (key, Some(number)) => {
            let length = if number % 11 == 0 { 40_000 } else { 10 };
            let filler = "0123456789".repeat(length / 10);
            format!(r#"{{"key": "{key}", "value": {{"n": {number}, "filler": "{filler}"}}}}"#)
        }
    }
}

/// The numbers in the file, by key.
fn read(file: &Path) -> BTreeMap<String, u64> {
    let mut child = vstore(&["export", "-", "--format", "json"], file);
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let records: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&output.stdout).unwrap();
    let number = |value: &serde_json::Value| value["n"].as_u64().unwrap();
    records
        .iter()
        .map(|(key, value)| (key.clone(), number(value)))
        .collect()
}

fn named(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    Builder::new().name(name.to_owned()).spawn(work).unwrap()
}

/// Sends edits starting at `first` and kills the program after a delay. Returns the last edit that
/// it acknowledged.
fn edit_and_kill(file: &Path, first: u64, delay: Duration) -> Option<u64> {
    let mut child = vstore(&["apply"], file);
    let mut input = child.stdin.take().unwrap();
    let feeder = named("feeder", move || {
        writeln!(input, "{PASSWORD}").ok();
        for number in first..first + SENT {
            // The program may be killed while it reads.
            if writeln!(input, "{}", line(number)).is_err() {
                return;
            }
        }
    });
    let (acknowledged, numbers) = channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = named("reader", move || {
        for line in output.lines().map_while(Result::ok) {
            acknowledged.send(line.parse::<u64>().unwrap()).ok();
        }
    });
    // Wait for the first acknowledgement, so that the kill hits running work.
    let mut last = numbers.recv().ok();
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    feeder.join().unwrap();
    last = numbers.try_iter().last().or(last);
    // Lines are counted from 1.
    last.map(|number| first + number - 1)
}

#[test]
fn acknowledged_edits_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("killed.vstore");
    database::create(&file, PASSWORD);
    let mut expected = BTreeMap::new();
    let mut first = 0;
    for round in 0..rounds() {
        let delay = Duration::from_micros(round * 7_919 % 90_000);
        let acknowledged = edit_and_kill(&file, first, delay).expect("no edit was acknowledged");
        let found = read(&file);
        // Edits are made in order, so the file must match the state after one of them: the last
        // acknowledged one or a later one.
        let mut reached = None;
        for number in first..first + SENT {
            match edit(number) {
                (key, Some(number)) => drop(expected.insert(key, number)),
                (key, None) => drop(expected.remove(&key)),
            }
            if acknowledged <= number && expected == found {
                reached = Some(number);
                break;
            }
        }
        let Some(reached) = reached else {
            panic!(
                "round {round}: edit {acknowledged} was acknowledged, but the file has {found:?}"
            );
        };
        first = reached + 1;
    }
}
