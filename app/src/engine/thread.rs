//! The thread around the protocol: a channel in, a callback out, and a timer for expiry.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use vstore::file::{CompactError, Control, Phase, Progress, VerifyDepth, VerifyReport};
use vstore::{Compacted, Merged};

use super::failure::Interrupted;
use super::protocol::{Answer, Background, Envelope, Outcome, Reply, Request, SecurityRequest};
use super::server::handle;
use super::state::EngineState;
use crate::failure::Failure;
use crate::state::{BusyPhase, Problem, RequestId, TaskId, Ticket, Unsaved};

/// The system clock may jump: expiry is checked at least this often.
const TICK_MAX: Duration = Duration::from_secs(30);
/// How long to wait after a failure to delete expired records, so as not to retry in a loop.
const RETRY: Duration = Duration::from_secs(10);
/// The minimum time between progress reports: the window draws no faster.
const PROGRESS_MILLIS: u64 = 33;
/// How long the program waits for the file to be closed before it ends.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// Where replies go: queues them and wakes the window.
pub(super) type Emit = Arc<dyn Fn(Answer) + Send + Sync>;

enum Message {
    Ask(Envelope),
    Compacted(TaskId, Result<Box<Compacted>, CompactError>),
    Merged(Option<Merged>),
    Checked(TaskId, Box<Result<VerifyReport, Option<String>>>),
    Indexed,
    /// Work on another thread failed, without a result.
    Failed(Failed),
    Stop,
}

/// Which work on another thread failed.
#[derive(Clone, Copy, Debug)]
enum Failed {
    Compaction(TaskId),
    Check(TaskId),
    Merge,
    Index,
}

/// The handle of the engine's thread.
pub struct Engine {
    messages: Sender<Message>,
    emit: Emit,
    /// Stops the request that is opening or creating a file.
    busy: Option<Control>,
    tasks: BTreeMap<TaskId, Control>,
    stopped: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread, which calls `emit` with every reply.
    pub fn start(
        state: EngineState,
        emit: impl Fn(Answer) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let emit: Emit = Arc::new(emit);
        let (messages, receiver) = unbounded();
        let (stopping, stopped) = unbounded();
        let loop_emit = Arc::clone(&emit);
        let sender = messages.clone();
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || {
                Loop {
                    state,
                    messages: receiver,
                    sender,
                    emit: loop_emit,
                }
                .run();
                stopping.send(()).ok();
            })?;
        let tasks = BTreeMap::new();
        Ok(Self {
            messages,
            emit,
            busy: None,
            tasks,
            stopped,
            thread: Some(thread),
        })
    }

    /// Sends a request, with an id if it is about an open database; the answer comes as a reply.
    pub fn ask(&mut self, id: Option<RequestId>, request: Request) {
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
                // Finished tasks no longer need their control.
                self.tasks.retain(|_, control| control.is_shared());
                self.tasks.insert(*task, control.clone());
                control
            }
            Request::Lock { .. } => {
                // Locking succeeds at once: running work is cancelled first.
                self.cancel_busy();
                for (_, control) in std::mem::take(&mut self.tasks) {
                    control.cancel();
                }
                Control::default()
            }
            _ => Control::default(),
        };
        let envelope = Envelope {
            id,
            request,
            control,
        };
        if self.messages.send(Message::Ask(envelope)).is_err()
            && let Some(id) = id
        {
            self.report_end(id);
        }
    }

    /// Reports that the thread is gone, which only a failure outside of any request can cause.
    fn report_end(&self, id: RequestId) {
        let emit = |reply| {
            (self.emit)(Answer {
                session: Some(id.session),
                reply,
            });
        };
        emit(Reply::Settled(id, Outcome::Crashed));
        emit(Reply::Unsaved(Unsaved {
            version: u64::MAX,
            problem: Some(Problem::Crashed),
            ..Unsaved::default()
        }));
    }

    /// Cancels opening or creating a file.
    pub fn cancel_busy(&mut self) {
        if let Some(control) = self.busy.take() {
            control.cancel();
        }
    }

    /// Cancels a task, if the engine runs it.
    pub fn cancel_task(&mut self, task: TaskId) {
        if let Some(control) = self.tasks.remove(&task) {
            control.cancel();
        }
    }

    /// Closes the store if it is still open, and ends the thread, waiting a few seconds for it.
    pub fn shut_down(&mut self) {
        self.cancel_busy();
        self.messages.send(Message::Stop).ok();
        if self.stopped.recv_timeout(SHUTDOWN).is_ok()
            && let Some(thread) = self.thread.take()
        {
            thread.join().ok();
        }
    }

    fn watched(&self, watched: Watched) -> Control {
        let emit = Arc::clone(&self.emit);
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
            let reply = match watched {
                Watched::Ticket(ticket) => Reply::Busy(ticket, phase),
                Watched::Task(task) => Reply::TaskProgress(task, phase),
            };
            emit(Answer {
                session: None,
                reply,
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
    emit: Emit,
}

impl Loop {
    fn run(mut self) {
        let mut not_before = None;
        loop {
            let message = match self.wait(not_before.take()) {
                Ok(message) => message,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let expire = |this: &mut Self| {
                        let mut emit = this.emitter_of_open();
                        this.state.expire_due(&mut emit)
                    };
                    if !self
                        .guarded(Interrupted::default(), expire)
                        .unwrap_or(false)
                    {
                        not_before = Some(RETRY);
                    }
                    continue;
                }
            };
            let mut message = Some(message);
            while let Some(next) = message.take() {
                if matches!(next, Message::Stop) {
                    let end = |this: &mut Self| {
                        let mut emit = this.emitter_of_open();
                        this.state.end(&mut emit);
                    };
                    self.guarded(Interrupted::default(), end);
                    return;
                }
                let interrupted = match &next {
                    Message::Ask(envelope) => Interrupted::of(envelope),
                    _ => Interrupted::default(),
                };
                message = self
                    .guarded(interrupted, |this| this.handle_message(next))
                    .flatten();
            }
        }
    }

    /// A callback for replies about the currently open database.
    fn emitter_of_open(&self) -> impl FnMut(Reply) + use<> {
        let (emit, session) = (Arc::clone(&self.emit), self.state.session);
        move |reply| emit(Answer { session, reply })
    }

    /// Runs some work; a panic ends the work, not the engine.
    fn guarded<T>(
        &mut self,
        interrupted: Interrupted,
        work: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self)));
        if done.is_err() {
            let emit = Arc::clone(&self.emit);
            self.state
                .interrupted(interrupted, &mut |answer| emit(answer));
        }
        done.ok()
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

    /// Handles a message; returns one that was received after it and has not been handled yet.
    fn handle_message(&mut self, message: Message) -> Option<Message> {
        let mut emit = self.emitter_of_open();
        match message {
            Message::Stop => {}
            Message::Compacted(task, written) => self.state.compacted(task, written, &mut emit),
            Message::Checked(task, result) => emit(Reply::Checked(task, *result)),
            Message::Merged(merged) => {
                let more = self.state.merged(merged);
                self.start(more);
            }
            Message::Indexed => {
                let more = self.state.indexed();
                self.start(more);
            }
            Message::Failed(failed) => self.failed(failed, &mut emit),
            Message::Ask(Envelope {
                id: Some(id),
                request: request @ (Request::Commit(_) | Request::SaveDraft { .. }),
                ..
            }) if Some(id.session) == self.state.session => {
                let (requests, after) = self.drain_commits(id, request);
                self.state.commit_group(requests, &mut emit);
                let background = self.state.plan_background();
                self.start(background);
                return after;
            }
            Message::Ask(envelope) => {
                let all = Arc::clone(&self.emit);
                let background = handle(&mut self.state, envelope, &mut |answer| all(answer));
                self.start(background);
            }
        }
        None
    }

    /// Commits already waiting share one sync. Order is kept: the first message of another kind, or
    /// about another database, ends the group.
    fn drain_commits(
        &self,
        id: RequestId,
        first: Request,
    ) -> (Vec<(RequestId, Request)>, Option<Message>) {
        let mut requests = vec![(id, first)];
        for message in self.messages.try_iter() {
            match message {
                Message::Ask(Envelope {
                    id: Some(id),
                    request: request @ (Request::Commit(_) | Request::SaveDraft { .. }),
                    ..
                }) if Some(id.session) == self.state.session => requests.push((id, request)),
                other => return (requests, Some(other)),
            }
        }
        (requests, None)
    }

    fn failed(&mut self, failed: Failed, emit: &mut dyn FnMut(Reply)) {
        let words = "an internal error occurred; nothing was changed".to_owned();
        match failed {
            Failed::Compaction(task) => {
                self.state.compaction_failed();
                emit(Reply::TaskFailed(task, words));
            }
            Failed::Check(task) => emit(Reply::Checked(task, Err(Some(words)))),
            Failed::Merge => self.state.merge_failed(),
            Failed::Index => self.state.index_failed(),
        }
    }

    fn start(&self, background: Option<Background>) {
        let Some(background) = background else { return };
        let (sender, emit) = (self.sender.clone(), self.emitter_of_open());
        let failed = match &background {
            Background::Compact(task, ..) => Failed::Compaction(*task),
            Background::Check(task, ..) => Failed::Check(*task),
            Background::Merge(_) => Failed::Merge,
            Background::Index(..) => Failed::Index,
        };
        let work = move || {
            let done = catch_unwind(AssertUnwindSafe(|| run(background, emit)));
            let done = done.unwrap_or_else(|_: Box<dyn Any + Send>| Message::Failed(failed));
            sender.send(done).ok();
        };
        on_thread(work);
    }
}

