//! A thread that answers the latest question of its kind.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Sender, unbounded};
use vstore::search::{CancelSource, CancelToken};

/// Publishes an answer, or part of one, before the work is finished.
pub(super) type Emit<'a, A> = dyn Fn(A) + Sync + 'a;

/// A question made its thread panic; the thread continues with the next one.
#[derive(Debug)]
pub(super) struct Panicked {
    /// The name of the thread.
    pub(super) job: &'static str,
    /// The message of the panic.
    pub(super) message: String,
}

/// The side of a worker thread that asks questions; only the latest one is answered.
#[derive(Debug)]
pub(super) struct Worker<Q> {
    questions: Sender<(CancelToken, Q)>,
    source: CancelSource,
}

impl<Q: Send + 'static> Worker<Q> {
    /// Starts the thread. `answer` returns `None` for a stale question; `send` receives the
    /// answers, on any thread.
    pub(super) fn start<A: 'static>(
        name: &'static str,
        send: impl Fn(Result<A, Panicked>) + Send + Sync + 'static,
        mut answer: impl FnMut(Q, &CancelToken, &Emit<'_, A>) -> Option<A> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (questions, receiver) = unbounded::<(CancelToken, Q)>();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Ok(first) = receiver.recv() {
                    // Only the last of the waiting questions is still of interest.
                    let (cancel, question) = receiver.try_iter().last().unwrap_or(first);
                    if cancel.is_cancelled() {
                        continue;
                    }
                    let emit = |answer| send(Ok(answer));
                    match caught(|| answer(question, &cancel, &emit)) {
                        Ok(Some(answer)) if !cancel.is_cancelled() => send(Ok(answer)),
                        Ok(_) => {}
                        Err(message) => send(Err(Panicked { job: name, message })),
                    }
                }
            })?;
        Ok(Self {
            questions,
            source: CancelSource::new(),
        })
    }

    /// Asks a question; the previous one becomes stale.
    pub(super) fn ask(&self, question: Q) {
        self.questions.send((self.source.renew(), question)).ok();
    }

    /// Makes the question stale without asking another.
    pub(super) fn cancel(&self) {
        self.source.cancel();
    }
}

/// Runs work; a panic becomes its message.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // The data that the work was changing is dropped with it, so that nothing half changed is seen
    // again.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message_of(&*panic))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}
