//! Sealed changes of locked files that those files did not take.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use vstore::{Millis, SetAside};

use crate::private_file;
use crate::state::Ticket;

/// Changes of a locked file, sealed with its keys.
#[derive(Debug)]
pub(super) struct Sealed {
    /// The file; `None` if an earlier run of the program sealed them.
    pub(super) path: Option<PathBuf>,
    pub(super) session: Ticket,
    pub(super) changes: SetAside,
    /// Where they are also kept on disk, so that they outlive the program.
    pub(super) kept_at: Option<PathBuf>,
}

/// Changes of locked files that those files did not take: in memory and, where possible, in a
/// folder of this program, which may be on another disk.
#[derive(Debug, Default)]
pub(super) struct Vault {
    pub(super) sealed: Vec<Sealed>,
    pub(super) folder: Option<PathBuf>,
    /// Files with changes that are in the queue again. They are deleted once the database has taken
    /// the changes.
    pub(super) in_queue: Vec<PathBuf>,
}

/// The extension of the files in the folder of the vault.
const KEPT_ENDING: &str = "vstore-unsaved";
/// Further files are ignored, as are larger ones.
const KEPT_FILES_MAX: usize = 64;
const KEPT_BYTES_MAX: u64 = 256 << 20;

impl Vault {
    /// Uses this folder, and loads what an earlier run of the program has left there.
    pub(super) fn at(folder: PathBuf) -> Self {
        let kept = fs::read_dir(&folder).into_iter().flatten().flatten();
        let kept = kept.map(|entry| entry.path());
        let kept = kept.filter(|path| path.extension().is_some_and(|ending| ending == KEPT_ENDING));
        let sealed = kept.take(KEPT_FILES_MAX).filter_map(|path| {
            let is_plain = |found: &fs::Metadata| found.is_file() && found.len() <= KEPT_BYTES_MAX;
            fs::symlink_metadata(&path).ok().filter(is_plain)?;
            let changes = SetAside::from_bytes(&fs::read(&path).ok()?)?;
            Some(Sealed {
                path: None,
                session: Ticket::default(),
                changes,
                kept_at: Some(path),
            })
        });
        Self {
            sealed: sealed.collect(),
            folder: Some(folder),
            in_queue: Vec::new(),
        }
    }

    /// Deletes the files of changes that are now in the database, given up, or sealed again.
    pub(super) fn forget_queued(&mut self) {
        for path in self.in_queue.drain(..) {
            // If it cannot be removed, its changes are older than the records and are skipped next
            // time.
            fs::remove_file(&path).ok();
        }
    }

    pub(super) fn keep(&mut self, path: PathBuf, session: Ticket, changes: SetAside, now: Millis) {
        let folder = self.folder.as_deref();
        let kept_at = folder.and_then(|folder| write_kept(folder, &changes, now).ok());
        self.sealed.push(Sealed {
            path: Some(path),
            session,
            changes,
            kept_at,
        });
    }

    /// Removes those for which `is_over` is true, also from disk.
    pub(super) fn forget(&mut self, mut is_over: impl FnMut(&Sealed) -> bool) {
        self.sealed.retain(|sealed| {
            let is_over = is_over(sealed);
            if let Some(path) = sealed.kept_at.as_deref().filter(|_| is_over) {
                // One that cannot be removed is offered again, and then changes nothing.
                fs::remove_file(path).ok();
            }
            !is_over
        });
    }
}

/// Writes sealed changes to a new file.
pub(super) fn write_kept(folder: &Path, changes: &SetAside, now: Millis) -> io::Result<PathBuf> {
    private_file::create_folder(folder)?;
    for number in 0..KEPT_FILES_MAX {
        let path = folder.join(format!("{}-{number}.{KEPT_ENDING}", now.0));
        let mut file = match private_file::create(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        let written = file
            .write_all(&changes.to_bytes())
            .and_then(|()| file.sync_all());
        if let Err(error) = written {
            fs::remove_file(&path).ok();
            return Err(error);
        }
        return Ok(path);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