/// Runs work that may take a while, on any thread.
fn run(background: Background, emit: impl FnMut(Reply) + Send) -> Message {
    match background {
        Background::Compact(task, compaction, control) => {
            Message::Compacted(task, compaction.write(&control).map(Box::new))
        }
        Background::Check(task, check, control) => {
            let report = check.run(VerifyDepth::Full, &control);
            Message::Checked(
                task,
                Box::new(report.map_err(|error| Failure::from(error).message())),
            )
        }
        Background::Merge(merge) => Message::Merged(merge.run().ok()),
        Background::Index(snapshot, cancel) => {
            let emit = Mutex::new(emit);
            let report = |indexing| {
                // The progress of a file that was closed is no longer of interest.
                if !cancel.is_cancelled() {
                    let mut emit = emit.lock().unwrap_or_else(PoisonError::into_inner);
                    emit(Reply::Indexing(indexing));
                }
            };
            report(snapshot.indexing());
            // Cancelled only when this snapshot is no longer searched.
            snapshot.build_indexes(&cancel, &report).ok();
            Message::Indexed
        }
    }
}

/// Runs work on a thread of its own or, if the system starts none, on this one: late is better than
/// never.
fn on_thread(work: impl FnOnce() + Send + 'static) {
    let work = Arc::new(Mutex::new(Some(work)));
    let take = |work: &Mutex<Option<_>>| work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let on_thread = Arc::clone(&work);
    let started = thread::Builder::new()
        .name("engine-background".to_owned())
        .spawn(move || {
            if let Some(work) = take(&on_thread) {
                work();
            }
        });
    if started.is_err()
        && let Some(work) = take(&work)
    {
        work();
    }
}
