//! What the operating system can refuse to any operation on a file.
use std::path::PathBuf;

use super::{entropy::EntropyError, io_error::IoError};

/// What the operating system refused to an operation on a file.
///
/// The error of each operation wraps it: [`OpenError`](crate::file::OpenError),
/// [`CreateError`](crate::file::CreateError), [`AppendError`](crate::file::AppendError),
/// [`CompactError`](crate::file::CompactError) and [`PasswordError`](crate::file::PasswordError).
/// [`Cancelled`](crate::file::Cancelled) is not among these, because a cancellation is no failure and
/// callers treat it separately.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SystemError {
    /// The disk or a quota is full.
    #[error("no space left for {}", path.display())]
    StorageFull {
        /// What was being written.
        path: PathBuf,
    },
    /// Not enough memory.
    #[error("not enough memory")]
    OutOfMemory,
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// Another system call failed.
    #[error(transparent)]
    Io(IoError),
}

impl From<IoError> for SystemError {
    fn from(error: IoError) -> Self {
        if error.is_storage_full() {
            Self::StorageFull { path: error.path }
        } else {
            Self::Io(error)
        }
    }
}
