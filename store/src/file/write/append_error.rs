//! Why transactions could not be made durable.
use crate::file::{
    disk::system_error::SystemError,
    error::{from_seal, from_system},
};

/// Why transactions could not be made durable. None of the group was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The file was opened read-only.
    #[error("the file is open read-only")]
    ReadOnly,
    /// The state of the file is unknown after an earlier failure; only a compaction helps.
    #[error("writing stopped after an earlier failure: {cause}")]
    Poisoned {
        /// The earlier failure, in words.
        cause: String,
    },
    /// Another program replaced or changed the file. If that was detected only after writing, the
    /// transactions may be in the file that it wrote.
    #[error("another program changed the file")]
    ExternallyModified,
    /// A transaction is too large for the format.
    #[error("a transaction of {len} bytes is too large")]
    TooLarge {
        /// Its length in bytes.
        len: u64,
    },
    /// The operating system refused something; the transactions were rolled back.
    #[error(transparent)]
    System(#[from] SystemError),
}

/// Why the mark of a clean close could not be written. All acknowledged data is safe.
pub type CloseError = AppendError;

from_system!(AppendError);
from_seal!(AppendError);
