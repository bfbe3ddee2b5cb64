//! Failed system calls, with the path and the operation.
use std::{fmt, io, path::PathBuf};

/// The system call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileOp {
    /// Opening an existing file.
    Open,
    /// Creating a new file.
    Create,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Changing the length.
    Resize,
    /// Making written bytes durable.
    Sync,
    /// Making names in a folder durable.
    SyncFolder,
    /// Giving a file another name.
    Rename,
    /// Removing a file.
    Remove,
    /// Adding a second name.
    Link,
    /// Asking for length and identity.
    Inspect,
    /// Listing a folder.
    List,
    /// Locking.
    Lock,
    /// Asking for owner, group, mode and attributes, or changing them.
    Rights,
}

impl fmt::Display for FileOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Create => "create",
            Self::Read => "read",
            Self::Write => "write to",
            Self::Resize => "change the length of",
            Self::Sync => "sync",
            Self::SyncFolder => "sync the folder of",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::Link => "link",
            Self::Inspect => "inspect",
            Self::List => "list",
            Self::Lock => "lock",
            Self::Rights => "read or set the permissions of",
        })
    }
}

/// A failed system call: which, on which path, and why.
#[derive(Debug, thiserror::Error)]
#[error("could not {op} {}: {source}", path.display())]
pub struct IoError {
    /// The operation.
    pub op: FileOp,
    /// The path it was for.
    pub path: PathBuf,
    /// The error of the operating system.
    pub source: io::Error,
}

impl IoError {
    /// The error of an operation on a path.
    pub fn new(op: FileOp, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self {
            op,
            path: path.into(),
            source,
        }
    }

    /// The kind of the operating system's error.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// Whether the disk or a quota is full.
    pub fn is_storage_full(&self) -> bool {
        matches!(
            self.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    }

    /// Whether writing is refused: by permissions or a read-only disk.
    pub fn is_write_refused(&self) -> bool {
        matches!(
            self.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        )
    }

    /// Whether the file system does not support locks.
    pub(crate) fn is_lock_unsupported(&self) -> bool {
        #[cfg(unix)]
        let of_system = {
            use rustix::io::Errno;
            [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL]
                .iter()
                .any(|errno| self.source.raw_os_error() == Some(errno.raw_os_error()))
        };
        #[cfg(not(unix))]
        let of_system = false;
        self.op == FileOp::Lock && (of_system || self.kind() == io::ErrorKind::Unsupported)
    }

    /// Whether another program has the file open without sharing it, as on Windows.
    pub(crate) fn is_sharing_violation(&self) -> bool {
        const ERROR_SHARING_VIOLATION: i32 = 32;
        cfg!(windows) && self.source.raw_os_error() == Some(ERROR_SHARING_VIOLATION)
    }
}
