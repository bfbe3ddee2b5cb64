//! Conversions into the error types of operations: from what the operating system refuses, and from
//! failures to take the lock, to derive a key and to seal a frame.
//!
//! A torn tail is not an error; [`FileOpenReport`](super::FileOpenReport) reports it. No error
//! contains plaintext or anything that depends on a key.

/// Converts what the operating system refuses into the error of an operation, which wraps it.
macro_rules! from_system {
    ($error:ident) => {
        impl From<crate::file::disk::io_error::IoError> for $error {
            fn from(error: crate::file::disk::io_error::IoError) -> Self {
                Self::System(error.into())
            }
        }

        impl From<crate::file::disk::entropy::EntropyError> for $error {
            fn from(error: crate::file::disk::entropy::EntropyError) -> Self {
                Self::System(error.into())
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
                use crate::file::{disk::system_error::SystemError, keys::kdf::KdfError};
                match error {
                    KdfError::TooCheap(params) => Self::KdfTooCheap(params),
                    KdfError::TooExpensive(params) => Self::KdfTooExpensive(params),
                    KdfError::OutOfMemory => Self::System(SystemError::OutOfMemory),
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
                    SealFrameError::Entropy(error) => error.into(),
                }
            }
        }
    };
}

pub(super) use {from_kdf, from_lock, from_seal, from_system};
