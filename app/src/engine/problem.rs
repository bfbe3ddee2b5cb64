//! From the store's errors to the problems users are told about.

use vstore::file::{AppendError, CompactError, CreateError, LockHolder, OpenError, PasswordError};
use vstore::{CommitError, Millis};

use super::protocol::Reply;
use crate::state::{Holder, Problem};

/// What an attempt that was given up or failed leads to.
#[derive(Debug)]
pub(super) enum Failure {
    /// The user gave it up.
    Cancelled,
    /// It failed.
    Problem(Problem),
}

impl Failure {
    /// Why it failed, in words; `None`: it was given up.
    pub(super) fn words(self) -> Option<String> {
        match self {
            Self::Cancelled => None,
            Self::Problem(problem) => Some(problem.text()),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let words = error.to_string();
        Self::Problem(match error {
            OpenError::Cancelled(_) => return Self::Cancelled,
            OpenError::WrongPassword | OpenError::WrongRecoveryKey => Problem::WrongPassword,
            OpenError::KeyFileRequired => Problem::KeyFileRequired,
            OpenError::NotFound { .. } => Problem::NotFound,
            OpenError::NotAVStore => Problem::NotAVStore,
            OpenError::UnsupportedVersion { major, minor, .. } => {
                Problem::NewerVersion(format!("format {major}.{minor}"))
            }
            OpenError::TooShort { .. }
            | OpenError::HeaderCorrupt
            | OpenError::HeaderTampered
            | OpenError::HeaderRollback { .. }
            | OpenError::SlotCorrupt { .. }
            | OpenError::Corrupt(_)
            | OpenError::Truncated { .. }
            | OpenError::Content { .. } => Problem::Damaged(words),
            OpenError::Locked { holder } => Problem::OpenElsewhere(holder.map(self::holder)),
            OpenError::NotWritable { .. }
            | OpenError::LockObstructed { .. }
            | OpenError::LocksUnsupported { .. } => Problem::NotWritable(words),
            OpenError::StorageFull { .. } => Problem::StorageFull(words),
            OpenError::KdfTooExpensive(_) | OpenError::OutOfMemory => Problem::TooExpensive(words),
            _ => Problem::Other(words),
        })
    }
}

/// Who has a file open, as the window knows it.
pub(super) fn holder(found: LockHolder) -> Holder {
    Holder {
        program: found.program,
        pid: found.pid,
        host: found.host,
        since: Millis(found.started_at),
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let words = error.to_string();
        Self::Problem(match error {
            CreateError::Cancelled(_) => return Self::Cancelled,
            CreateError::AlreadyExists { path } => Problem::AlreadyExists(path),
            CreateError::Locked { holder } => Problem::OpenElsewhere(holder.map(self::holder)),
            CreateError::NotWritable { .. } => Problem::NotWritable(words),
            CreateError::StorageFull { .. } => Problem::StorageFull(words),
            _ => Problem::Other(words),
        })
    }
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        let words = error.to_string();
        Self::Problem(match error {
            PasswordError::Cancelled(_) => return Self::Cancelled,
            PasswordError::WrongPassword | PasswordError::WrongRecoveryKey => {
                Problem::WrongPassword
            }
            PasswordError::KeyFileRequired => Problem::KeyFileRequired,
            PasswordError::StorageFull { .. } => Problem::StorageFull(words),
            PasswordError::ExternallyModified => Problem::ChangedElsewhere,
            _ => Problem::Other(words),
        })
    }
}

/// Why a change was not made: refused for what it says, or because it could not be written.
#[derive(Debug)]
pub(super) enum NotCommitted {
    Refused(String),
    NotWritten(Problem),
    Cancelled,
}

impl NotCommitted {
    /// Says it to the window.
    pub(super) fn say(self, say: &mut dyn FnMut(Reply)) {
        say(match self {
            Self::Refused(words) => Reply::Refused(words),
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
        let words = error.to_string();
        Self::NotWritten(match error {
            AppendError::StorageFull { .. } => Problem::StorageFull(words),
            AppendError::ExternallyModified => Problem::ChangedElsewhere,
            _ => Problem::NotWritten(words),
        })
    }
}

impl From<CompactError> for NotCommitted {
    fn from(error: CompactError) -> Self {
        let words = error.to_string();
        Self::NotWritten(match error {
            CompactError::Cancelled(_) => return Self::Cancelled,
            CompactError::StorageFull { .. } => Problem::StorageFull(words),
            CompactError::ExternallyModified => Problem::ChangedElsewhere,
            _ => Problem::NotWritten(words),
        })
    }
}
