//! What can stand where the lock file of a database belongs.
use std::fmt;

/// Why a file is not taken for a lock. Nothing of it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockObstacle {
    /// A symbolic link, which may lead to anything.
    Link,
    /// A folder.
    Folder,
    /// A pipe, a socket or a device.
    NotRegular,
    /// A file that has another name as well (a hard link), and may be in use under it.
    OtherNames,
    /// A file that holds something else.
    NotALock,
    /// A lock of somebody else that may neither be written nor removed.
    Refused,
}

impl fmt::Display for LockObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "a symbolic link",
            Self::Folder => "a folder",
            Self::NotRegular => "no regular file",
            Self::OtherNames => "a file with a second name (a hard link)",
            Self::NotALock => "a file that is no lock of VStore",
            Self::Refused => "a lock file of another user that you may not write or remove",
        })
    }
}
