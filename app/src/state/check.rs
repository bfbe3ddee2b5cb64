//! The check of a file, which shows what is lost before anything is written.

use vstore::file::VerifyReport;

use super::TaskId;

/// The check of a file, as the page of a damaged one or the dialog of the open one shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is being read.
    Running(TaskId),
    /// All of it was read.
    Done(VerifyReport),
    /// It could not be read, in words.
    Failed(String),
}

impl Check {
    /// What came of reading a file; `None`: it was cancelled.
    pub fn of(result: Result<VerifyReport, Option<String>>) -> Option<Self> {
        match result {
            Ok(report) => Some(Self::Done(report)),
            Err(words) => words.map(Self::Failed),
        }
    }
}
