//! Measures repeated work: prints each figure at once and keeps all for the file at the end.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::output;
use super::process::processor_time;

/// The figures measured so far.
pub(crate) struct Report {
    records: usize,
    entries: Vec<Value>,
}

impl Report {
    pub(crate) fn new(records: usize) -> Self {
        println!("\n{records} records; milliseconds");
        println!("{:<46} {:>9} {:>9} {:>9}", "", "p50", "p99", "max");
        Self {
            records,
            entries: Vec::new(),
        }
    }

    /// Measures work that is done once, on this many records; prints records per second and
    /// processor time.
    pub(crate) fn once<T>(&mut self, name: &str, records: usize, work: impl FnOnce() -> T) -> T {
        let (start, before) = (Instant::now(), processor_time());
        let made = work();
        let (wall, busy) = (start.elapsed(), processor_time().saturating_sub(before));
        self.took(name, records, wall, busy);
        made
    }

    /// Records work that was measured elsewhere.
    pub(crate) fn took(&mut self, name: &str, records: usize, wall: Duration, busy: Duration) {
        let per_second = records as f64 / wall.as_secs_f64().max(1e-9);
        println!(
            "{name:<46} {:>9.1} {:>12.0} records/s, {:.1} ms of processors",
            millis(wall),
            per_second,
            millis(busy)
        );
        self.entries.push(json!({
            "name": name, "p50_ms": millis(wall), "p99_ms": millis(wall), "max_ms": millis(wall),
            "records_per_second": per_second, "processors_ms": millis(busy),
        }));
    }

    /// Measures work that is repeated.
    pub(crate) fn repeat<T>(&mut self, name: &str, times: usize, mut work: impl FnMut() -> T) {
        let spent: Vec<Duration> = (0..times)
            .map(|_| {
                let start = Instant::now();
                black_box(work());
                start.elapsed()
            })
            .collect();
        self.times(name, spent);
    }

    /// Records times that were measured elsewhere.
    pub(crate) fn times(&mut self, name: &str, mut spent: Vec<Duration>) {
        spent.sort_unstable();
        let at = |share: usize| {
            let place = (spent.len().max(1) - 1) * share / 100;
            millis(spent.get(place).copied().unwrap_or_default())
        };
        println!(
            "{name:<46} {:>9.3} {:>9.3} {:>9.3}",
            at(50),
            at(99),
            at(100)
        );
        self.entries.push(json!({
            "name": name, "times": spent.len(),
            "p50_ms": at(50), "p99_ms": at(99), "max_ms": at(100),
        }));
    }

    /// Records a number.
    pub(crate) fn number(&mut self, name: &str, number: f64, unit: &str) {
        println!("{name:<46} {number:>9.2} {unit}");
        self.entries
            .push(json!({ "name": name, "number": number, "unit": unit }));
    }

    /// Writes all figures as JSON.
    pub(crate) fn save(&self) {
        let all = json!({ "records": self.records, "entries": self.entries });
        output::save(&format!("store-{}", self.records), &all);
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
