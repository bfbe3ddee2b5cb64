//! What can prevent the lock file of a database from being created.
use std::fmt;

/// Something else that has the name of the lock file. It was left unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockObstacle {
    /// A symbolic link, which may lead to anything.
    Link,
    /// A folder.
    Folder,
    /// A pipe, a socket or a device.
    NotRegular,
    /// A file with a second name (a hard link), under which it may be in use.
    OtherNames,
    /// A file with other content.
    NotALock,
    /// A lock file of another user that can neither be written nor removed.
    Refused,
}

impl fmt::Display for LockObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "a symbolic link",
            Self::Folder => "a folder",
            Self::NotRegular => "a pipe, a socket or a device",
            Self::OtherNames => "a file with a second name (a hard link)",
            Self::NotALock => "a file that is not a lock file of VStore",
            Self::Refused => "a lock file of another user that you may not write or remove",
        })
    }
}
