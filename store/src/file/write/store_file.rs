//! An open file: its handle, keys, position and lock. The operations are in the modules that
//! are named after them.
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::file::disk::entropy::Entropy;
use crate::file::disk::io_error::IoError;
use crate::file::disk::lock::Lock;
use crate::file::disk::rules::{Rule, holds};
use crate::file::disk::vfs::{FileId, Stat, Vfs, VfsFile};
use crate::file::format::frame::Chain;
use crate::file::format::header::{DATA_OFFSET, Header};
use crate::file::format::meta::FileMeta;
use crate::file::keys::kdf::KdfParams;
use crate::file::keys::seal::{Dek, FrameCipher, TAG_LEN, Tag};
use crate::file::write::append_error::AppendError;
use crate::file::write::side_list::SideList;

/// A file with one header and one chain of frames.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) file: Box<dyn VfsFile>,
    pub(crate) id: FileId,
    pub(crate) header: Header,
    pub(crate) meta: FileMeta,
    pub(crate) cipher: FrameCipher,
    /// The position of the next frame; its offset is the length of the file.
    pub(crate) chain: Chain,
    /// All frames before this one are durable.
    pub(crate) durable_seq: u64,
    pub(crate) journal_start: u64,
    pub(crate) journal_frames: u64,
    pub(crate) records: u64,
    pub(crate) last_txn: u64,
    /// The header epoch recorded in the frames.
    pub(crate) known_epoch: u64,
    /// Whether nothing was appended since a clean close.
    pub(crate) closed: bool,
    /// The number of frames of a later version that were skipped when reading.
    pub(crate) skipped: u64,
}

/// An open `.vstore` file.
///
/// A file can be open for writing once at a time, and for reading any number of times. Dropping it
/// releases the lock; [`close`](Self::close) also marks the file as closed cleanly.
pub struct StoreFile {
    pub(crate) vfs: Arc<dyn Vfs>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) path: PathBuf,
    /// The data file, which is locked too. Dropped before the lock file, so that the data file is
    /// unlocked once the lock file is.
    pub(crate) generation: Generation,
    /// `None` when opened read-only.
    pub(crate) lock: Option<Lock>,
    pub(crate) dek: Dek,
    /// The cost of the password the file was opened with.
    pub(crate) kdf: Option<KdfParams>,
    pub(crate) program: String,
    /// The failure after which nothing may be appended, in words.
    pub(crate) poisoned: Option<String>,
    pub(crate) compaction: Option<SideList>,
    pub(crate) compactions_begun: u64,
    /// The number of generations kept as backups.
    pub(crate) backups: u8,
    pub(crate) backup_problem: Option<String>,
    /// The length of a torn tail in bytes, which a read-only opening does not cut off.
    pub(crate) left_unread: u64,
}

impl fmt::Debug for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreFile")
            .field("path", &self.path)
            .field("read_only", &self.is_read_only())
            .field("poisoned", &self.poisoned)
            .finish_non_exhaustive()
    }
}

/// Figures about an open file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStats {
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Length of the checkpoint in bytes, as stored.
    pub checkpoint_bytes: u64,
    /// Length of the journal in bytes, as stored.
    pub journal_bytes: u64,
    /// Number of frames in the journal.
    pub journal_frames: u64,
    /// Number of records in the checkpoint.
    pub records_in_checkpoint: u64,
    /// Number of the last transaction since the store was created.
    pub last_transaction: u64,
    /// Generation: one more with every compaction.
    pub generation: u64,
    /// Header epoch: one more with every change of a header.
    pub header_epoch: u64,
    /// When the store was created, Unix time in milliseconds.
    pub created_at: i64,
    /// The cost of key derivation of the password it was opened with, if known.
    pub kdf: Option<KdfParams>,
    /// Whether opening needs a key file.
    pub needs_key_file: bool,
}

impl StoreFile {
    /// The file, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file cannot be written.
    pub fn is_read_only(&self) -> bool {
        self.lock.is_none()
    }

    /// The failure after which nothing can be appended until a compaction succeeds, in words.
    pub fn poisoned(&self) -> Option<&str> {
        self.poisoned.as_deref()
    }

