//! The state of the dialog that restores the header of a file.

use std::path::PathBuf;

use vstore::Millis;

use super::TaskId;

/// The dialog for a file whose header is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The file.
    pub file: PathBuf,
    /// Its current stage.
    pub stage: RestoreStage,
}

/// The stages of restoring a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreStage {
    /// The backup is being chosen.
    Form {
        /// Why the last attempt failed.
        problem: Option<String>,
    },
    /// It is running.
    Running(TaskId),
    /// The header is restored.
    Done(RestoredHeader),
}

/// The result of restoring a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoredHeader {
    /// When the backup was made.
    pub exported_at: Millis,
    /// The file was compacted since, so its passwords may have changed, too.
    pub is_older: bool,
    /// Everything after the header can be read.
    pub is_whole: bool,
}
