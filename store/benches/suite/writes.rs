//! Edits and reads of single records, and searches while others write.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use vstore::{CancelToken, Cause, Op, SearchControl, Snapshot, Store, WriteBatch};

use super::measure::{Report, millis};
use super::process::processor_time;
use super::queries::{QUERIES, ask};

const REPLACEMENTS_PER_SECOND: u64 = 20_000;
const REPLACEMENTS_PER_BATCH: u64 = 40;

/// How long searches run meanwhile.
const SEARCHING: Duration = Duration::from_secs(15);

/// Records to replace.
fn some_puts(snapshot: &Snapshot, count: usize) -> Vec<Op> {
    let len = snapshot.len().max(1);
    let rows = (0..count).map(|n| (n * 7_919) % len);
    rows.filter_map(|row| snapshot.row(row))
        .map(|record| Op::Put {
            key: record.key,
            value: record.value,
            expiry: vstore::Expiry::Never,
        })
        .collect()
}

fn batch_of(ops: &[Op]) -> WriteBatch {
    let mut batch = WriteBatch::new(Cause::Edit);
    for op in ops {
        batch.push(op.clone());
    }
    batch
}

pub(crate) fn edits(report: &mut Report, store: &mut Store) {
    let puts = some_puts(&store.snapshot(), 2_000);
    let mut next = puts.chunks(1).cycle();
    let before = processor_time();
    report.repeat("one durable edit", 500, || {
        store.commit(&batch_of(next.next().unwrap())).unwrap()
    });
    let busy = processor_time().saturating_sub(before);
    let each = millis(busy) * 1e3 / 500.0;
    report.number("  of that, time of processors", each, "microseconds each");
    let groups: Vec<Vec<WriteBatch>> = puts
        .chunks(50)
        .map(|ops| ops.chunks(1).map(batch_of).collect())
        .collect();
    let mut next = groups.iter().cycle();
    report.repeat("50 durable edits with one sync", 100, || {
        store.commit_all(next.next().unwrap()).unwrap()
    });
}

pub(crate) fn reads(report: &mut Report, snapshot: &Snapshot) {
    let len = snapshot.len();
    let mut at = 0;
    let mut step = || {
        at = (at + 7_919) % len;
        at
    };
    report.repeat("40 rows from a random row on", 2_000, || {
        let row = step();
        snapshot.rows(row..row + 40)
    });
    let keys: Vec<_> = (0..500)
        .filter_map(|_| snapshot.row(step()))
        .map(|found| found.key)
        .collect();
    let mut next = keys.iter().cycle();
    report.repeat("get", 10_000, || {
        snapshot.get(next.next().unwrap().as_str())
    });
}

/// Searches while records are replaced: segments are sealed, merged and indexed meanwhile, as in
/// the program.
pub(crate) fn searches_while_writing(report: &mut Report, store: Store) {
    let puts = some_puts(&store.snapshot(), 20_000);
    let latest = Mutex::new(store.snapshot());
    let store = Mutex::new(store);
    let (is_over, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let latest_now = || latest.lock().unwrap().clone();
    let started = Instant::now();
    let mut spent = Vec::new();
    let mut slowest = (Duration::ZERO, "");
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut next = puts.chunks(REPLACEMENTS_PER_BATCH as usize).cycle();
            while !is_over.load(Ordering::Relaxed) {
                let mut store = store.lock().unwrap();
                store.commit(&batch_of(next.next().unwrap())).unwrap();
                *latest.lock().unwrap() = store.snapshot();
                drop(store);
                let done = written.fetch_add(REPLACEMENTS_PER_BATCH, Ordering::Relaxed);
                let due = Duration::from_micros(done * 1_000_000 / REPLACEMENTS_PER_SECOND);
                thread::sleep(due.saturating_sub(started.elapsed()));
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let merge = store.lock().unwrap().plan_merge();
                if let Some(merged) = merge.and_then(|merge| merge.run().ok()) {
                    store.lock().unwrap().install_merge(merged);
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                latest_now()
                    .build_indexes(&CancelToken::never(), &|_| {})
                    .unwrap();
                thread::sleep(Duration::from_millis(5));
            }
        });
        let mut next = QUERIES.iter().cycle();
        while started.elapsed() < SEARCHING {
            let snapshot = latest_now();
            let text = next.next().unwrap();
            let start = Instant::now();
            ask(&snapshot, text, 100, &SearchControl::unlimited());
            spent.push(start.elapsed());
            slowest = slowest.max((start.elapsed(), text));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let rate = written.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    report.times("searches of all classes while writing", spent);
    let (time, text) = slowest;
    report.number(&format!("  the slowest: {text}"), millis(time), "ms");
    report.number("  replacements meanwhile", rate, "a second");
}

/// A store in memory with the records of a snapshot, indexed.
pub(crate) fn in_memory(snapshot: Snapshot) -> Store {
    let mut store = Store::in_memory(Arc::new(vstore::SystemClock));
    let mut batch = WriteBatch::new(Cause::Import);
    for record in &snapshot {
        if let Some(record) = snapshot.get(record.key) {
            batch.put(record.key, record.value);
        }
    }
    drop(snapshot);
    store.commit(&batch).unwrap();
    drop(batch);
    store
        .snapshot()
        .build_indexes(&CancelToken::never(), &|_| {})
        .unwrap();
    store
}
