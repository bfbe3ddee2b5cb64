//! Starting jobs, and the closed list of what they are and what they answer.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use vstore::WriteBatch;
use vstore::search::CancelToken;
use vstore::target::Existing;

use super::check::CheckJob;
use super::export::ExportJob;
use super::import::ImportJob;
use super::jump::{JumpQuestion, Jumps};
use super::listing::{ListingAnswer, ListingQuestion, ValueAwaited, answer_listing};
use super::namespaces::{NamespacesAnswer, NamespacesQuestion, answer_namespaces};
use super::preview::{PreviewAnswer, PreviewQuestion, answer_preview};
use super::recent::answer_recent;
use super::restore::RestoreJob;
use super::salvage::SalvageJob;
use super::statistics::{StatisticsAnswer, StatisticsQuestion, answer_statistics};
use super::task::TaskContext;
use super::why_hit::{WhyHitQuestion, answer_why_hit};
use super::worker::Worker;
use crate::state::{
    CheckReport, ExportPlan, ImportReport, JumpAnswer, RecentFacts, RestoredHeader, SalvageOutcome,
    TaskId, TaskState, WhyHit,
};

/// Where answers go: stores them and wakes the window.
pub(super) type Say = Arc<dyn Fn(Done) + Send + Sync>;

/// A question about what is on screen.
#[derive(Clone, Debug)]
pub enum Question {
    /// Which records the table shows, in which order.
    Listing(Box<ListingQuestion>),
    /// Which paths there are, and what stands at one of them.
    Statistics(Box<StatisticsQuestion>),
    /// The namespaces that are open in the tree.
    Namespaces(Box<NamespacesQuestion>),
    /// Which keys have some letters.
    Jump(Box<JumpQuestion>),
    /// Why a record was found.
    WhyHit(Box<WhyHitQuestion>),
    /// What an import would make.
    Preview(Box<PreviewQuestion>),
    /// Whether recent files are there, and what they are like.
    Recent(Vec<PathBuf>),
}

/// Work that runs to its end.
#[derive(Clone, Debug)]
pub enum TaskJob {
    /// Reads a file into a batch.
    Import(Box<ImportJob>),
    /// Writes records to a file.
    Export(Box<ExportJob>),
    /// Lists what is wrong with a file.
    Check(Box<CheckJob>),
    /// Brings what is left of a damaged file into a new one.
    Salvage(Box<SalvageJob>),
    /// Puts the backup of its header back into a file.
    RestoreHeader(Box<RestoreJob>),
}

/// What a job says.
#[derive(Debug)]
pub enum Done {
    /// The rows of the table.
    Listing(Box<ListingAnswer>),
    /// The query ends before the value of a condition: there are no other rows yet.
    ValueAwaited(ValueAwaited),
    /// The paths, and what stands at one.
    Statistics(Box<StatisticsAnswer>),
    /// The children of the open namespaces.
    Namespaces(NamespacesAnswer),
    /// Keys that have some letters.
    Jump(Arc<JumpAnswer>),
    /// Why a record was found; `None`: it does not fit any more.
    WhyHit(Option<Box<WhyHit>>),
    /// What an import would make.
    Preview(Box<PreviewAnswer>),
    /// What recent files are like.
    Recent(BTreeMap<PathBuf, RecentFacts>),
    /// How far a task is.
    TaskProgress {
        /// Which.
        task: TaskId,
        /// The part that is done.
        fraction: Option<f32>,
        /// In words.
        text: String,
    },
    /// A file stands where an export is to go.
    ExportAsks {
        /// The task, which is over.
        task: TaskId,
        /// What was to be exported.
        plan: Box<ExportPlan>,
        /// The file.
        existing: Box<Existing>,
    },
    /// An import was read and waits to be committed.
    ImportRead {
        /// The task.
        task: TaskId,
        /// The records.
        batch: WriteBatch,
        /// What was read.
        report: ImportReport,
    },
    /// A damaged file was read whole.
    Checked {
        /// The task.
        task: TaskId,
        /// What it showed; or why it could not be read, `None`: it was cancelled.
        result: Result<CheckReport, Option<String>>,
    },
    /// What is left of a damaged file is in a new one; or why not, `None`: it was cancelled.
    Salvaged {
        /// The task.
        task: TaskId,
        /// What came of it.
        result: Result<SalvageOutcome, Option<String>>,
    },
    /// A header is in place again; or why not, `None`: it was cancelled.
    HeaderRestored {
        /// The task.
        task: TaskId,
        /// What came of it.
        result: Result<RestoredHeader, Option<String>>,
    },
    /// A task came to its end.
    TaskEnded {
        /// Which.
        task: TaskId,
        /// How.
        state: TaskState,
    },
    /// A question's thread met a mistake in the program; its other questions go on.
    Panicked {
        /// The name of the thread.
        job: &'static str,
        /// What the mistake says.
        message: String,
    },
}

