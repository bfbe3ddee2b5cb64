//! Every system call of the file layer, behind two traits, so that tests can fail any of them.
//!
//! It knows paths and bytes, no structure of the file.
mod host;
mod real;

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

pub(crate) use self::host::{host_name, physical_memory};
pub use self::real::RealVfs;
use super::error::IoError;

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
/// Device and inode where the system has them; else the time of creation.
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

/// A file system.
pub trait Vfs: fmt::Debug + Send + Sync {
    /// Opens an existing file.
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError>;
    /// Creates a file that must not exist, readable by its owner only.
    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError>;
    /// Opens a file for reading and writing, creating it if there is none.
    fn open_or_create(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError>;
    /// Length and identity of what the path names now.
    fn stat(&self, path: &Path) -> Result<Stat, IoError>;
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
    /// Takes the advisory lock of the file until it is dropped; false if another handle has it.
    fn try_lock(&self) -> Result<bool, IoError>;
}
