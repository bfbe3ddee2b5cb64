//! Stopping work whose answer nobody waits for any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A counter of questions of one kind. Asking a new one makes all earlier ones stale.
#[derive(Clone, Debug, Default)]
pub struct Generation(Arc<AtomicU64>);

impl Generation {
    /// A counter that nothing was asked of yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a new question and makes all earlier ones stale.
    pub fn advance(&self) -> Ticket {
        let mine = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ticket {
            latest: Arc::clone(&self.0),
            mine,
        }
    }

    /// Makes the current question stale without asking another.
    pub fn cancel(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The right to work on one question, until a newer one is asked.
#[derive(Clone, Debug)]
pub struct Ticket {
    latest: Arc<AtomicU64>,
    mine: u64,
}

impl Ticket {
    /// A ticket that never goes stale.
    pub fn unlimited() -> Self {
        Generation::new().advance()
    }

    /// The number of the question, rising within its [`Generation`].
    pub const fn number(&self) -> u64 {
        self.mine
    }

    /// Whether the answer is still wanted. Cheap: one relaxed load.
    pub fn is_current(&self) -> bool {
        self.latest.load(Ordering::Relaxed) == self.mine
    }
}

/// Work that was given up because its [`Ticket`] went stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_question_makes_older_ones_stale() {
        let generation = Generation::new();
        let first = generation.advance();
        assert!(first.is_current());
        let second = generation.advance();
        assert!(!first.is_current());
        assert!(second.is_current());
        assert!(second.number() > first.number());
        generation.cancel();
        assert!(!second.is_current());
    }
}