/// The threads of all jobs.
pub struct Jobs {
    say: Say,
    listing: Worker<ListingQuestion>,
    statistics: Worker<StatisticsQuestion>,
    namespaces: Worker<NamespacesQuestion>,
    jump: Worker<JumpQuestion>,
    why_hit: Worker<WhyHitQuestion>,
    preview: Worker<PreviewQuestion>,
    recent: Worker<Vec<PathBuf>>,
    tasks: BTreeMap<TaskId, Arc<AtomicBool>>,
}

impl Jobs {
    /// Starts the threads of the questions; they wait and cost nothing. `say` is called from them.
    pub fn start(say: impl Fn(Done) + Send + Sync + 'static) -> std::io::Result<Self> {
        let say: Say = Arc::new(say);
        let mut jumps = Jumps::default();
        let answer_jump =
            move |question, cancel: &CancelToken, say: &Say| jumps.answer(question, cancel, say);
        Ok(Self {
            listing: Worker::start("search", Arc::clone(&say), answer_listing)?,
            statistics: Worker::start("statistics", Arc::clone(&say), answer_statistics)?,
            namespaces: Worker::start("namespaces", Arc::clone(&say), answer_namespaces)?,
            jump: Worker::start("go-to-key", Arc::clone(&say), answer_jump)?,
            why_hit: Worker::start("why-hit", Arc::clone(&say), answer_why_hit)?,
            preview: Worker::start("preview", Arc::clone(&say), answer_preview)?,
            recent: Worker::start("recent", Arc::clone(&say), answer_recent)?,
            tasks: BTreeMap::new(),
            say,
        })
    }

    /// Asks a question; the one of its kind before becomes stale.
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

    /// Makes every question stale, as on lock: nobody keeps a snapshot longer than it takes to
    /// notice.
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
        // What is done needs nobody to stop it.
        self.tasks
            .retain(|_, cancelled| Arc::strong_count(cancelled) > 1);
        self.tasks.insert(task, Arc::clone(&cancelled));
        let say = Arc::clone(&self.say);
        let context = Arc::new(TaskContext::new(task, cancelled, Arc::clone(&say)));
        let name = match &job {
            TaskJob::Import(_) => "import",
            TaskJob::Export(_) => "export",
            TaskJob::Check(_) => "check",
            TaskJob::Salvage(_) => "salvage",
            TaskJob::RestoreHeader(_) => "restore-header",
        };
        let work = move || {
            let done = caught(|| match job {
                TaskJob::Import(job) => job.run(&context),
                TaskJob::Export(job) => job.run(&context),
                TaskJob::Check(job) => job.run(&context),
                TaskJob::Salvage(job) => job.run(&context),
                TaskJob::RestoreHeader(job) => job.run(&context),
            });
            let failed = |message| {
                let state = TaskState::Failed(format!("a mistake in the program: {message}"));
                Done::TaskEnded { task, state }
            };
            (context.say)(done.unwrap_or_else(failed));
        };
        if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(work) {
            say(Done::TaskEnded {
                task,
                state: TaskState::Failed(error.to_string()),
            });
        }
    }

    /// Asks a task to stop.
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

    /// Asks all tasks to stop, as on lock.
    pub fn cancel_tasks(&mut self) {
        for (_, cancelled) in std::mem::take(&mut self.tasks) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs work; a panic becomes its message.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // Whatever the work had in hand is dropped with it: nothing half changed is seen again.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message_of(&*panic))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}