    /// Figures about the file, from memory.
    pub fn stats(&self) -> FileStats {
        let generation = &self.generation;
        FileStats {
            bytes: generation.chain.offset,
            checkpoint_bytes: generation.checkpoint_bytes(),
            journal_bytes: generation.journal_bytes(),
            journal_frames: generation.journal_frames,
            records_in_checkpoint: generation.records,
            last_transaction: generation.last_txn,
            generation: generation.header.generation,
            header_epoch: generation.header.epoch,
            created_at: generation.meta.created,
            kdf: self.kdf,
            needs_key_file: generation.header.needs_key_file(),
        }
    }

    /// Whether the journal is long enough for a compaction: longer than the checkpoint (and than
    /// 4 MiB), or more than 50 000 frames.
    pub fn compaction_advised(&self) -> bool {
        let generation = &self.generation;
        generation.journal_bytes() > generation.checkpoint_bytes().max(4 << 20)
            || generation.journal_frames > 50_000
    }

    /// Whether to compact before closing: the journal is longer than a quarter of the checkpoint
    /// (and than 256 KiB), which would slow down the next opening.
    pub fn compaction_advised_on_close(&self) -> bool {
        let generation = &self.generation;
        generation.journal_bytes() > (generation.checkpoint_bytes() / 4).max(256 << 10)
    }

    /// Refuses writing if it is impossible or unsafe.
    pub(crate) fn writable(&self) -> Result<(), AppendError> {
        if self.is_read_only() {
            return Err(AppendError::ReadOnly);
        }
        match &self.poisoned {
            Some(cause) => Err(AppendError::Poisoned {
                cause: cause.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Whether the path still names the file that was opened, with the length and the last frame
    /// that were written.
    pub(crate) fn is_unchanged_elsewhere(&self) -> Result<bool, IoError> {
        let generation = &self.generation;
        // A poisoned file may end with data that could neither be synced nor rolled back.
        if self.poisoned.is_some() {
            return Ok(self.stat_of_ours()?.is_some());
        }
        let len = generation.chain.offset.saturating_add(self.left_unread);
        let as_long = self.stat_of_ours()?.is_some_and(|stat| stat.len == len);
        Ok(as_long && (!holds(Rule::CompareLastTag) || generation.ends_as_left()?))
    }

    /// The length and identity of the file, if the path still names it.
    pub(crate) fn stat_of_ours(&self) -> Result<Option<Stat>, IoError> {
        match self.vfs.stat(&self.path) {
            Ok(stat) => Ok(Some(stat).filter(|stat| stat.id == self.generation.id)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn check_unchanged_elsewhere(&self) -> Result<(), AppendError> {
        if self.is_unchanged_elsewhere()? {
            Ok(())
        } else {
            Err(AppendError::ExternallyModified)
        }
    }

    /// Stops writing after a failure that leaves the state of the file unknown; returns the cause
    /// in words.
    pub(crate) fn poison(&mut self, error: &IoError) -> String {
        self.poisoned
            .get_or_insert_with(|| error.to_string())
            .clone()
    }

    /// Like [`poison`](Self::poison), and also records the failed sync for the next process on this
    /// computer: the page cache may have bytes that are not on the disk, and a later sync would
    /// report success.
    pub(crate) fn poison_by_sync(&mut self, error: &IoError) -> String {
        let id = self.generation.id;
        if let Some(lock) = &mut self.lock {
            lock.mark_failed_sync(id);
        }
        self.poison(error)
    }
}

impl Generation {
    /// Whether the tag of the last frame is still where it was written. It authenticates all frames
    /// before it, so it differs after any overwriting of the file.
    fn ends_as_left(&self) -> Result<bool, IoError> {
        let mut tag: Tag = [0; TAG_LEN];
        let at = self.chain.offset.saturating_sub(TAG_LEN as u64);
        let count = self.file.read_at(&mut tag, at)?;
        Ok(count == TAG_LEN && tag == self.chain.prev_tag)
    }

    fn checkpoint_bytes(&self) -> u64 {
        self.journal_start.saturating_sub(DATA_OFFSET)
    }

    fn journal_bytes(&self) -> u64 {
        self.chain.offset.saturating_sub(self.journal_start)
    }
}
