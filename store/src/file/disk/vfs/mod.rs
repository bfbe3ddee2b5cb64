//! All system calls of the file layer, behind two traits, so that tests can let any of them fail.
mod host;
mod identity;
mod real;
mod rights;

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

pub(crate) use self::host::{host_name, physical_memory};
pub use self::{real::RealVfs, rights::Rights};
use crate::file::disk::io_error::IoError;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For reading only.
    Read,
    /// For reading and writing.
    ReadWrite,
}

/// The identity of a file, whatever its name: device and inode; on Windows the numbers of the
/// volume and of the file on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId(pub u64, pub u64);

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}:{:x}", self.0, self.1)
    }
}

/// Length and identity of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Length in bytes.
    pub len: u64,
    /// The identity of the file.
    pub id: FileId,
}

/// The type of a directory entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A folder.
    Folder,
    /// A pipe, a socket or a device.
    Other,
}

/// A directory entry; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The type of the entry.
    pub kind: EntryKind,
    /// Its length and identity.
    pub stat: Stat,
    /// The number of its names (hard links).
    pub names: u64,
}

/// A file system.
pub trait Vfs: fmt::Debug + Send + Sync {
    /// Opens an existing file.
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError>;
    /// Opens a regular file without following links or waiting for a pipe.
    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError>;
    /// Creates a file that must not exist, readable by its owner only. A link of that name counts
    /// as an existing file even if it is dangling.
    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError>;
    /// The length and identity of the file at a path; links are followed.
    fn stat(&self, path: &Path) -> Result<Stat, IoError>;
    /// The directory entry at a path; links are not followed.
    fn look(&self, path: &Path) -> Result<Entry, IoError>;
    /// The path without symbolic links, so that a rename replaces the file and not a link to it.
    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError>;
    /// Renames a file, atomically replacing any file at `to`.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError>;
    /// Renames a file; fails with `AlreadyExists` if `to` exists.
    fn rename_noreplace(&self, from: &Path, to: &Path) -> Result<(), IoError>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> Result<(), IoError>;
    /// Gives a file a second name.
    fn hard_link(&self, from: &Path, to: &Path) -> Result<(), IoError>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, folder: &Path) -> Result<(), IoError>;
    /// The names in a folder, in no particular order.
    fn list_dir(&self, folder: &Path) -> Result<Vec<OsString>, IoError>;
    /// An ID that changes whenever the computer starts; `None` if the system has none.
    fn boot_id(&self) -> Option<String>;
}

/// An open file. Positions are absolute; there is no cursor.
pub trait VfsFile: fmt::Debug + Send + Sync {
    /// Fills `buffer` from `offset` on; returns less than its length only at the end of the file.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError>;
    /// Writes all of `bytes` at `offset`; after an error any part of them may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), IoError>;
    /// Truncates or extends the file.
    fn set_len(&self, len: u64) -> Result<(), IoError>;
    /// Makes content and length durable.
    fn sync_data(&self) -> Result<(), IoError>;
    /// Makes content, length and metadata durable.
    fn sync_all(&self) -> Result<(), IoError>;
    /// Length and identity of the open file, whatever its name is now.
    fn stat(&self) -> Result<Stat, IoError>;
    /// Sets the path that errors name, after the file was renamed.
    fn renamed(&mut self, path: &Path);
    /// Takes the exclusive advisory lock of the file until it is dropped; `false` if another handle
    /// has a lock.
    fn try_lock(&self) -> Result<bool, IoError>;
    /// Takes a shared advisory lock of the file until it is dropped; `false` if another handle has
    /// the exclusive one.
    fn try_lock_shared(&self) -> Result<bool, IoError>;
    /// The owner, group, permissions and attributes of the file.
    fn rights(&self) -> Result<Rights, IoError>;
    /// Gives the file the rights of another as far as the system permits, but never wider ones.
    fn set_rights(&self, rights: &Rights) -> Result<(), IoError>;
}
