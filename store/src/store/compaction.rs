//! Compaction: begun and finished by the owner of the store, written on any thread in between.

use super::Store;
use crate::file::{self, CompactError, Control, StoreFile};
use crate::snapshot::Snapshot;

/// A compaction that has begun.
#[derive(Debug)]
pub struct Compaction {
    pub(super) file: file::Compaction,
    pub(super) snapshot: Snapshot,
}

/// A compaction that is written and waits to be put in place.
#[derive(Debug)]
pub struct Compacted(file::Compacted);

impl Compaction {
    /// Writes the new checkpoint beside the file, and reads it back. Commits go on meanwhile.
    pub fn write(self, control: &Control) -> Result<Compacted, CompactError> {
        let records = self.snapshot.checkpoint_len();
        self.file
            .write(self.snapshot.chunks(), records, control)
            .map(Compacted)
    }
}

impl Store {
    /// Begins a compaction of the records as they are now; `None` without a file.
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

    /// Puts a new checkpoint in place, with what was committed meanwhile. On failure the old file
    /// goes on.
    pub fn finish_compaction(&mut self, compacted: Compacted) -> Result<(), CompactError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.finish_compaction(compacted.0)
    }

    /// Gives up a compaction whose writing failed.
    pub fn abort_compaction(&mut self) {
        if let Some(file) = &mut self.file {
            file.abort_compaction();
        }
    }

    /// Keeps this number of generations as `NAME.bak1…` from now on, at most 10; those that are too
    /// many go with the next compaction.
    pub fn set_backups(&mut self, count: u8) {
        if let Some(file) = &mut self.file {
            file.set_backups(count);
        }
    }

    /// Why the last compaction could not keep the generation before, in words. The compaction
    /// itself succeeded.
    pub fn backup_problem(&self) -> Option<&str> {
        self.file.as_ref().and_then(StoreFile::backup_problem)
    }

    /// Compacts at once, on this thread.
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

    /// Whether the journal is so long that a compaction pays.
    pub fn compaction_advised(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| !file.is_read_only() && file.compaction_advised())
    }

    /// Whether a compaction pays before closing, because the next opening would feel the journal.
    pub fn compaction_advised_on_close(&self) -> bool {
        self.file.as_ref().is_some_and(|file| {
            !file.is_read_only() && StoreFile::compaction_advised_on_close(file)
        })
    }
}
