//! Why a commit was not made.

use vstore::CommitError;
use vstore::file::{AppendError, CompactError, SystemError};

use super::protocol::Reply;
use crate::state::Problem;

/// Why a change was not made: refused because of its content, not written, or cancelled.
#[derive(Debug)]
pub(super) enum NotCommitted {
    Refused(String),
    NotWritten(Problem),
    Cancelled,
}

impl NotCommitted {
    /// Reports it to the window.
    pub(super) fn emit(self, emit: &mut dyn FnMut(Reply)) {
        emit(match self {
            Self::Refused(message) => Reply::Refused(message),
            Self::NotWritten(problem) => Reply::WriteFailed(problem),
            Self::Cancelled => Reply::Refused("cancelled".to_owned()),
        });
    }
}

impl From<CommitError> for NotCommitted {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Rejected(rejection) => Self::Refused(rejection.to_string()),
            CommitError::Append(error) => error.into(),
            CommitError::Checkpoint(error) => error.into(),
        }
    }
}

impl From<AppendError> for NotCommitted {
    fn from(error: AppendError) -> Self {
        let message = error.to_string();
        Self::NotWritten(match error {
            AppendError::System(SystemError::StorageFull { .. }) => Problem::StorageFull(message),
            AppendError::ExternallyModified => Problem::ChangedElsewhere,
            _ => Problem::NotWritten(message),
        })
    }
}

impl From<CompactError> for NotCommitted {
    fn from(error: CompactError) -> Self {
        let message = error.to_string();
        Self::NotWritten(match error {
            CompactError::Cancelled(_) => return Self::Cancelled,
            CompactError::System(SystemError::StorageFull { .. }) => Problem::StorageFull(message),
            CompactError::ExternallyModified => Problem::ChangedElsewhere,
            _ => Problem::NotWritten(message),
        })
    }
}
