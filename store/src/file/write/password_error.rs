//! Why passwords and keys were not changed.
use crate::control::Cancelled;
use crate::file::{
    disk::system_error::SystemError,
    error::{from_kdf, from_system},
    format::slots::UnlockError,
    keys::kdf::KdfParams,
};

/// Why passwords and keys were not changed. Unless the file is reported as poisoned, the old ones
/// still hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// The file was opened read-only.
    #[error("the file is open read-only")]
    ReadOnly,
    /// The state of the file is unknown after an earlier failure.
    #[error("writing stopped after an earlier failure: {cause}")]
    Poisoned {
        /// The earlier failure, in words.
        cause: String,
    },
    /// The change could not be made durable and was rolled back: exactly the old passwords and keys
    /// open the file.
    #[error("the change could not be written and was undone; the file opens as before: {cause}")]
    TakenBack {
        /// The failure, in words.
        cause: String,
    },
    /// The change could neither be made durable nor rolled back.
    #[error(
        "it is unknown whether the change was made: try both the old and the new password or key to \
         open the file: {cause}"
    )]
    InDoubt {
        /// The failure, in words.
        cause: String,
    },
    /// Another program replaced or changed the file.
    #[error("another program changed the file")]
    ExternallyModified,
    /// The current password is not right.
    #[error("wrong password")]
    WrongPassword,
    /// The current recovery key is not one of this file.
    #[error("the recovery key does not belong to this file")]
    WrongRecoveryKey,
    /// There is no file: a store in memory has no password.
    #[error("there is no file")]
    NoFile,
    /// The key slot does not exist, or no longer does.
    #[error("there is no such key slot")]
    NoSuchSlot,
    /// All eight key slots are in use.
    #[error("all eight key slots are in use")]
    NoFreeSlot,
    /// Without this slot nobody could open the file.
    #[error("the last password or recovery key cannot be removed")]
    LastSlot,
    /// The data key is being exchanged; its new slots are chosen already.
    #[error("the data key is being exchanged")]
    RotationRunning,
    /// The current credentials lack the key file.
    #[error("the file needs its key file as well as the password")]
    KeyFileRequired,
    /// The password is right but its slot is damaged.
    #[error("the password is right, but key slot {slot} is damaged")]
    SlotCorrupt {
        /// Number of the slot, from 0.
        slot: u8,
    },
    /// The cost of key derivation is below the floor (19 MiB, 2 passes).
    #[error("the cost of key derivation is too low: {0}")]
    KdfTooCheap(KdfParams),
    /// The cost of key derivation is beyond what opening allows.
    #[error("the cost of key derivation is too high: {0}")]
    KdfTooExpensive(KdfParams),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] SystemError),
}

from_system!(PasswordError);
from_kdf!(PasswordError);

impl From<UnlockError> for PasswordError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassword => Self::WrongPassword,
            UnlockError::WrongRecoveryKey => Self::WrongRecoveryKey,
            UnlockError::KeyFileRequired => Self::KeyFileRequired,
            UnlockError::SlotCorrupt { slot } => Self::SlotCorrupt { slot },
            UnlockError::Kdf(error) => error.into(),
            UnlockError::Cancelled => Self::Cancelled(Cancelled),
        }
    }
}
