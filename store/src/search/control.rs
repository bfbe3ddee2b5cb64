//! Cancelling a search or a count when its answer is no longer needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Hands out [`CancelToken`]s, of which only the newest is not cancelled. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct CancelSource(Arc<AtomicU64>);

impl CancelSource {
    /// A source that has not handed out a token.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels all earlier tokens and returns a new one.
    pub fn renew(&self) -> CancelToken {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        CancelToken {
            newest: Arc::clone(&self.0),
            number,
        }
    }

    /// Cancels all tokens handed out so far.
    pub fn cancel(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Tells an operation whether its result is still needed.
#[derive(Clone, Debug)]
pub struct CancelToken {
    newest: Arc<AtomicU64>,
    number: u64,
}

impl CancelToken {
    /// A token that is never cancelled.
    pub fn never() -> Self {
        CancelSource::new().renew()
    }

    /// The number of the token, which rises with each token of its [`CancelSource`].
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Whether the result is no longer needed. Cheap: one relaxed load.
    pub fn is_cancelled(&self) -> bool {
        self.newest.load(Ordering::Relaxed) != self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_cancels_the_earlier_ones() {
        let source = CancelSource::new();
        let first = source.renew();
        assert!(!first.is_cancelled());
        let second = source.renew();
        assert!(first.is_cancelled());
        assert!(!second.is_cancelled());
        assert!(second.number() > first.number());
        source.cancel();
        assert!(second.is_cancelled());
    }
}
