//! Progress and cancellation of long operations.
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The operation was cancelled; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// A phase of a long operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Deriving the key from the password, which takes about a second.
    DerivingKey,
    /// Reading and decrypting.
    Reading,
    /// Encrypting and writing.
    Writing,
    /// Reading back what was written.
    Verifying,
}

/// The progress of a long operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The current phase.
    pub phase: Phase,
    /// The fraction of this phase that is done, 0 to 1.
    pub fraction: f32,
}

type Listener = dyn Fn(Progress) + Send + Sync;

/// Reports the progress of a long operation and cancels it. Clones share the flag.
#[derive(Clone, Default)]
pub struct Control {
    cancelled: Arc<AtomicBool>,
    listener: Option<Arc<Listener>>,
}

impl Control {
    /// A control that calls `listener` with the progress, from the threads of the operation.
    pub fn with_progress(listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            cancelled: Arc::default(),
            listener: Some(Arc::new(listener)),
        }
    }

    /// Whether the operation may still be running, because it still has a clone of this control.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.cancelled) > 1
    }

    /// Like [`with_progress`](Self::with_progress), cancelled by an existing flag.
    pub fn with_flag(
        cancelled: Arc<AtomicBool>,
        listener: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Self {
        Self {
            cancelled,
            listener: Some(Arc::new(listener)),
        }
    }

    /// Asks the operation to stop at the next point at which it leaves nothing incomplete.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(crate) fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// Reports `done` of `total` units.
    pub(crate) fn report(&self, phase: Phase, done: u64, total: u64) {
        if let Some(listener) = &self.listener {
            let fraction = if total == 0 {
                1.0
            } else {
                (done as f64 / total as f64).min(1.0) as f32
            };
            listener(Progress { phase, fraction });
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
