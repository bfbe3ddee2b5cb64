//! What a task sees of the outside: a way to report progress, and whether it should stop.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use vstore::file::Control;

use super::runner::{Done, Say};
use crate::state::TaskId;

/// Progress is reported at most this often.
const REPORT_MILLIS: u64 = 50;

/// The outside of a running task.
pub(super) struct TaskContext {
    pub(super) task: TaskId,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) say: Say,
    started: Instant,
    next_report: AtomicU64,
}

impl TaskContext {
    pub(super) fn new(task: TaskId, cancelled: Arc<AtomicBool>, say: Say) -> Self {
        Self {
            task,
            cancelled,
            say,
            started: Instant::now(),
            next_report: AtomicU64::new(0),
        }
    }

    /// Reports how far the task is; breaks if it should stop.
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
        self.tell(fraction, text);
        ControlFlow::Continue(())
    }

    /// A control for the store: stopped with the task, it reports with these words.
    pub(super) fn control(self: &Arc<Self>, words: &'static str) -> Control {
        let task = Arc::clone(self);
        Control::with_flag(Arc::clone(&self.cancelled), move |progress| {
            if !task.cancelled.load(Ordering::Relaxed) {
                task.tell(Some(progress.fraction), || words.to_owned());
            }
        })
    }

    fn tell(&self, fraction: Option<f32>, text: impl FnOnce() -> String) {
        let now = self.started.elapsed().as_millis() as u64;
        if self.next_report.load(Ordering::Relaxed) <= now {
            self.next_report
                .store(now + REPORT_MILLIS, Ordering::Relaxed);
            (self.say)(Done::TaskProgress {
                task: self.task,
                fraction,
                text: text(),
            });
        }
    }
}
