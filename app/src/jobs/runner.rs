//! Starts jobs: questions on their threads, each task on its own. Wraps their answers.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use vstore::search::CancelToken;

use super::jump::{JumpQuestion, Jumps};
use super::listing::{ListingQuestion, answer_listing};
use super::namespaces::{NamespacesQuestion, answer_namespaces};
use super::preview::{PreviewQuestion, answer_preview};
use super::protocol::{Done, Question, TaskJob};
use super::recent::answer_recent;
use super::statistics::{StatisticsQuestion, answer_statistics};
use super::task::TaskContext;
use super::why_hit::{WhyHitQuestion, answer_why_hit};
use super::worker::{Emit, Panicked, Worker, caught};
use crate::state::{TaskId, TaskState};

/// Where answers go: queues them and wakes the window.
type Outbox = Arc<dyn Fn(Done) + Send + Sync>;

/// The threads of all jobs.
pub struct Jobs {
    outbox: Outbox,
    listing: Worker<ListingQuestion>,
    statistics: Worker<StatisticsQuestion>,
    namespaces: Worker<NamespacesQuestion>,
    jump: Worker<JumpQuestion>,
    why_hit: Worker<WhyHitQuestion>,
    preview: Worker<PreviewQuestion>,
    recent: Worker<Vec<PathBuf>>,
    tasks: BTreeMap<TaskId, Arc<AtomicBool>>,
}

/// Starts the thread of one kind of question.
fn worker<Q: Send + 'static, A: 'static>(
    name: &'static str,
    outbox: &Outbox,
    answer: impl FnMut(Q, &CancelToken, &Emit<'_, A>) -> Option<A> + Send + 'static,
    wrap: impl Fn(A) -> Done + Send + Sync + 'static,
) -> io::Result<Worker<Q>> {
    let outbox = Arc::clone(outbox);
    let send = move |answered: Result<A, Panicked>| {
        outbox(match answered {
            Ok(answer) => wrap(answer),
            Err(Panicked { job, message }) => Done::Panicked { job, message },
        });
    };
    Worker::start(name, send, answer)
}

impl Jobs {
    /// Starts the threads of the questions, which wait at no cost. They call `send`.
    pub fn start(send: impl Fn(Done) + Send + Sync + 'static) -> io::Result<Self> {
        let outbox: Outbox = Arc::new(send);
        let mut jumps = Jumps::default();
        Ok(Self {
            listing: worker("search", &outbox, answer_listing, Done::from)?,
            statistics: worker("statistics", &outbox, answer_statistics, |answer| {
                Done::Statistics(Box::new(answer))
            })?,
            namespaces: worker("namespaces", &outbox, answer_namespaces, Done::Namespaces)?,
            jump: worker(
                "go-to-key",
                &outbox,
                move |question, cancel, emit| jumps.answer(question, cancel, emit),
                |answer| Done::Jump(Arc::new(answer)),
            )?,
            why_hit: worker("why-hit", &outbox, answer_why_hit, Done::WhyHit)?,
            preview: worker("preview", &outbox, answer_preview, |answer| {
                Done::Preview(Box::new(answer))
            })?,
            recent: worker("recent", &outbox, answer_recent, Done::Recent)?,
            tasks: BTreeMap::new(),
            outbox,
        })
    }

    /// Asks a question; the previous one of its kind becomes stale.
    pub fn ask(&self, question: Question) {
        match question {
            Question::Listing(question) => self.listing.ask(*question),
            Question::Statistics(question) => self.statistics.ask(*question),
            Question::Namespaces(question) => self.namespaces.ask(*question),
            Question::Jump(question) => self.jump.ask(*question),
            Question::WhyHit(question) => self.why_hit.ask(*question),
            Question::Preview(question) => self.preview.ask(*question),
            Question::Recent(paths) => self.recent.ask(paths),
        }
    }

    /// Makes every question stale, as on lock: workers drop their snapshots as soon as they notice.
    pub fn cancel_questions(&self) {
        self.listing.cancel();
        self.statistics.cancel();
        self.namespaces.cancel();
        self.jump.cancel();
        self.why_hit.cancel();
        self.preview.cancel();
    }

    /// Starts a task on a thread of its own.
    pub fn run(&mut self, task: TaskId, job: TaskJob) {
        let cancelled = Arc::new(AtomicBool::new(false));
        // Finished tasks no longer need a way to cancel them.
        self.tasks
            .retain(|_, cancelled| Arc::strong_count(cancelled) > 1);
        self.tasks.insert(task, Arc::clone(&cancelled));
        let outbox = Arc::clone(&self.outbox);
        let report = {
            let outbox = Arc::clone(&self.outbox);
            move |fraction, text| {
                outbox(Done::TaskProgress {
                    task,
                    fraction,
                    text,
                });
            }
        };
        let context = Arc::new(TaskContext::new(cancelled, report));
        let name = match &job {
            TaskJob::Import(_) => "import",
            TaskJob::Export(_) => "export",
            TaskJob::Check(_) => "check",
            TaskJob::Salvage(_) => "salvage",
            TaskJob::RestoreHeader(_) => "restore-header",
        };
        let work = move || {
            let done = caught(|| run(task, job, &context));
            outbox(done.unwrap_or_else(|message| Done::TaskEnded {
                task,
                state: TaskState::Failed(format!("an internal error occurred: {message}")),
            }));
        };
        if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(work) {
            (self.outbox)(Done::TaskEnded {
                task,
                state: TaskState::Failed(error.to_string()),
            });
        }
    }

    /// Cancels a task.
    pub fn cancel(&mut self, task: TaskId) {
        if let Some(cancelled) = self.tasks.remove(&task) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// How many tasks are known.
    #[cfg(test)]
    pub(super) fn known_tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Cancels all tasks, as on lock.
    pub fn cancel_tasks(&mut self) {
        for (_, cancelled) in std::mem::take(&mut self.tasks) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs a task on the calling thread.
fn run(task: TaskId, job: TaskJob, context: &Arc<TaskContext>) -> Done {
    match job {
        TaskJob::Import(job) => match job.run(context) {
            Ok((batch, report)) => Done::ImportRead {
                task,
                batch,
                report,
            },
            Err(state) => Done::TaskEnded { task, state },
        },
        TaskJob::Export(job) => match job.run(context) {
            Ok(state) => Done::TaskEnded { task, state },
            Err((plan, existing)) => Done::ExportAsks {
                task,
                plan,
                existing,
            },
        },
        TaskJob::Check(job) => Done::Checked {
            task,
            result: job.run(context),
        },
        TaskJob::Salvage(job) => Done::Salvaged {
            task,
            result: job.run(context),
        },
        TaskJob::RestoreHeader(job) => Done::HeaderRestored {
            task,
            result: job.run(context),
        },
    }
}
