//! Rolling backups: the generation that a compaction replaces is kept under another name.
//!
//! `<name>.bak1` is the newest. A backup is a second name of the old file where the file system
//! has hard links, else a copy. It is made under a temporary name first and then pushed into the
//! row, so that at every moment each backup is a whole file and there are never too many.
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

/// Most backups that can be kept.
pub const BACKUPS_MAX: u8 = 10;
/// Bytes copied at once, where there are no hard links.
const COPY_BYTES: usize = 1 << 20;

impl StoreFile {
    /// Keeps this number of generations as backups from now on, at most [`BACKUPS_MAX`]. Those that
    /// are too many go with the next compaction.
    pub fn set_backups(&mut self, count: u8) {
        self.backups = count.min(BACKUPS_MAX);
    }

    /// Why the last compaction could not keep the generation before, in words; the compaction
    /// itself succeeded.
    pub fn backup_problem(&self) -> Option<&str> {
        self.backup_problem.as_deref()
    }

    /// Gives the present file its place among the backups, before it loses its name.
    ///
    /// A full disk must not stop the compaction, which may be what frees space: a failure is
    /// remembered and no more.
    pub(crate) fn keep_backup(&mut self) {
        let (vfs, path, id) = (&self.vfs, &self.path, self.generation.id);
        let result = if self.poisoned.is_some() {
            // What is in doubt must not push out a good backup. If a compaction that was cut short
            // had made this very file one, it is none any more.
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

/// Keeps a file that a new one is about to replace as the newest backup. One without content is
/// not worth a backup.
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

/// Whether a path names this file itself; a link to it is no backup of it.
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
    // A compaction that was cut short after this step has made the backup already.
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
            // What cannot be kept stays as narrow as it was created.
            drop(target.set_rights(&source.rights()?));
            return target.sync_all();
        };
        target.write_at(bytes, position)?;
        position = position.saturating_add(count as u64);
    }
}

/// Removes backups that an earlier, larger number left. One that cannot be removed stays until
/// the next compaction.
fn remove_beyond(vfs: &dyn Vfs, path: &Path, count: u8) {
    for number in count.saturating_add(1)..=BACKUPS_MAX {
        let surplus = backup_path(path, number);
        if vfs.look(&surplus).is_ok() {
            drop(vfs.remove(&surplus));
        }
    }
}
