//! Why a compaction failed.
use crate::control::Cancelled;
use crate::file::{
    disk::{io_error::IoError, system_error::SystemError},
    error::{from_seal, from_system},
    format::corruption::Corruption,
};

/// Why a compaction failed. The file is unchanged, unless it is reported as poisoned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompactError {
    /// The file was opened read-only.
    #[error("the file is open read-only")]
    ReadOnly,
    /// A compaction is under way.
    #[error("a compaction is under way")]
    AlreadyRunning,
    /// The result does not belong to the compaction that is under way.
    #[error("this compaction was aborted")]
    NotRunning,
    /// Another program replaced or changed the file.
    #[error("another program changed the file")]
    ExternallyModified,
    /// The file contains frames of a later version, which a compaction would lose.
    #[error("the file contains data of a newer version that compaction would lose")]
    WouldDropUnknownFrames,
    /// The new file has replaced the old one, but a power failure may undo that: nothing is written
    /// until a compaction succeeds.
    #[error("the new file is in place, but its name could not be made durable: {0}")]
    NameInDoubt(IoError),
    /// The new file was written, but the system refused the rename; try again later.
    #[error("the new file could not be put in place: {0}")]
    Deferred(IoError),
    /// Reading the new file back showed damage.
    #[error("the new file could not be read back as written: {0}")]
    NotAsWritten(Corruption),
    /// A chunk or a transaction is too large for the format.
    #[error("a chunk of {len} bytes is too large")]
    TooLarge {
        /// Its length in bytes.
        len: u64,
    },
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] SystemError),
}

from_system!(CompactError);
from_seal!(CompactError);
