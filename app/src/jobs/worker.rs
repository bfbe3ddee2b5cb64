//! A thread that answers the latest question of its kind.

use std::thread;

use crossbeam_channel::{Sender, unbounded};
use vstore::search::{CancelSource, CancelToken};

use super::runner::{Done, Say, caught};

/// The asking side of a latest-wins thread.
#[derive(Debug)]
pub(super) struct Worker<Q> {
    questions: Sender<(CancelToken, Q)>,
    source: CancelSource,
}

impl<Q: Send + 'static> Worker<Q> {
    /// Starts the thread. `answer` returns `None` when its question went stale.
    pub(super) fn start(
        name: &'static str,
        say: Say,
        mut answer: impl FnMut(Q, &CancelToken, &Say) -> Option<Done> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (questions, receiver) = unbounded::<(CancelToken, Q)>();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Ok(first) = receiver.recv() {
                    // Only the last of what waits is still wanted.
                    let (cancel, question) = receiver.try_iter().last().unwrap_or(first);
                    if cancel.is_cancelled() {
                        continue;
                    }
                    let done = caught(|| answer(question, &cancel, &say));
                    match done {
                        Ok(Some(done)) if !cancel.is_cancelled() => say(done),
                        Ok(_) => {}
                        Err(message) => say(Done::Panicked { job: name, message }),
                    }
                }
            })?;
        Ok(Self {
            questions,
            source: CancelSource::new(),
        })
    }

    /// Asks a question; the one before becomes stale.
    pub(super) fn ask(&self, question: Q) {
        self.questions.send((self.source.renew(), question)).ok();
    }

    /// Makes the question stale without asking another.
    pub(super) fn cancel(&self) {
        self.source.cancel();
    }
}
