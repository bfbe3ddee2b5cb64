//! Rolling backups: the generation that a compaction replaces is kept under another name.
//!
//! `<name>.bak1` is the newest. A backup is a hard link to the old file if the file system supports
//! that, otherwise a copy. It is created under a temporary name first, then the backups are
//! renamed, so that at any time each backup is complete and there are never too many.
use std::{io, path::Path, sync::Arc};

use crate::file::{
    disk::{
        entropy::Entropy,
        io_error::IoError,
        siblings::{backup_path, temp_path},
        vfs::{Access, EntryKind, FileId, Vfs},
    },
    write::{checkpoint::TempFile, store_file::StoreFile},
};

/// The largest number of backups.
pub const BACKUPS_MAX: u8 = 10;
/// The number of bytes copied at once if hard links are not supported.
const COPY_BYTES: usize = 1 << 20;

impl StoreFile {
    /// Sets the number of generations that are kept as backups, at most [`BACKUPS_MAX`].
    /// Superfluous backups are removed by the next compaction.
    pub fn set_backups(&mut self, count: u8) {
        self.backups = count.min(BACKUPS_MAX);
    }

    /// Why the last compaction could not keep the generation before, in words; the compaction
    /// itself succeeded.
    pub fn backup_problem(&self) -> Option<&str> {
        self.backup_problem.as_deref()
    }

    /// Makes the current file the newest backup before it is replaced.
    ///
    /// A failure is only recorded: a full disk must not prevent the compaction, which may free
    /// space.
    pub(crate) fn keep_backup(&mut self) {
        let (vfs, path, id) = (&self.vfs, &self.path, self.generation.id);
        let result = if self.poisoned.is_some() {
            // A file in an unknown state must not displace a good backup. If an interrupted
            // compaction has made this file a backup already, it is removed from them.
            let newest = backup_path(path, 1);
            if is_file(&**vfs, &newest, id) {
                vfs.remove(&newest)
            } else {
                Ok(())
            }
        } else {
            let pushed = match self.backups {
                0 => Ok(()),
                count => push(vfs, path, id, count, &*self.entropy),
            };
            remove_beyond(&**vfs, path, self.backups);
            pushed
        };
        self.backup_problem = result.err().map(|error| error.to_string());
    }
}

/// Makes a file that is about to be replaced the newest backup, unless it is empty.
pub(crate) fn keep_replaced(
    vfs: &Arc<dyn Vfs>,
    path: &Path,
    backups: u8,
    entropy: &dyn Entropy,
) -> Result<(), IoError> {
    match vfs.stat(path) {
        Ok(stat) if stat.len == 0 => Ok(()),
        Ok(stat) => push(vfs, path, stat.id, backups.clamp(1, BACKUPS_MAX), entropy),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a path is a name of this file itself; a symbolic link to it is not a backup.
fn is_file(vfs: &dyn Vfs, path: &Path, id: FileId) -> bool {
    vfs.look(path)
        .is_ok_and(|entry| entry.kind == EntryKind::File && entry.stat.id == id)
}

fn push(
    vfs: &Arc<dyn Vfs>,
    path: &Path,
    id: FileId,
    count: u8,
    entropy: &dyn Entropy,
) -> Result<(), IoError> {
    let newest = backup_path(path, 1);
    // An interrupted compaction may have made the backup already.
    if is_file(&**vfs, &newest, id) {
        return Ok(());
    }
    let temp = temp_path(path, entropy).map_err(|error| {
        let source = io::Error::other(error);
        IoError::new(crate::file::disk::io_error::FileOp::Create, path, source)
    })?;
    let temp = TempFile::new(Arc::clone(vfs), temp);
    if vfs.hard_link(path, temp.path()).is_err() {
        copy(&**vfs, path, temp.path())?;
    }
    for number in (1..count).rev() {
        let (from, to) = (
            backup_path(path, number),
            backup_path(path, number.saturating_add(1)),
        );
        match vfs.rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    vfs.rename(temp.path(), &newest)?;
    temp.renamed();
    Ok(())
}

/// Copies a file and makes the copy durable.
fn copy(vfs: &dyn Vfs, from: &Path, to: &Path) -> Result<(), IoError> {
    let source = vfs.open(from, Access::Read)?;
    let target = vfs.create_new(to)?;
    let mut buffer = vec![0; COPY_BYTES];
    let mut position = 0_u64;
    loop {
        let count = source.read_at(&mut buffer, position)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else {
            // If the system refuses, the narrower permissions it was created with remain.
            drop(target.set_rights(&source.rights()?));
            return target.sync_all();
        };
        target.write_at(bytes, position)?;
        position = position.saturating_add(count as u64);
    }
}

/// Removes superfluous backups after the number was lowered. One that cannot be removed is retried
/// by the next compaction.
fn remove_beyond(vfs: &dyn Vfs, path: &Path, count: u8) {
    for number in count.saturating_add(1)..=BACKUPS_MAX {
        let surplus = backup_path(path, number);
        if vfs.look(&surplus).is_ok() {
            drop(vfs.remove(&surplus));
        }
    }
}
