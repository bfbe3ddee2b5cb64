//! Compaction: the owner of the store begins and finishes it; in between, any thread may write it.

use super::Store;
use crate::file::{self, CompactError, Control, StoreFile};
use crate::snapshot::Snapshot;

/// A compaction that has begun; [`write`](Self::write) may run on any thread.
#[derive(Debug)]
pub struct Compaction {
    pub(super) file: file::FileCompaction,
    pub(super) snapshot: Snapshot,
}

/// A written compaction that [`Store::finish_compaction`] still has to put in place.
#[derive(Debug)]
pub struct Compacted(file::CompactedFile);

impl Compaction {
    /// Writes the new checkpoint to a file next to the old one and reads it back. Commits continue
    /// meanwhile.
    pub fn write(self, control: &Control) -> Result<Compacted, CompactError> {
        let records = self.snapshot.checkpoint_len();
        self.file
            .write(self.snapshot.chunks(), records, control)
            .map(Compacted)
    }
}

impl Store {
    /// Begins a compaction of the current records; `None` if the store has no file.
    pub fn begin_compaction(&mut self) -> Result<Option<Compaction>, CompactError> {
        let snapshot = self.snapshot();
        let Some(file) = &mut self.file else {
            return Ok(None);
        };
        Ok(Some(Compaction {
            file: file.begin_compaction()?,
            snapshot,
        }))
    }

    /// Puts a new checkpoint in place, together with the commits made meanwhile. On failure the old
    /// file stays in use.
    pub fn finish_compaction(&mut self, compacted: Compacted) -> Result<(), CompactError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.finish_compaction(compacted.0)
    }

    /// Abandons a compaction whose writing failed.
    pub fn abort_compaction(&mut self) {
        if let Some(file) = &mut self.file {
            file.abort_compaction();
        }
    }

    /// Sets how many earlier versions of the file are kept as `NAME.bak1…`, at most 10. The next
    /// compaction deletes those in excess.
    pub fn set_backups(&mut self, count: u8) {
        if let Some(file) = &mut self.file {
            file.set_backups(count);
        }
    }

    /// Why the last compaction could not keep the previous version of the file as a backup,
    /// although the compaction itself succeeded.
    pub fn backup_problem(&self) -> Option<&str> {
        self.file.as_ref().and_then(StoreFile::backup_problem)
    }

    /// Compacts on this thread, which takes as long as writing and reading back all records.
    pub fn compact(&mut self, control: &Control) -> Result<(), CompactError> {
        let Some(compaction) = self.begin_compaction()? else {
            return Ok(());
        };
        let result = compaction
            .write(control)
            .and_then(|compacted| self.finish_compaction(compacted));
        if result.is_err() {
            self.abort_compaction();
        }
        result
    }

    /// Whether the journal is long enough to be worth a compaction.
    pub fn compaction_advised(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| !file.is_read_only() && file.compaction_advised())
    }

    /// Whether to compact before closing because the journal would noticeably slow the next
    /// opening down.
    pub fn compaction_advised_on_close(&self) -> bool {
        self.file.as_ref().is_some_and(|file| {
            !file.is_read_only() && StoreFile::compaction_advised_on_close(file)
        })
    }
}
