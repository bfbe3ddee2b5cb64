//! The hot paths, each run once between the entry and the return of one function.

use std::io;
use std::path::Path;
use std::sync::Arc;

use vstore::file::Control;
use vstore::transfer::{
    ExportOptions, Format, ImportOptions, ImportSource, NoProgress, export, import,
};
use vstore::value::{EncodedValue, Value, json};
use vstore::{
    CancelToken, Cause, Expiry, Key, ManualClock, Millis, Op, OpenOptions, SearchControl, Snapshot,
    Store, SystemClock, WriteBatch,
};

use crate::access::{create_options, credentials};
use crate::corpus::Corpus;
use crate::queries::{QUERIES, ask};

/// The function that callgrind counts. Never inlined, so that it has a symbol.
#[inline(never)]
fn count_instructions(work: &mut dyn FnMut()) {
    work();
}

/// Runs a path that does `units` units of work, and prints its name for the parent process.
fn path<T>(name: &str, units: usize, work: impl FnOnce() -> T) -> T {
    let (mut work, mut made) = (Some(work), None);
    count_instructions(&mut || made = work.take().map(|work| work()));
    println!("{units}\t{name}");
    made.unwrap()
}

/// Runs all paths with this many records, on one thread; callgrind counts each separately.
pub(crate) fn all(records: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.unwrap().install(|| {
        let folder = tempfile::tempdir().unwrap();
        // Kept to the end, as freeing it would be counted with the next path.
        let mut corpus = Corpus::new(1);
        let mut text = Vec::new();
        for _ in 0..records {
            corpus.write_line(&mut text).unwrap();
        }
        values(&text);
        let mut store = filled(&text, records, &folder.path().join("counted.vstore"));
        reads(&store.snapshot());
        hidden(records);
        for query in QUERIES {
            path(&format!("search {query}"), 1, || {
                ask(&store.snapshot(), query, 100, &SearchControl::unlimited())
            });
        }
        edits(&mut store);
        whole_files(store, folder.path());
    });
}

fn values(text: &[u8]) {
    let text = std::str::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().take(1000).collect();
    let values = path("JSON to a value", lines.len(), || {
        let parse = |line: &&str| json::parse_text(line).unwrap().0;
        lines.iter().map(parse).collect::<Vec<_>>()
    });
    path("a value to JSON", lines.len(), || {
        for value in &values {
            json::write_compact(value.view(), &mut io::sink()).unwrap();
        }
    });
}

/// A store with the records of `text` in an encrypted file, indexed.
fn filled(text: &[u8], records: usize, file: &Path) -> Store {
    let (mut store, _) =
        Store::create(file, &credentials(), &create_options(), &Control::default()).unwrap();
    let snapshot = store.snapshot();
    let batch = path("import, a line of NDJSON", records, || {
        batch_of(text, &snapshot)
    });
    let mut beside = Store::in_memory(Arc::new(SystemClock));
    path(
        "commit all records at once, in memory: a record",
        records,
        || beside.commit(&batch).unwrap(),
    );
    path(
        "commit all records at once, to the file: a record",
        records,
        || store.commit(&batch).unwrap(),
    );
    path("build the indexes, a record", records, || {
        let snapshot = store.snapshot();
        snapshot
            .build_indexes(&CancelToken::never(), &|_| {})
            .unwrap();
    });
    store
}

fn batch_of(text: &[u8], snapshot: &Snapshot) -> WriteBatch {
    let reader = io::Cursor::new(text.to_vec());
    let source = ImportSource::new(reader, None, Some(Format::Ndjson)).unwrap();
    let now = snapshot.now();
    let mut batch = WriteBatch::new(Cause::Import);
    let report = import(
        source,
        &ImportOptions::default(),
        now,
        &|key| snapshot.get(key).map(|record| record.value),
        &NoProgress,
        &mut |record| {
            batch.push(record.into_op(now));
        },
    );
    report.unwrap();
    batch
}

fn reads(snapshot: &Snapshot) {
    let rows: Vec<usize> = (0..200).map(|n| n * 7_919 % snapshot.len()).collect();
    let keys = rows.iter().filter_map(|row| snapshot.row(*row));
    let keys: Vec<_> = keys.map(|record| record.key).collect();
    path("get", keys.len(), || {
        let find = |key: &Key| snapshot.get(key.as_str()).is_some();
        assert!(keys.iter().all(find));
    });
    path("40 rows from any row on", rows.len(), || {
        for row in &rows {
            snapshot.rows(*row..*row + 40);
        }
    });
}

