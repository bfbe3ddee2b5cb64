//! The thread around the protocol: a channel in, a callback out, and the clock of expiry.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use vstore::file::{CompactError, Control, Phase, Progress, VerifyDepth};
use vstore::{Compacted, Merged, WriteBatch};

use super::check::check_of;
use super::protocol::{Background, Envelope, Reply, Request};
use super::security::SecurityRequest;
use super::server::{EngineState, handle};
use crate::state::{BusyPhase, CheckReport, TaskId, Ticket};

/// The clock of the computer may jump: expiry looks at it at least this often.
const TICK_MAX: Duration = Duration::from_secs(30);
/// After a failed deletion of expired records the next attempt waits, or the disk would be asked
/// in a loop.
const RETRY: Duration = Duration::from_secs(10);
/// Progress is reported at most this often: the window draws no faster.
const PROGRESS_MILLIS: u64 = 33;
/// How long the program waits at its end for the file to be closed.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// Where replies go: stores them and wakes the window.
pub(super) type Say = Arc<dyn Fn(Reply) + Send + Sync>;

enum Message {
    Ask(Envelope),
    Compacted(TaskId, Result<Box<Compacted>, CompactError>),
    Merged(Option<Merged>),
    Checked(TaskId, Box<Result<CheckReport, Option<String>>>),
    Indexed,
    Stop,
}

/// The handle of the engine's thread.
pub struct Engine {
    messages: Sender<Message>,
    say: Say,
    /// Stops the request that is opening or creating a file.
    busy: Option<Control>,
    tasks: BTreeMap<TaskId, Control>,
    stopped: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread. `say` is called from it with every reply.
    pub fn start(
        state: EngineState,
        say: impl Fn(Reply) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let say: Say = Arc::new(say);
        let (messages, receiver) = unbounded();
        let (stopping, stopped) = unbounded();
        let loop_say = Arc::clone(&say);
        let sender = messages.clone();
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || {
                Loop {
                    state,
                    messages: receiver,
                    sender,
                    say: loop_say,
                }
                .run();
                stopping.send(()).ok();
            })?;
        let tasks = BTreeMap::new();
        Ok(Self {
            messages,
            say,
            busy: None,
            tasks,
            stopped,
            thread: Some(thread),
        })
    }

    /// Asks for something; the answer comes as a reply.
    pub fn ask(&mut self, request: Request) {
        let control = match &request {
            Request::Open { ticket, .. }
            | Request::Create { ticket, .. }
            | Request::SaveAs { ticket, .. } => {
                let control = self.watched(Watched::Ticket(*ticket));
                self.busy = Some(control.clone());
                control
            }
            Request::Import { task, .. }
            | Request::Watched(task, _)
            | Request::Compact(task)
            | Request::Check(task)
            | Request::Security(SecurityRequest::Rotate { task, .. }) => {
                let control = self.watched(Watched::Task(*task));
                self.tasks.insert(*task, control.clone());
                control
            }
            Request::Lock { .. } => {
                // Locking succeeds at once: whatever is under way stops first.
                self.cancel_busy();
                for (_, control) in std::mem::take(&mut self.tasks) {
                    control.cancel();
                }
                Control::default()
            }
            _ => Control::default(),
        };
        // The thread ends only with the program: nobody waits for an answer then.
        self.messages
            .send(Message::Ask(Envelope { request, control }))
            .ok();
    }

    /// Stops opening or creating a file.
    pub fn cancel_busy(&mut self) {
        if let Some(control) = self.busy.take() {
            control.cancel();
        }
    }

    /// Stops a task, if the engine runs it.
    pub fn cancel_task(&mut self, task: TaskId) {
        if let Some(control) = self.tasks.remove(&task) {
            control.cancel();
        }
    }

    /// Closes the store and ends the thread; waits a few seconds for it.
    pub fn shut_down(&mut self) {
        self.cancel_busy();
        self.ask(Request::Close);
        self.messages.send(Message::Stop).ok();
        if self.stopped.recv_timeout(SHUTDOWN).is_ok()
            && let Some(thread) = self.thread.take()
        {
            thread.join().ok();
        }
    }

    fn watched(&self, watched: Watched) -> Control {
        let say = Arc::clone(&self.say);
        let started = Instant::now();
        let reported = AtomicU64::new(0);
        Control::with_progress(move |progress| {
            let now = started.elapsed().as_millis() as u64 + PROGRESS_MILLIS;
            let last = reported.load(Ordering::Relaxed);
            let phase = phase(progress);
            if now < last + PROGRESS_MILLIS && phase.fraction().is_none_or(|part| part < 1.0) {
                return;
            }
            reported.store(now, Ordering::Relaxed);
            say(match watched {
                Watched::Ticket(ticket) => Reply::Busy(ticket, phase),
                Watched::Task(task) => Reply::TaskProgress(task, phase),
            });
        })
    }
}

