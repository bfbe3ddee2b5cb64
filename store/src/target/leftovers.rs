//! Removes temporary files of writers that were killed.
//!
//! A writer locks its temporary file for as long as it runs, so a temporary file that is not locked
//! is abandoned.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::file::{Entropy as _, OsEntropy};

const PREFIX: &str = ".vstore-";
const SUFFIX: &str = ".part";
const DIGITS: usize = 16;
/// At most this many entries of a folder are checked.
const ENTRIES_MAX: usize = 100_000;

/// An unused name for a temporary file. It is not derived from the name of the target, which may
/// already have the greatest possible length.
pub(super) fn new_name(folder: &Path) -> io::Result<PathBuf> {
    let mut random = [0; 8];
    OsEntropy.fill(&mut random).map_err(io::Error::other)?;
    let number = u64::from_le_bytes(random);
    Ok(folder.join(format!("{PREFIX}{number:016x}{SUFFIX}")))
}

/// Removes abandoned temporary files. Those that cannot be removed are left.
pub(super) fn remove(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.take(ENTRIES_MAX).flatten() {
        if is_ours(&entry.file_name()) && is_abandoned(&entry.path()) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    let digits = name
        .to_str()
        .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_abandoned(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    is_file && open(path).is_ok_and(|file| try_lock(&file).unwrap_or(false))
}

/// Opens without following a link and without blocking, in case the name now belongs to something
/// else.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.open(path)
}

/// Whether no other process holds the lock.
pub(super) fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
