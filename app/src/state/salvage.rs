//! Bringing what is left of a damaged file into a new one: the dialog's state.

use std::path::PathBuf;

use super::TaskId;

/// The dialog about a damaged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salvage {
    /// The damaged file. It is only read.
    pub source: PathBuf,
    /// How far it is.
    pub stage: SalvageStage,
}

/// How far salvage is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SalvageStage {
    /// Where to and how is being chosen; why the last attempt failed, in words.
    Form {
        /// In words.
        problem: Option<String>,
    },
    /// It is under way.
    Running(TaskId),
    /// The new file is written.
    Done(SalvageOutcome),
}

/// What was brought into the new file, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalvageOutcome {
    /// The new file.
    pub target: PathBuf,
    /// How many records it holds.
    pub records: u64,
    /// What is lost, one line each: places in the damaged file, ranges of keys. Bounded.
    pub lost: Vec<String>,
    /// Nothing is known to be missing.
    pub is_complete: bool,
}
