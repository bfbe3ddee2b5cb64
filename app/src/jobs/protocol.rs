//! The closed list of questions, tasks and results of jobs. The jobs themselves do not know it:
//! each has its own question and answer, which [`super::runner`] wraps.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use vstore::WriteBatch;
use vstore::file::VerifyReport;
use vstore::target::Existing;

use super::check::CheckJob;
use super::export::ExportJob;
use super::import::ImportJob;
use super::jump::JumpQuestion;
use super::listing::{Listed, ListingAnswer, ListingQuestion, ValueAwaited};
use super::namespaces::{NamespacesAnswer, NamespacesQuestion};
use super::preview::{PreviewAnswer, PreviewQuestion};
use super::restore::RestoreJob;
use super::salvage::SalvageJob;
use super::statistics::{StatisticsAnswer, StatisticsQuestion};
use super::why_hit::WhyHitQuestion;
use crate::state::{
    ExportPlan, ImportReport, JumpAnswer, RecentFacts, RestoredHeader, SalvageOutcome, TaskId,
    TaskState, WhyHit,
};

/// A question about what is on screen.
#[derive(Clone, Debug)]
pub enum Question {
    /// Which records the table shows, in which order.
    Listing(Box<ListingQuestion>),
    /// Which paths exist, and the values at one of them.
    Statistics(Box<StatisticsQuestion>),
    /// The namespaces expanded in the tree.
    Namespaces(Box<NamespacesQuestion>),
    /// Which keys contain some letters.
    Jump(Box<JumpQuestion>),
    /// Why a record was found.
    WhyHit(Box<WhyHitQuestion>),
    /// What an import would do.
    Preview(Box<PreviewQuestion>),
    /// Whether recent files exist, with their size and age.
    Recent(Vec<PathBuf>),
}

/// Work that runs to completion.
#[derive(Clone, Debug)]
pub enum TaskJob {
    /// Reads a file into a batch.
    Import(Box<ImportJob>),
    /// Writes records to a file.
    Export(Box<ExportJob>),
    /// Lists the damage of a file.
    Check(Box<CheckJob>),
    /// Writes what is left of a damaged file to a new one.
    Salvage(Box<SalvageJob>),
    /// Restores the header of a file from a backup.
    RestoreHeader(Box<RestoreJob>),
}

/// An answer or a report of a job.
#[derive(Debug)]
pub enum Done {
    /// The rows of the table.
    Listing(Box<ListingAnswer>),
    /// The query ends before the value of a condition: the rows do not change yet.
    ValueAwaited(ValueAwaited),
    /// The paths, and the values at one of them.
    Statistics(Box<StatisticsAnswer>),
    /// The children of the expanded namespaces.
    Namespaces(NamespacesAnswer),
    /// Keys that contain some letters.
    Jump(Arc<JumpAnswer>),
    /// Why a record was found; `None`: it no longer matches.
    WhyHit(Option<Box<WhyHit>>),
    /// What an import would do.
    Preview(Box<PreviewAnswer>),
    /// The recent files with their size and age.
    Recent(BTreeMap<PathBuf, RecentFacts>),
    /// The progress of a task.
    TaskProgress {
        /// Which.
        task: TaskId,
        /// The completed part.
        fraction: Option<f32>,
        /// In words.
        text: String,
    },
    /// A file already exists where an export is to be written.
    ExportAsks {
        /// The task, which has ended.
        task: TaskId,
        /// The export that was asked for.
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
    /// The result of checking a damaged file.
    Checked {
        /// The task.
        task: TaskId,
        /// The report, or why the file could not be read; `Err(None)` if it was cancelled.
        result: Result<VerifyReport, Option<String>>,
    },
    /// The result of salvaging a damaged file.
    Salvaged {
        /// The task.
        task: TaskId,
        /// The result, or why it failed; `Err(None)` if it was cancelled.
        result: Result<SalvageOutcome, Option<String>>,
    },
    /// The result of restoring a header.
    HeaderRestored {
        /// The task.
        task: TaskId,
        /// The result, or why it failed; `Err(None)` if it was cancelled.
        result: Result<RestoredHeader, Option<String>>,
    },
    /// A task ended.
    TaskEnded {
        /// Which.
        task: TaskId,
        /// How.
        state: TaskState,
    },
    /// The thread of a question panicked; questions of other kinds continue.
    Panicked {
        /// The name of the thread.
        job: &'static str,
        /// The message of the panic.
        message: String,
    },
}

impl From<Listed> for Done {
    fn from(listed: Listed) -> Self {
        match listed {
            Ok(answer) => Self::Listing(Box::new(answer)),
            Err(awaited) => Self::ValueAwaited(awaited),
        }
    }
}
