//! Maps errors of the store to problems that the window shows.

use vstore::file::{CreateError, OpenError, PasswordError};

use crate::state::Problem;

/// Why an attempt did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The user cancelled it.
    Cancelled,
    /// It failed.
    Problem(Problem),
}

impl Failure {
    /// Why it failed; `None` if it was cancelled.
    pub(crate) fn words(self) -> Option<String> {
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
            OpenError::Locked { holder } => Problem::OpenElsewhere(holder),
            OpenError::NotWritable { .. }
            | OpenError::LockObstructed { .. }
            | OpenError::LocksUnsupported { .. } => Problem::NotWritable(words),
            OpenError::StorageFull { .. } => Problem::StorageFull(words),
            OpenError::KdfTooExpensive(_) | OpenError::OutOfMemory => Problem::TooExpensive(words),
            _ => Problem::Other(words),
        })
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let words = error.to_string();
        Self::Problem(match error {
            CreateError::Cancelled(_) => return Self::Cancelled,
            CreateError::AlreadyExists { path } => Problem::AlreadyExists(path),
            CreateError::Locked { holder } => Problem::OpenElsewhere(holder),
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
