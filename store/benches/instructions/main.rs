//! Counts the instructions of the store's hot paths. Other load of the machine does not affect
//! these figures, so a path that became slower is always visible.
//!
//! `cargo bench -p vstore --bench instructions` measures 10 000 records (some minutes); other sizes
//! on request, as with the benchmark of times: `VSTORE_BENCH_RECORDS=100000`. The program runs
//! itself under callgrind (valgrind), which counts while one function of [`counted`] is running, on
//! one thread. Without valgrind it prints a message and measures nothing. Figures also go to
//! `target/bench/instructions-<records>.json`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may fail"
)]

#[path = "../suite/access.rs"]
mod access;
#[path = "../corpus/mod.rs"]
mod corpus;
mod counted;
#[path = "../suite/output.rs"]
mod output;
#[path = "../suite/queries.rs"]
mod queries;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The function that callgrind watches.
const COUNTED: &str = "instructions::counted::count_instructions";

/// The number of records; set in the child process, which does the work to be counted.
const WORK: &str = "VSTORE_BENCH_WORK";

fn main() {
    if let Some(records) = std::env::var(WORK).ok().and_then(|text| text.parse().ok()) {
        counted::all(records);
        return;
    }
    let version = Command::new("valgrind").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("valgrind is not installed: nothing is measured");
        return;
    }
    for records in output::sizes(&[10_000]) {
        let entries = count(records);
        let all = json!({ "records": records, "entries": entries });
        output::save(&format!("instructions-{records}"), &all);
    }
}

/// Runs the work under callgrind, which writes one file for each path, in their order.
fn count(records: usize) -> Vec<Value> {
    println!("\n{records} records");
    println!("{:<50} {:>16}", "", "instructions");
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-line=no", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-after={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", dump.display()))
        .arg(std::env::current_exe().unwrap())
        .env(WORK, records.to_string())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let listing = String::from_utf8(output.stdout).unwrap();
    let paths = listing.lines().filter_map(|line| line.split_once('\t'));
    let entries = paths.zip(1..).map(|((units, name), part)| {
        let total = total_of(&part_of(&dump, part));
        let each = total / units.parse::<f64>().unwrap();
        println!("{name:<50} {each:>16.0}");
        json!({ "name": name, "instructions": each })
    });
    let entries = entries.collect();
    assert!(output.status.success(), "the work under valgrind failed");
    entries
}

fn part_of(dump: &Path, part: usize) -> PathBuf {
    dump.with_extension(part.to_string())
}

/// The line `totals: <number>` of callgrind's output.
fn total_of(path: &Path) -> f64 {
    let text = fs::read_to_string(path).unwrap();
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|number| number.trim().parse().ok()).unwrap()
}
