//! How a long operation is watched and stopped. It knows nothing of what the operation does.
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The user asked to stop; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// What a long operation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Turning the password into a key; cannot be interrupted, takes about a second.
    DerivingKey,
    /// Reading and decrypting.
    Reading,
    /// Encrypting and writing.
    Writing,
    /// Reading back what was written.
    Verifying,
}

/// How far a long operation is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// How much of this phase is done, 0 to 1.
    pub fraction: f32,
}

type Listener = dyn Fn(Progress) + Send + Sync;

/// Watches and stops a long operation. Clones share the flag.
#[derive(Clone, Default)]
pub struct Control {
    cancelled: Arc<AtomicBool>,
    listener: Option<Arc<Listener>>,
}

impl Control {
    /// A control whose `listener` is told about progress, from whichever thread works.
    pub fn with_progress(listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            cancelled: Arc::default(),
            listener: Some(Arc::new(listener)),
        }
    }

    /// Whether the work it controls may still be under way: somebody else holds it too.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.cancelled) > 1
    }

    /// The same, stopped by a flag that somebody else holds too.
    pub fn with_flag(
        cancelled: Arc<AtomicBool>,
        listener: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Self {
        Self {
            cancelled,
            listener: Some(Arc::new(listener)),
        }
    }

    /// Asks the operation to stop at the next place where nothing is half done.
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
