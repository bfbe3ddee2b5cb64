//! Measures what a frame of the window costs the drawing thread (commands, layout of every panel
//! and tessellation) with a million records. The work of the graphics card is not measured.
//!
//! `cargo bench -p vstore-app --bench window` prints p50, p99 and the maximum for each kind of
//! frame and writes them to `target/bench/window-<records>.json`. `VSTORE_BENCH_RECORDS=100000`
//! selects other numbers of records.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may fail"
)]

#[path = "../../../store/benches/corpus/mod.rs"]
mod corpus;
#[path = "../../../store/benches/suite/output.rs"]
mod output;
mod program;
mod report;

use std::alloc::System;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use egui::{Key, Modifiers};
use vstore::search::Mode;
use vstore_app::command::{RecordCommand, SearchCommand, SelectionCommand};
use vstore_app::state::Scope;
use zeroizing_alloc::ZeroAlloc;

use program::Program;
use report::Report;

/// Wipes freed memory, as the program does.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// Typical queries: a name with typos, a condition, a search over two fields, and a prefix that
/// every record has.
const QUERIES: [&str; 4] = [
    "jhon smtih",
    "address.city=\"New York\" age>=30",
    "customer de",
    "ca",
];

fn main() {
    for records in output::sizes(&[1_000_000]) {
        let mut report = Report::new(records);
        measure(&mut report, records);
        report.save();
    }
}

fn measure(report: &mut Report, records: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (all, some) = (
        folder.path().join("all.ndjson"),
        folder.path().join("some.ndjson"),
    );
    write_corpus(&all, records);
    write_replacing(&some, records / 10);

    let mut program = Program::start();
    report.frames("nothing open", program.idle(60));
    report.frames("while importing and indexing", program.import(&all));
    assert_eq!(program.records(), records);
    report.frames("nothing changes", program.idle(200));
    report.frames("scrolling all records", scroll(&mut program));
    report.frames("typing", type_queries(&mut program));
    program.search("c");
    report.frames("scrolling a result", scroll(&mut program));

    program.start_import(&some);
    let mut frames = type_queries(&mut program);
    frames.extend(scroll(&mut program));
    frames.extend(program.settle());
    report.frames("typing and scrolling while records are replaced", frames);
    assert_eq!(
        program.records(),
        records,
        "an import only replaced records"
    );

    program.search("");
    everything(report, &mut program, records);
}

/// Deletes all records and restores them.
fn everything(report: &mut Report, program: &mut Program, records: usize) {
    program.ask(SelectionCommand::All);
    program.ask(RecordCommand::Delete(Scope::Selected));
    report.frames("while all records are deleted", program.until_records(0));
    program.ask(RecordCommand::Undo);
    report.frames("while they are put back", program.until_records(records));
    program.ask(SearchCommand::SetMode(Mode::Fuzzy));
    program.ask(SelectionCommand::Range(0..records, records - 1));
    report.frames("while a range of all rows is selected", program.idle(20));
}

/// With the wheel, slowly and fast, then from end to end with keys.
fn scroll(program: &mut Program) -> Vec<report::Frame> {
    let mut frames = Vec::new();
    for lines in [3.0, 60.0, -25.0] {
        for _ in 0..120 {
            frames.push(program.wheel(lines));
        }
    }
    program.focus_table();
    for key in [
        Key::End,
        Key::PageUp,
        Key::ArrowDown,
        Key::Home,
        Key::PageDown,
    ] {
        for _ in 0..40 {
            let modifiers = match key {
                Key::End | Key::Home => Modifiers::CTRL,
                _ => Modifiers::NONE,
            };
            frames.push(program.key(key, modifiers));
        }
    }
    frames
}

/// Letter by letter, with the frames that the answers cause.
fn type_queries(program: &mut Program) -> Vec<report::Frame> {
    let mut frames = Vec::new();
    for query in QUERIES {
        frames.push(program.key(Key::F, Modifiers::CTRL));
        frames.push(program.key(Key::A, Modifiers::CTRL));
        for letter in query.chars() {
            frames.push(program.text(letter));
            frames.extend(program.idle(6));
        }
    }
    frames.push(program.key(Key::Escape, Modifiers::NONE));
    frames
}

/// The seed of the initial records.
const SEED: u64 = 1;
/// What separates key and value in a line of the corpus.
const BEHIND_KEY: &str = ",\"value\":";

fn write_corpus(path: &Path, records: usize) {
    let mut corpus = corpus::Corpus::new(SEED);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    for _ in 0..records {
        corpus.write_line(&mut out).unwrap();
    }
    out.flush().unwrap();
    assert!(fs::metadata(path).is_ok());
}

/// Writes the first keys of the same corpus with the values of another: the seed is part of the
/// key, so a corpus with another seed would add records instead of replacing them.
fn write_replacing(path: &Path, records: usize) {
    let (mut keys, mut values) = (corpus::Corpus::new(SEED), corpus::Corpus::new(SEED + 1));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let line = |corpus: &mut corpus::Corpus| {
        let mut line = Vec::new();
        corpus.write_line(&mut line).unwrap();
        String::from_utf8(line).unwrap()
    };
    for _ in 0..records {
        let (key, value) = (line(&mut keys), line(&mut values));
        let (key, _) = key.split_once(BEHIND_KEY).unwrap();
        let (_, value) = value.split_once(BEHIND_KEY).unwrap();
        write!(out, "{key}{BEHIND_KEY}{value}").unwrap();
    }
    out.flush().unwrap();
}
