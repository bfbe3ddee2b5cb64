//! Why a file could not be opened.
use std::path::PathBuf;

use crate::control::Cancelled;
use crate::file::{
    disk::{
        lock::{LockHolder, locked_message, no_locks_message, obstructed_message},
        lock_obstacle::LockObstacle,
        system_error::SystemError,
    },
    error::{from_lock, from_system},
    format::corruption::Corruption,
    format::slots::UnlockError,
    keys::kdf::{KdfError, KdfParams},
};

/// Why a file could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("this is not a VStore file")]
    NotAVStore,
    /// The file begins like a VStore file, but is too short to have data.
    #[error("the file is incomplete: it has only {len} bytes")]
    TooShort {
        /// Its length in bytes.
        len: u64,
    },
    /// A later version wrote the file.
    #[error("the file needs a newer version of VStore (format {major}.{minor})")]
    UnsupportedVersion {
        /// Major version found.
        major: u16,
        /// Minor version found.
        minor: u16,
        /// Features this version does not know, as bits.
        unknown_features: u32,
    },
    /// Both header copies are damaged.
    #[error("both copies of the file header are damaged")]
    HeaderCorrupt,
    /// The header is intact, but was not written by someone with the data key.
    #[error("the file header was changed by someone without the key")]
    HeaderTampered,
    /// The header is older than the data.
    #[error("the file header (epoch {header}) is older than the data (epoch {journal})")]
    HeaderRollback {
        /// Epoch of the header.
        header: u64,
        /// Epoch recorded in the data.
        journal: u64,
    },
    /// The password (or the key file) is not the one of this file.
    #[error("wrong password")]
    WrongPassword,
    /// The recovery key is not one of this file.
    #[error("the recovery key does not belong to this file")]
    WrongRecoveryKey,
    /// The file needs a key file as well.
    #[error("the file needs its key file as well as the password")]
    KeyFileRequired,
    /// The password is right but its slot is damaged.
    #[error("the password is right, but key slot {slot} is damaged")]
    SlotCorrupt {
        /// Number of the slot, from 0.
        slot: u8,
    },
    /// Deriving the key would exceed the limits.
    #[error("deriving the key would exceed the limits: {0}")]
    KdfTooExpensive(KdfParams),
    /// The file is damaged.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
    /// The file ends inside its checkpoint.
    #[error("the file ends at byte {offset}, inside its checkpoint")]
    Truncated {
        /// Where it ends.
        offset: u64,
        /// The least length that it must have had, in bytes.
        expected_at_least: u64,
    },
    /// The file is authentic, but its content is invalid: a defect of the program that wrote it.
    #[error("the content at byte {offset} (frame {seq}) cannot be read: {reason}")]
    Content {
        /// The offset of the first frame of that content, in bytes.
        offset: u64,
        /// The number of that frame.
        seq: u64,
        /// What is wrong with it.
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another program (or another window) has the file open.
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
    /// File or folder refuse writing; opening read-only may work.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// What refuses.
        path: PathBuf,
    },
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] SystemError),
}

impl OpenError {
    /// Whether the file is a VStore file that is damaged, so that a check of the whole file or
    /// salvage can help.
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::TooShort { .. }
                | Self::HeaderCorrupt
                | Self::HeaderTampered
                | Self::HeaderRollback { .. }
                | Self::SlotCorrupt { .. }
                | Self::Corrupt(_)
                | Self::Truncated { .. }
                | Self::Content { .. }
        )
    }
}

from_system!(OpenError);
from_lock!(OpenError);

impl From<UnlockError> for OpenError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassword => Self::WrongPassword,
            UnlockError::WrongRecoveryKey => Self::WrongRecoveryKey,
            UnlockError::KeyFileRequired => Self::KeyFileRequired,
            UnlockError::SlotCorrupt { slot } => Self::SlotCorrupt { slot },
            UnlockError::Kdf(KdfError::OutOfMemory) => SystemError::OutOfMemory.into(),
            UnlockError::Kdf(KdfError::TooExpensive(params) | KdfError::TooCheap(params)) => {
                Self::KdfTooExpensive(params)
            }
            UnlockError::Cancelled => Self::Cancelled(Cancelled),
        }
    }
}
