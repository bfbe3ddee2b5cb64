//! The closed list of what jobs are asked, and of what comes back. The jobs themselves do not know
//! it: each has its own question and answer, which [`super::runner`] wraps.

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

/// What a job answers or reports.
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
    /// Why a record was found; `None`: it no longer matches.
    WhyHit(Option<Box<WhyHit>>),
    /// What an import would make.
    Preview(Box<PreviewAnswer>),
    /// What recent files are like.
    Recent(BTreeMap<PathBuf, RecentFacts>),
    /// The progress of a task.
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
        result: Result<VerifyReport, Option<String>>,
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
    /// The thread of a question panicked; its other questions go on.
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
