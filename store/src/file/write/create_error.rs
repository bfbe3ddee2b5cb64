//! Why a file could not be created.
use std::path::PathBuf;

use crate::control::Cancelled;
use crate::file::{
    disk::{
        lock::{LockHolder, locked_message, no_locks_message, obstructed_message},
        lock_obstacle::LockObstacle,
        system_error::SystemError,
    },
    error::{from_kdf, from_lock, from_seal, from_system},
    keys::kdf::KdfParams,
};

/// Why a file could not be created. An existing file is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The file exists, and overwriting was not requested.
    #[error("{} exists already", path.display())]
    AlreadyExists {
        /// The path asked for.
        path: PathBuf,
    },
    /// Another program has the file to be overwritten open.
    #[error("{}", locked_message(holder.as_ref()))]
    Locked {
        /// Who, as far as known.
        holder: Option<LockHolder>,
    },
    /// Something else has the name of the lock file; it was left unchanged.
    #[error("{}", obstructed_message(path, *obstacle))]
    LockObstructed {
        /// The path of the lock file.
        path: PathBuf,
        /// What it is.
        obstacle: LockObstacle,
    },
    /// The file system has no file locks.
    #[error("{}", no_locks_message(path))]
    LocksUnsupported {
        /// What could not be locked.
        path: PathBuf,
    },
    /// The folder refuses writing.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// What refuses.
        path: PathBuf,
    },
    /// The cost of key derivation is below the floor (19 MiB, 2 passes).
    #[error("the cost of key derivation is too low: {0}")]
    KdfTooCheap(KdfParams),
    /// The cost of key derivation is beyond what opening allows.
    #[error("the cost of key derivation is too high: {0}")]
    KdfTooExpensive(KdfParams),
    /// A chunk is beyond 64 MiB.
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

from_system!(CreateError);
from_lock!(CreateError);
from_kdf!(CreateError);
from_seal!(CreateError);
