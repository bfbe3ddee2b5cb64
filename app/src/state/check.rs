//! The check of a file, which shows what is lost before anything is written.

use vstore::file::VerifyReport;

use super::TaskId;

/// The check of a file, as the page of a damaged one or the dialog of the open one shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// The file is being read.
    Running(TaskId),
    /// The whole file was read.
    Done(VerifyReport),
    /// It could not be read, for this reason.
    Failed(String),
}

impl Check {
    /// The result of reading a file; `None` if it was cancelled.
    pub fn of(result: Result<VerifyReport, Option<String>>) -> Option<Self> {
        match result {
            Ok(report) => Some(Self::Done(report)),
            Err(message) => message.map(Self::Failed),
        }
    }
}
