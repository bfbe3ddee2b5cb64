//! Frame times: printed as they are measured, and saved as JSON at the end.

use std::time::Duration;

use serde_json::{Value, json};

use crate::output;

/// The budget of the drawing thread per frame: the other half of the frame is left to presentation.
const BUDGET: Duration = Duration::from_millis(8);

/// What one frame cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Processor time.
    pub(crate) busy: Duration,
    /// Elapsed time.
    pub(crate) wall: Duration,
}

/// The results for one number of records.
pub(crate) struct Report {
    records: usize,
    entries: Vec<Value>,
}

impl Report {
    pub(crate) fn new(records: usize) -> Self {
        println!("\n{records} records; processor milliseconds per frame");
        println!(
            "{:<50} {:>7} {:>8} {:>8} {:>8}",
            "", "frames", "p50", "p99", "max"
        );
        Self {
            records,
            entries: Vec::new(),
        }
    }

    /// Records frames of one kind.
    pub(crate) fn frames(&mut self, name: &str, frames: Vec<Frame>) {
        let busy = Spread::of(frames.iter().map(|frame| frame.busy));
        let wall = Spread::of(frames.iter().map(|frame| frame.wall));
        let over = if BUDGET < busy.p99 {
            "  over budget"
        } else {
            ""
        };
        println!(
            "{name:<50} {:>7} {:>8.2} {:>8.2} {:>8.2}{over}",
            frames.len(),
            millis(busy.p50),
            millis(busy.p99),
            millis(busy.max)
        );
        self.entries.push(json!({
            "name": name, "frames": frames.len(), "budget_p99_ms": millis(BUDGET),
            "p50_ms": millis(busy.p50), "p99_ms": millis(busy.p99), "max_ms": millis(busy.max),
            "wall_p50_ms": millis(wall.p50), "wall_p99_ms": millis(wall.p99),
            "wall_max_ms": millis(wall.max),
        }));
    }

    /// Saves everything as JSON.
    pub(crate) fn save(&self) {
        let all = json!({ "records": self.records, "entries": self.entries });
        output::save(&format!("window-{}", self.records), &all);
    }
}

struct Spread {
    p50: Duration,
    p99: Duration,
    max: Duration,
}

impl Spread {
    fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<Duration> = times.collect();
        times.sort_unstable();
        let at = |share: usize| {
            let place = (times.len().max(1) - 1) * share / 100;
            times.get(place).copied().unwrap_or_default()
        };
        Self {
            p50: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
