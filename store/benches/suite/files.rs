//! Importing, opening, indexing, compacting and exporting whole files, and the memory of a process
//! that has one open.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vstore::file::{Control, Phase};
use vstore::transfer::{
    ExportOptions, Format, ImportOptions, ImportSource, NoProgress, export, import,
};
use vstore::{CancelToken, Cause, OpenOptions, Snapshot, Store, WriteBatch};

use super::access::{create_options, credentials};
use super::measure::{Report, millis};
use super::process::{Memory, memory, processor_time};
use crate::corpus::Corpus;

/// The path of a file; set in the child process, which opens and indexes it and prints figures.
pub(crate) const OPEN: &str = "VSTORE_BENCH_OPEN";

/// Writes the corpus; returns the bytes of JSON.
pub(crate) fn write_corpus(path: &Path, records: usize) -> u64 {
    let mut corpus = Corpus::new(1);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    for _ in 0..records {
        corpus.write_line(&mut out).unwrap();
    }
    out.flush().unwrap();
    fs::metadata(path).unwrap().len()
}

/// From NDJSON to an encrypted file whose records are indexed.
pub(crate) fn import_corpus(report: &mut Report, from: &Path, to: &Path, records: usize) -> Store {
    let (mut store, _) =
        Store::create(to, &credentials(), &create_options(), &Control::default()).unwrap();
    let (start, busy) = (Instant::now(), processor_time());
    let batch = report.once("import: read and check NDJSON", records, || {
        read_corpus(from, &store.snapshot())
    });
    report.once("import: write the encrypted file", records, || {
        store.commit_large(&batch, &Control::default()).unwrap()
    });
    drop(batch);
    report.once("import: build the indexes", records, || {
        build_indexes(&store.snapshot());
    });
    let busy = processor_time().saturating_sub(busy);
    report.took(
        "import NDJSON into an encrypted, indexed file",
        records,
        start.elapsed(),
        busy,
    );
    let bytes = fs::metadata(to).unwrap().len();
    let json = fs::metadata(from).unwrap().len();
    report.number(
        "bytes of file for each record",
        bytes as f64 / records as f64,
        "bytes",
    );
    report.number(
        "size of the file",
        bytes as f64 / json as f64,
        "times the JSON",
    );
    store
}

fn read_corpus(from: &Path, snapshot: &Snapshot) -> WriteBatch {
    let source = ImportSource::open(from).unwrap();
    let now = snapshot.now();
    let mut batch = WriteBatch::new(Cause::Import);
    import(
        source,
        &ImportOptions::default(),
        now,
        &|key| snapshot.get(key).map(|record| record.value),
        &NoProgress,
        &mut |record| {
            batch.push(record.into_op(now));
        },
    )
    .unwrap();
    batch
}

fn build_indexes(snapshot: &Snapshot) {
    snapshot
        .build_indexes(&CancelToken::never(), &|_| {})
        .unwrap();
}

pub(crate) fn compact(report: &mut Report, store: &mut Store, records: usize) {
    report.once("compact", records, || {
        store.compact(&Control::default()).unwrap();
    });
}

pub(crate) fn export_all(report: &mut Report, snapshot: &Snapshot, to: &Path) {
    let records = snapshot.len();
    for (name, format) in [("JSON", Format::Json), ("NDJSON", Format::Ndjson)] {
        report.once(&format!("export to {name}"), records, || {
            let mut out = BufWriter::with_capacity(1 << 20, File::create(to).unwrap());
            let options = ExportOptions {
                format,
                with_metadata: false,
            };
            export(snapshot, records as u64, options, &mut out, &NoProgress).unwrap();
            out.flush().unwrap();
        });
    }
    fs::remove_file(to).unwrap();
}

/// Opens the file in a process of its own, so that its memory is that of the open file alone.
pub(crate) fn open_apart(report: &mut Report, path: &Path, json: u64, records: usize) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).env(OPEN, path).output().unwrap();
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |name: &str| {
        figures
            .get(name)
            .and_then(serde_json::Value::as_f64)
            .unwrap()
    };
    let time = |name: &str| Duration::from_secs_f64(number(name) / 1e3);
    let busy = time("processors_ms");
    report.number(
        "open: first rows after key derivation",
        number("first_rows_ms"),
        "ms",
    );
    report.took(
        "open: all records loaded",
        records,
        time("loaded_ms"),
        Duration::ZERO,
    );
    report.took(
        "open: all records indexed",
        records,
        time("indexed_ms"),
        busy,
    );
    let ratio = |name: &str| number(name) / json as f64;
    report.number(
        "memory once loaded",
        ratio("loaded_bytes"),
        "times the JSON",
    );
    report.number(
        "memory once indexed",
        ratio("resident_bytes"),
        "times the JSON",
    );
    report.number("memory at its peak", ratio("peak_bytes"), "times the JSON");
    let each = number("resident_bytes") / records as f64;
    report.number("memory for each record, indexed", each, "bytes");
}

/// What [`open_apart`] starts: prints one line of JSON.
pub(crate) fn open_and_tell(path: &Path) {
    let derived: Arc<Mutex<Option<Instant>>> = Arc::default();
    let noted = Arc::clone(&derived);
    let control = Control::with_progress(move |progress| {
        if progress.phase != Phase::DerivingKey || progress.fraction >= 1.0 {
            noted.lock().unwrap().get_or_insert_with(Instant::now);
        }
    });
    let mut first_rows: Option<Instant> = None;
    let busy = processor_time();
    let (store, _) = Store::open_with_preview(
        path,
        &credentials(),
        &OpenOptions::default(),
        &control,
        &mut |snapshot| {
            if first_rows.is_none() && !snapshot.rows(0..40).is_empty() {
                first_rows = Some(Instant::now());
            }
        },
    )
    .unwrap();
    let loaded = Instant::now();
    let loaded_bytes = memory().resident;
    build_indexes(&store.snapshot());
    let indexed = Instant::now();
    let start = derived.lock().unwrap().unwrap_or(loaded);
    let since = |at: Instant| millis(at.saturating_duration_since(start));
    let Memory { resident, peak } = memory();
    println!(
        "{}",
        serde_json::json!({
            "first_rows_ms": since(first_rows.unwrap_or(loaded)),
            "loaded_ms": since(loaded),
            "indexed_ms": since(indexed),
            "processors_ms": millis(processor_time().saturating_sub(busy)),
            "loaded_bytes": loaded_bytes,
            "resident_bytes": resident,
            "peak_bytes": peak,
        })
    );
}
