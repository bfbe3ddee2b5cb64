//! Every system call of the file layer, behind two traits, so that tests can fail any of them.
//!
//! It knows paths and bytes, no structure of the file.
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

/// Tells one file from another that has the same name.
///
/// Device and inode; on Windows the numbers of the volume and of the file on it.
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
    /// Which file it is.
    pub id: FileId,
}

/// What a name stands for.
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

/// A name in a folder, and what it stands for; a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its length and identity.
    pub stat: Stat,
    /// How many names it has (hard links).
    pub names: u64,
}

/// A file system.
pub trait Vfs: fmt::Debug + Send + Sync {
    /// Opens an existing file.
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError>;
    /// Opens the regular file of this very name: no link is followed, and a pipe is not waited for.
    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError>;
    /// Creates a file that must not exist, readable by its owner only. A link of that name, also
    /// one that leads nowhere, counts as a file that exists.
    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError>;
    /// Length and identity of what the path names now.
    fn stat(&self, path: &Path) -> Result<Stat, IoError>;
    /// What the name itself stands for; a link is not followed.
    fn look(&self, path: &Path) -> Result<Entry, IoError>;
    /// The path without symbolic links, so that a rename replaces the file and not a link to it.
    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError>;
    /// Gives a file another name, replacing what had it, atomically.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError>;
    /// Gives a file another name; fails with `AlreadyExists` if there is one.
    fn rename_noreplace(&self, from: &Path, to: &Path) -> Result<(), IoError>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> Result<(), IoError>;
    /// Gives a file a second name.
    fn hard_link(&self, from: &Path, to: &Path) -> Result<(), IoError>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, folder: &Path) -> Result<(), IoError>;
    /// The names in a folder, in no order.
    fn list_dir(&self, folder: &Path) -> Result<Vec<OsString>, IoError>;
    /// What changes with every start of the computer; `None` where the system does not say.
    fn boot_id(&self) -> Option<String>;
}

/// An open file. Positions are absolute; there is no cursor.
pub trait VfsFile: fmt::Debug + Send + Sync {
    /// Fills `buffer` from `offset` on; less than its length only at the end of the file.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError>;
    /// Writes all of `bytes` at `offset`; after an error any part of them may be written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), IoError>;
    /// Cuts or extends the file.
    fn set_len(&self, len: u64) -> Result<(), IoError>;
    /// Makes content and length durable.
    fn sync_data(&self) -> Result<(), IoError>;
    /// Makes content, length and metadata durable.
    fn sync_all(&self) -> Result<(), IoError>;
    /// Length and identity of the open file, whatever its name is now.
    fn stat(&self) -> Result<Stat, IoError>;
    /// The file was given another name; errors say this one from now on.
    fn renamed(&mut self, path: &Path);
    /// Takes the advisory lock of the file until it is dropped; false if another handle has it,
    /// shared or not.
    fn try_lock(&self) -> Result<bool, IoError>;
    /// The same, shared with others that do so; false if another handle has it for itself.
    fn try_lock_shared(&self) -> Result<bool, IoError>;
    /// Who may do what with the file.
    fn rights(&self) -> Result<Rights, IoError>;
    /// Gives the file the rights of another, as far as the system permits; never wider ones.
    fn set_rights(&self, rights: &Rights) -> Result<(), IoError>;
}