#[derive(Clone, Copy)]
enum Watched {
    Ticket(Ticket),
    Task(TaskId),
}

fn phase(progress: Progress) -> BusyPhase {
    match progress.phase {
        Phase::DerivingKey => BusyPhase::DerivingKey,
        Phase::Reading => BusyPhase::Reading(progress.fraction),
        Phase::Writing => BusyPhase::Writing(progress.fraction),
        Phase::Verifying => BusyPhase::Verifying(progress.fraction),
        _ => BusyPhase::Waiting,
    }
}

struct Loop {
    state: EngineState,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    say: Say,
}

impl Loop {
    fn run(mut self) {
        let mut not_before = None;
        loop {
            let message = match self.wait(not_before.take()) {
                Ok(message) => message,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let say = Arc::clone(&self.say);
                    if !self.state.expire_due(&mut |reply| say(reply)) {
                        not_before = Some(RETRY);
                    }
                    continue;
                }
            };
            let mut message = Some(message);
            while let Some(next) = message.take() {
                match self.take(next) {
                    Taken::Done => {}
                    Taken::Next(after) => message = Some(after),
                    Taken::Stop => return,
                }
            }
        }
    }

    fn wait(&self, not_before: Option<Duration>) -> Result<Message, RecvTimeoutError> {
        match self.state.next_expiry_in() {
            None => self.messages.recv().map_err(RecvTimeoutError::from),
            Some(due) => {
                let due = due.max(not_before.unwrap_or_default());
                self.messages.recv_timeout(due.min(TICK_MAX))
            }
        }
    }

    fn take(&mut self, message: Message) -> Taken {
        let say = Arc::clone(&self.say);
        let say = &mut |reply| say(reply);
        match message {
            Message::Stop => return Taken::Stop,
            Message::Compacted(task, written) => self.state.compacted(task, written, say),
            Message::Checked(task, result) => say(Reply::Checked(task, *result)),
            Message::Merged(merged) => {
                let more = self.state.merged(merged);
                self.start(more);
            }
            Message::Indexed => {
                let more = self.state.indexed();
                self.start(more);
            }
            Message::Ask(Envelope {
                request: Request::Commit(first),
                ..
            }) => {
                let (batches, after) = self.drain_commits(first);
                self.state.commit_all(&batches, say);
                say(Reply::Settled(batches.len()));
                let background = self.state.plan_background();
                self.start(background);
                if let Some(after) = after {
                    return Taken::Next(after);
                }
            }
            Message::Ask(envelope) => {
                let background = handle(&mut self.state, envelope, say);
                self.start(background);
            }
        }
        Taken::Done
    }

    /// The commits that wait already share one sync. Order is kept: the first request of another
    /// kind ends the group.
    fn drain_commits(&self, first: WriteBatch) -> (Vec<WriteBatch>, Option<Message>) {
        let mut batches = vec![first];
        for message in self.messages.try_iter() {
            match message {
                Message::Ask(Envelope {
                    request: Request::Commit(batch),
                    ..
                }) => {
                    batches.push(batch);
                }
                other => return (batches, Some(other)),
            }
        }
        (batches, None)
    }

    fn start(&self, background: Option<Background>) {
        let Some(background) = background else { return };
        let sender = self.sender.clone();
        let say = Arc::clone(&self.say);
        let work = move || {
            let done = match background {
                Background::Compact(task, compaction, control) => {
                    Message::Compacted(task, compaction.write(&control).map(Box::new))
                }
                Background::Check(task, check, control) => {
                    let report = check.run(VerifyDepth::Full, &control);
                    Message::Checked(task, Box::new(check_of(report)))
                }
                Background::Merge(merge) => Message::Merged(merge.run().ok()),
                Background::Index(snapshot, ticket) => {
                    let tell = |indexing| {
                        // Nobody asks any more how far a file is that was closed.
                        if ticket.is_current() {
                            say(Reply::Indexing(indexing));
                        }
                    };
                    tell(snapshot.indexing());
                    // Given up only when nobody searches there any more.
                    snapshot.build_indexes(&ticket, &tell).ok();
                    Message::Indexed
                }
            };
            sender.send(done).ok();
        };
        // Where the system starts no thread the work is left undone: only speed and space are lost.
        thread::Builder::new()
            .name("engine-background".to_owned())
            .spawn(work)
            .ok();
    }
}

enum Taken {
    Done,
    Next(Message),
    Stop,
}
