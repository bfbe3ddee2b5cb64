//! Maps errors of the store to problems that the window shows.

use vstore::file::{CreateError, OpenError, PasswordError, SystemError};

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
    pub(crate) fn message(self) -> Option<String> {
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
        let message = error.to_string();
        if error.is_damage() {
            return Self::Problem(Problem::Damaged(message));
        }
        Self::Problem(match error {
            OpenError::Cancelled(_) => return Self::Cancelled,
            OpenError::WrongPassword | OpenError::WrongRecoveryKey => Problem::WrongPassword,
            OpenError::KeyFileRequired => Problem::KeyFileRequired,
            OpenError::NotFound { .. } => Problem::NotFound,
            OpenError::NotAVStore => Problem::NotAVStore,
            OpenError::UnsupportedVersion { major, minor, .. } => {
                Problem::NewerVersion(format!("format {major}.{minor}"))
            }
            OpenError::Locked { holder } => Problem::OpenElsewhere(holder),
            OpenError::NotWritable { .. }
            | OpenError::LockObstructed { .. }
            | OpenError::LocksUnsupported { .. } => Problem::NotWritable(message),
            OpenError::System(SystemError::StorageFull { .. }) => Problem::StorageFull(message),
            OpenError::KdfTooExpensive(_) | OpenError::System(SystemError::OutOfMemory) => {
                Problem::TooExpensive(message)
            }
            _ => Problem::Other(message),
        })
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let message = error.to_string();
        Self::Problem(match error {
            CreateError::Cancelled(_) => return Self::Cancelled,
            CreateError::AlreadyExists { path } => Problem::AlreadyExists(path),
            CreateError::Locked { holder } => Problem::OpenElsewhere(holder),
            CreateError::NotWritable { .. } => Problem::NotWritable(message),
            CreateError::System(SystemError::StorageFull { .. }) => Problem::StorageFull(message),
            _ => Problem::Other(message),
        })
    }
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        let message = error.to_string();
        Self::Problem(match error {
            PasswordError::Cancelled(_) => return Self::Cancelled,
            PasswordError::WrongPassword | PasswordError::WrongRecoveryKey => {
                Problem::WrongPassword
            }
            PasswordError::KeyFileRequired => Problem::KeyFileRequired,
            PasswordError::System(SystemError::StorageFull { .. }) => Problem::StorageFull(message),
            PasswordError::ExternallyModified => Problem::ChangedElsewhere,
            _ => Problem::Other(message),
        })
    }
}
