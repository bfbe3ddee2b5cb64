//! A thread that answers the latest question of its kind.

use std::thread;

use crossbeam_channel::{Sender, unbounded};
use vstore::search::{Generation, Ticket};

use super::runner::{Done, Say, caught};

/// The asking side of a latest-wins thread.
#[derive(Debug)]
pub(super) struct Worker<Q> {
    questions: Sender<(Ticket, Q)>,
    generation: Generation,
}

impl<Q: Send + 'static> Worker<Q> {
    /// Starts the thread. `answer` returns `None` when its question went stale.
    pub(super) fn start(
        name: &'static str,
        say: Say,
        mut answer: impl FnMut(Q, &Ticket, &Say) -> Option<Done> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (questions, receiver) = unbounded::<(Ticket, Q)>();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Ok(first) = receiver.recv() {
                    // Only the last of what waits is still wanted.
                    let (ticket, question) = receiver.try_iter().last().unwrap_or(first);
                    if !ticket.is_current() {
                        continue;
                    }
                    let done = caught(|| answer(question, &ticket, &say));
                    match done {
                        Ok(Some(done)) if ticket.is_current() => say(done),
                        Ok(_) => {}
                        Err(message) => say(Done::Panicked { job: name, message }),
                    }
                }
            })?;
        Ok(Self {
            questions,
            generation: Generation::new(),
        })
    }

    /// Asks a question; the one before becomes stale.
    pub(super) fn ask(&self, question: Q) {
        self.questions
            .send((self.generation.advance(), question))
            .ok();
    }

    /// Makes the question stale without asking another.
    pub(super) fn cancel(&self) {
        self.generation.cancel();
    }
}
