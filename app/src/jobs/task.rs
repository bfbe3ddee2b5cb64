//! The environment of a running task: a way to report progress, and whether to stop.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use vstore::file::Control;

/// Progress is reported at most once in this time.
const REPORT_MILLIS: u64 = 50;

/// Takes the completed part (0 to 1), if known, and a short text.
type Report = Box<dyn Fn(Option<f32>, String) + Send + Sync>;

/// The environment of a running task.
pub(super) struct TaskContext {
    cancelled: Arc<AtomicBool>,
    report: Report,
    started: Instant,
    next_report: AtomicU64,
}

impl TaskContext {
    pub(super) fn new(
        cancelled: Arc<AtomicBool>,
        report: impl Fn(Option<f32>, String) + Send + Sync + 'static,
    ) -> Self {
        Self {
            cancelled,
            report: Box::new(report),
            started: Instant::now(),
            next_report: AtomicU64::new(0),
        }
    }

    /// Reports progress; breaks if the task should stop.
    pub(super) fn report(
        &self,
        done: u64,
        total: Option<u64>,
        text: impl FnOnce() -> String,
    ) -> ControlFlow<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let fraction = total
            .filter(|total| *total > 0)
            .map(|total| (done as f64 / total as f64).min(1.0) as f32);
        self.report_throttled(fraction, text);
        ControlFlow::Continue(())
    }

    /// A control for the store: it is cancelled with the task, and reports progress with this text.
    pub(super) fn control(self: &Arc<Self>, words: &'static str) -> Control {
        let task = Arc::clone(self);
        Control::with_flag(Arc::clone(&self.cancelled), move |progress| {
            if !task.cancelled.load(Ordering::Relaxed) {
                task.report_throttled(Some(progress.fraction), || words.to_owned());
            }
        })
    }

    fn report_throttled(&self, fraction: Option<f32>, text: impl FnOnce() -> String) {
        let now = self.started.elapsed().as_millis() as u64;
        if self.next_report.load(Ordering::Relaxed) <= now {
            self.next_report
                .store(now + REPORT_MILLIS, Ordering::Relaxed);
            (self.report)(fraction, text());
        }
    }
}
