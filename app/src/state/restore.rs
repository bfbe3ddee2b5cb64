//! Putting the backup of its header back into a file: the dialog's state.

use std::path::PathBuf;

use vstore::Millis;

use super::TaskId;

/// The dialog about a file whose header is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The file.
    pub file: PathBuf,
    /// How far it is.
    pub stage: RestoreStage,
}

/// How far restoring a header is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreStage {
    /// The backup is being chosen; why the last attempt failed, in words.
    Form {
        /// In words.
        problem: Option<String>,
    },
    /// It is under way.
    Running(TaskId),
    /// The header is in place again.
    Done(RestoredHeader),
}

/// What restoring a header led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoredHeader {
    /// When the backup was made.
    pub exported_at: Millis,
    /// The file was compacted since: passwords may have been changed since as well.
    pub is_older: bool,
    /// Everything behind the header can be read.
    pub is_whole: bool,
}
