//! Conversions that the error types of several operations share: each has variants of its own for a
//! full disk, a refused cost of key derivation, and a frame that could not be sealed.
//!
//! A torn tail is not an error; [`FileOpenReport`](super::FileOpenReport) reports it. No error
//! contains plaintext or anything that depends on a key.

/// Converts a failed system call into the error of an operation, with a variant of its own for a
/// full disk.
macro_rules! from_io {
    ($error:ident) => {
        impl From<crate::file::disk::io_error::IoError> for $error {
            fn from(error: crate::file::disk::io_error::IoError) -> Self {
                if error.is_storage_full() {
                    Self::StorageFull { path: error.path }
                } else {
                    Self::Io(error)
                }
            }
        }
    };
}

/// Converts a failure to take the lock into the error of an operation.
macro_rules! from_lock {
    ($error:ident) => {
        impl From<crate::file::disk::lock::LockError> for $error {
            fn from(error: crate::file::disk::lock::LockError) -> Self {
                use crate::file::disk::lock::{LockError, refusing};
                match error {
                    LockError::Held(holder) => Self::Locked { holder },
                    LockError::Obstructed { path, obstacle } => {
                        Self::LockObstructed { path, obstacle }
                    }
                    LockError::Unsupported(path) => Self::LocksUnsupported { path },
                    LockError::Io(error) if error.is_write_refused() => Self::NotWritable {
                        path: refusing(error),
                    },
                    LockError::Io(error) => error.into(),
                }
            }
        }
    };
}

/// Converts a refused key derivation into the error of an operation that chooses its cost.
macro_rules! from_kdf {
    ($error:ident) => {
        impl From<crate::file::keys::kdf::KdfError> for $error {
            fn from(error: crate::file::keys::kdf::KdfError) -> Self {
                use crate::file::keys::kdf::KdfError;
                match error {
                    KdfError::TooCheap(params) => Self::KdfTooCheap(params),
                    KdfError::TooExpensive(params) => Self::KdfTooExpensive(params),
                    KdfError::OutOfMemory => Self::OutOfMemory,
                }
            }
        }
    };
}

/// Converts a frame that could not be sealed into the error of an operation that writes frames.
macro_rules! from_seal {
    ($error:ident) => {
        impl From<crate::file::format::pack::SealFrameError> for $error {
            fn from(error: crate::file::format::pack::SealFrameError) -> Self {
                use crate::file::format::pack::SealFrameError;
                match error {
                    SealFrameError::TooLarge { len } => Self::TooLarge { len },
                    SealFrameError::Entropy(error) => Self::Entropy(error),
                }
            }
        }
    };
}

pub(super) use {from_io, from_kdf, from_lock, from_seal};
