//! What the store costs, at several sizes of the seeded corpus: times as p50, p99 and maximum,
//! bytes for each record, records a second. Also written as JSON to `target/bench`.
//!
//! `cargo bench -p vstore --bench store` measures 10 000, 100 000 and 1 000 000 records. Other
//! sizes on request: `VSTORE_BENCH_RECORDS=10000000 cargo bench -p vstore --bench store` (needs 20
//! GB of memory). Compare only figures of one run with each other, since machines and their load
//! differ; processor time differs less.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may fail"
)]

mod corpus;
mod suite;

use std::path::Path;

use suite::measure::Report;
use suite::{files, output, searches, writes};

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    if let Some(path) = std::env::var_os(files::OPEN) {
        files::open_and_tell(Path::new(&path));
        return;
    }
    for records in output::sizes(&SIZES) {
        let mut report = Report::new(records);
        measure(&mut report, records);
        report.save();
    }
}

fn measure(report: &mut Report, records: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (corpus, file) = (
        folder.path().join("corpus.ndjson"),
        folder.path().join("bench.vstore"),
    );
    let json = files::write_corpus(&corpus, records);
    report.number(
        "JSON for each record",
        json as f64 / records as f64,
        "bytes",
    );
    let mut store = files::import_corpus(report, &corpus, &file, records);
    writes::reads(report, &store.snapshot());
    searches::all(report, &store.snapshot());
    writes::edits(report, &mut store);
    files::compact(report, &mut store, records);
    files::export_all(report, &store.snapshot(), &folder.path().join("export"));
    // One store at a time: twice ten million records do not fit into the memory of many machines.
    let beside = writes::in_memory(store.snapshot());
    store.close().unwrap();
    writes::searches_while_writing(report, beside);
    files::open_apart(report, &file, json, records);
}