/// Reads where nine of ten records are hidden: they have expired but are not deleted, as in a file
/// that cannot be written, or they are deleted and not merged yet.
fn hidden(records: usize) {
    let many = records * 9 / 10;
    let key = |number: usize| Key::new(&format!("{number:08}")).unwrap();
    for (case, expired, deleted) in [
        ("no record is hidden", 0, 0),
        ("nine of ten have expired", many, 0),
        ("nine of ten are deleted", 0, many),
    ] {
        let clock = Arc::new(ManualClock::new(Millis(0)));
        let mut store = Store::in_memory(Arc::clone(&clock) as _);
        let mut batch = WriteBatch::new(Cause::Import);
        for number in 0..records {
            batch.push(Op::Put {
                key: key(number),
                value: EncodedValue::encode(&Value::Null).unwrap(),
                expiry: if number < expired {
                    Expiry::At(Millis(1_000))
                } else {
                    Expiry::Never
                },
            });
        }
        store.commit(&batch).unwrap();
        let mut batch = WriteBatch::new(Cause::Edit);
        for number in 0..deleted {
            batch.delete(key(number));
        }
        store.commit(&batch).unwrap();
        let snapshot = store.snapshot();
        clock.set(Millis(2_000));
        let hidden = expired.max(deleted);
        path(&format!("first count, {case}: a record"), records, || {
            assert_eq!(snapshot.len(), records - hidden);
        });
        path(&format!("count, {case}"), 200, || {
            (0..200).map(|_| snapshot.len()).sum::<usize>()
        });
        let rows: Vec<usize> = (0..200).map(|n| n * 7_919 % snapshot.len()).collect();
        path(&format!("40 rows, {case}"), rows.len(), || {
            for row in &rows {
                snapshot.rows(*row..*row + 40);
            }
        });
        let keys: Vec<_> = (0..200).map(|n| key(n * 7_919 % records)).collect();
        path(&format!("rank, {case}"), keys.len(), || {
            keys.iter()
                .map(|key| snapshot.rank(key.as_str()))
                .sum::<usize>()
        });
        path(&format!("the first record, {case}"), 200, || {
            (0..200).filter_map(|_| snapshot.iter().next()).count()
        });
    }
}

fn edits(store: &mut Store) {
    let snapshot = store.snapshot();
    let records = (0..200).filter_map(|n| snapshot.row(n * 7_919 % snapshot.len()));
    let batches: Vec<WriteBatch> = records
        .map(|record| {
            let mut batch = WriteBatch::new(Cause::Edit);
            batch.push(Op::Put {
                key: record.key,
                value: record.value,
                expiry: Expiry::Never,
            });
            batch
        })
        .collect();
    let mut beside = Store::in_memory(Arc::new(SystemClock));
    path("commit one record, in memory", batches.len(), || {
        for batch in &batches {
            beside.commit(batch).unwrap();
        }
    });
    path("commit one record, to the file", batches.len(), || {
        for batch in &batches {
            store.commit(batch).unwrap();
        }
    });
    path("search keyboard, 200 recent records", 1, || {
        let snapshot = store.snapshot();
        ask(&snapshot, "keyboard", 100, &SearchControl::unlimited())
    });
}

fn whole_files(mut store: Store, folder: &Path) {
    let snapshot = store.snapshot();
    let records = snapshot.len();
    path("export to NDJSON, a record", records, || {
        let options = ExportOptions {
            format: Format::Ndjson,
            with_metadata: false,
        };
        export(
            &snapshot,
            records as u64,
            options,
            &mut io::sink(),
            &NoProgress,
        )
        .unwrap()
    });
    path("compact, a record", records, || {
        store.compact(&Control::default()).unwrap();
    });
    let file = store.path().unwrap().to_owned();
    store.close().unwrap();
    let empty = folder.join("empty.vstore");
    let control = Control::default();
    let made = Store::create(&empty, &credentials(), &create_options(), &control);
    made.unwrap().0.close().unwrap();
    for (name, file) in [("open an empty file", &empty), ("open the file", &file)] {
        path(name, 1, || {
            Store::open(file, &credentials(), &OpenOptions::default(), &control).unwrap()
        });
    }
}
