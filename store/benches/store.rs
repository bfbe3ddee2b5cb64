//! What the store costs: p50, p99 and maximum of each operation, on the seeded corpus.
//!
//! `cargo bench -p vstore` runs at 100 000 records; `VSTORE_BENCH_RECORDS=1000000` at a million.
//! Compare figures of one run with each other: machines differ, and are busy.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may fail"
)]

mod corpus;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use corpus::Corpus;
use vstore::file::{Control, Credentials, KdfParams, KdfProfile, Password};
use vstore::search::{Query, SearchControl, SearchOptions};
use vstore::value::json;
use vstore::{Cause, CreateOptions, Key, OpenOptions, Snapshot, Store, SystemClock, WriteBatch};

fn main() {
    let records = std::env::var("VSTORE_BENCH_RECORDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let records = records.unwrap_or(100_000);
    println!("{records} records; microseconds");
    println!("{:<44} {:>10} {:>10} {:>10}", "", "p50", "p99", "max");
    let batch = corpus_batch(records);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.vstore");

    let mut memory = Store::in_memory(Arc::new(SystemClock));
    once("commit the corpus in memory", || {
        memory.commit(&batch).unwrap()
    });
    let snapshot = memory.snapshot();
    let cheap = KdfProfile::Explicit(KdfParams {
        m_kib: 19 * 1024,
        t: 2,
        p: 1,
    });
    let options = CreateOptions {
        kdf: cheap,
        ..CreateOptions::default()
    };
    once("create a file of it", || {
        Store::create_from(
            &path,
            &snapshot,
            &credentials(),
            &options,
            &Control::default(),
        )
        .unwrap()
    });
    let (mut store, _) = once("open the file", || {
        Store::open(
            &path,
            &credentials(),
            &OpenOptions::default(),
            &Control::default(),
        )
        .unwrap()
    });
    commits(&mut store, &batch);
    reads(&store.snapshot());
    searches(&store.snapshot());
    once("compact", || store.compact(&Control::default()).unwrap());
    let stats = store.stats().file.unwrap();
    println!(
        "{} bytes of file for each record",
        stats.bytes / records as u64
    );
}

fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

fn corpus_batch(records: usize) -> WriteBatch {
    let mut corpus = Corpus::new(1);
    let mut batch = WriteBatch::new(Cause::Import);
    let mut line = Vec::new();
    for _ in 0..records {
        line.clear();
        corpus.write_line(&mut line).unwrap();
        let (value, _) = json::parse_text(std::str::from_utf8(&line).unwrap()).unwrap();
        let map = value.view().as_map().unwrap();
        let key = Key::new(map.get("key").unwrap().as_str().unwrap()).unwrap();
        let inner = vstore::value::Value::from(map.get("value").unwrap());
        batch.put(key, vstore::value::EncodedValue::encode(&inner).unwrap());
    }
    batch
}

fn commits(store: &mut Store, batch: &WriteBatch) {
    let puts: Vec<_> = batch
        .ops()
        .iter()
        .step_by(97)
        .take(2_000)
        .cloned()
        .collect();
    let one = |op: &vstore::Op| {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(op.clone());
        batch
    };
    let mut next = puts.iter().cycle();
    repeat("one durable edit", 500, || {
        store.commit(&one(next.next().unwrap())).unwrap()
    });
    let groups: Vec<Vec<_>> = puts
        .chunks(50)
        .map(|ops| ops.iter().map(one).collect())
        .collect();
    let mut next = groups.iter().cycle();
    repeat("50 durable edits with one sync", 100, || {
        store.commit_all(next.next().unwrap()).unwrap()
    });
}

fn reads(snapshot: &Snapshot) {
    let len = snapshot.len();
    let mut at = 0;
    let mut step = || {
        at = (at + 7_919) % len;
        at
    };
    repeat("40 rows from a random row on", 2_000, || {
        let row = step();
        snapshot.rows(row..row + 40)
    });
    let keys: Vec<_> = (0..500)
        .filter_map(|_| snapshot.row(step()))
        .map(|found| found.key)
        .collect();
    let mut next = keys.iter().cycle();
    repeat("get", 10_000, || {
        snapshot.get(next.next().unwrap().as_str())
    });
    repeat("rank", 10_000, || {
        snapshot.rank(keys.first().unwrap().as_str())
    });
}

fn searches(snapshot: &Snapshot) {
    let options = SearchOptions {
        limit: Some(100),
        ..SearchOptions::default()
    };
    for text in [
        "müller",
        "muler",
        "jhon smtih",
        "active:true age:30..39",
        "k",
        "*erl*",
        "$key^=customer:de",
    ] {
        let query = Query::parse(text, snapshot.catalog());
        let mut total = 0;
        let name = format!("search {text}");
        repeat(&name, 10, || {
            let control = SearchControl::unlimited();
            let found = vstore::search::search(snapshot, &query, &options, &control);
            total = found.total;
        });
        println!("{:<44} {total:>10} hits", "");
    }
}

fn once<T>(name: &str, mut work: impl FnMut() -> T) -> T {
    let start = Instant::now();
    let made = work();
    report(name, &mut [start.elapsed()]);
    made
}

fn repeat<T>(name: &str, times: usize, mut work: impl FnMut() -> T) {
    let mut spent: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    report(name, &mut spent);
}

fn report(name: &str, spent: &mut [Duration]) {
    spent.sort_unstable();
    let at = |share: usize| {
        spent
            .get((spent.len() - 1) * share / 100)
            .map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    println!(
        "{name:<44} {:>10.1} {:>10.1} {:>10.1}",
        at(50),
        at(99),
        at(100)
    );
}
