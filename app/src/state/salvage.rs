//! The state of the dialog that salvages a damaged file.

use std::path::PathBuf;

use super::TaskId;

/// The dialog for a damaged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salvage {
    /// The damaged file, which is only read.
    pub source: PathBuf,
    /// Its current stage.
    pub stage: SalvageStage,
}

/// The stages of salvaging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SalvageStage {
    /// Target and options are being chosen.
    Form {
        /// Why the last attempt failed.
        problem: Option<String>,
    },
    /// It is running.
    Running(TaskId),
    /// The new file is written.
    Done(SalvageOutcome),
}

/// The result of salvaging.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalvageOutcome {
    /// The new file.
    pub target: PathBuf,
    /// The number of records in it.
    pub records: u64,
    /// What is lost, one line each: places in the damaged file, ranges of keys. Bounded.
    pub lost: Vec<String>,
    /// Nothing is known to be missing.
    pub is_complete: bool,
}
