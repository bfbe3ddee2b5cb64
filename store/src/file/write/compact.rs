//! Compaction: writes a new generation to a temporary file, verifies it, and replaces the old one.
//!
//! Writing takes long and does not need the open file, so it can run on any thread while commits
//! continue; only the owner of the [`StoreFile`] begins and finishes a compaction.

use std::{fmt, sync::Arc, thread, time::Duration};

use bytes::Bytes;

use crate::control::Control;
use crate::file::disk::entropy::{Entropy, random};
use crate::file::disk::io_error::IoError;
use crate::file::disk::lock::lock_data;
use crate::file::disk::rules::{Rule, holds};
use crate::file::disk::siblings::{folder, temp_path};
use crate::file::disk::vfs::Vfs;
use crate::file::format::header::Header;
use crate::file::format::meta::{Ctrl, FileMeta, Previous};
use crate::file::format::slots::Slots;
use crate::file::keys::seal::{Dek, Nonce};
use crate::file::write::checkpoint::{self, NewGeneration, TempFile};
use crate::file::write::compact_error::CompactError;
use crate::file::write::journal;
use crate::file::write::read_back::read_back;
use crate::file::write::side_list::SideList;
use crate::file::write::store_file::{Generation, StoreFile};

/// The data key and the slots of a new generation, if they differ from those of the old one.
pub(crate) struct NewKeys {
    pub(crate) dek: Dek,
    pub(crate) slots: Slots,
}

/// A compaction that was begun; [`write`](Self::write) may run on any thread.
pub struct FileCompaction {
    vfs: Arc<dyn Vfs>,
    entropy: Arc<dyn Entropy>,
    path: std::path::PathBuf,
    number: u64,
    dek: Dek,
    first_nonce: Nonce,
    header: Header,
    meta: FileMeta,
}

/// A new generation, written and verified, that is ready to replace the old one. Dropping it
/// removes its temporary file.
pub struct CompactedFile {
    number: u64,
    dek: Dek,
    // Dropped before the temporary file is removed, as some systems require.
    generation: Generation,
    temp: TempFile,
}

impl fmt::Debug for FileCompaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileCompaction")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CompactedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompactedFile")
            .field("temp", &self.temp)
            .finish_non_exhaustive()
    }
}

impl StoreFile {
    /// Begins a compaction of the current state: the chunks passed to [`FileCompaction::write`]
    /// must contain every transaction appended so far, and none appended later.
    ///
    /// Until [`finish_compaction`](Self::finish_compaction) or
    /// [`abort_compaction`](Self::abort_compaction), the payloads of [`append`](Self::append) are
    /// also kept in memory. A poisoned file can be compacted, and recovers by it.
    ///
    /// # Errors
    ///
    /// [`CompactError`] if the file is read-only, a compaction is under way, or the file was
    /// changed by another program or a later version.
    pub fn begin_compaction(&mut self) -> Result<FileCompaction, CompactError> {
        self.begin_with_keys(None)
    }

    /// Like [`begin_compaction`](Self::begin_compaction), with new keys if given.
    pub(crate) fn begin_with_keys(
        &mut self,
        keys: Option<NewKeys>,
    ) -> Result<FileCompaction, CompactError> {
        let base_txn = self.generation.last_txn;
        self.begin(base_txn, Vec::new(), keys)
    }

    /// Begins a compaction that keeps the chunks of the current checkpoint.
    pub(crate) fn begin_rewrite(
        &mut self,
        transactions: &[Bytes],
    ) -> Result<FileCompaction, CompactError> {
        let base_txn = self.generation.meta.base_txn;
        self.begin(base_txn, transactions.to_vec(), None)
    }

    fn begin(
        &mut self,
        base_txn: u64,
        payloads: Vec<Bytes>,
        keys: Option<NewKeys>,
    ) -> Result<FileCompaction, CompactError> {
        if self.is_read_only() {
            return Err(CompactError::ReadOnly);
        }
        if self.compaction.is_some() {
            return Err(CompactError::AlreadyRunning);
        }
        if self.generation.skipped > 0 {
            return Err(CompactError::WouldDropUnknownFrames);
        }
        let old = &self.generation;
        let rotating = keys.is_some();
        let NewKeys { dek, slots } = keys.unwrap_or_else(|| NewKeys {
            dek: self.dek.clone(),
            slots: old.header.slots,
        });
        let first_nonce = random(&*self.entropy)?;
        let store_id = old.header.store_id;
        let header = Header {
            generation: old.header.generation.saturating_add(1),
            epoch: old.header.epoch.saturating_add(1),
            gen_salt: dek.generation_salt(&store_id, &first_nonce),
            dek_commit: dek.commitment(&store_id),
            slots,
            ..old.header.clone()
        };
        let meta = FileMeta {
            epoch: header.epoch,
            generation: header.generation,
            base_txn,
            prev: Some(Previous {
                generation: old.header.generation,
                seq: old.chain.seq.saturating_sub(1),
                tag: old.chain.prev_tag,
            }),
            app: self.program.clone(),
            ..old.meta.clone()
        };
        self.compactions_begun = self.compactions_begun.saturating_add(1);
        let number = self.compactions_begun;
        self.compaction = Some(SideList {
            number,
            payloads,
            rotating,
        });
        Ok(FileCompaction {
            vfs: Arc::clone(&self.vfs),
            entropy: Arc::clone(&self.entropy),
            path: self.path.clone(),
            number,
            dek,
            first_nonce,
            header,
            meta,
        })
    }

    /// Replaces the file by a new generation: appends the transactions since the beginning, makes
    /// it durable, renames it, and makes the name durable.
    ///
    /// On an error before the rename the old file stays complete. The compaction is over in any
    /// case. Success also recovers a poisoned file.
    pub fn finish_compaction(&mut self, compacted: CompactedFile) -> Result<(), CompactError> {
        let side = self
            .compaction
            .take_if(|side| side.number == compacted.number)
            .ok_or(CompactError::NotRunning)?;
        if !self.is_unchanged_elsewhere()? {
            return Err(CompactError::ExternallyModified);
        }
        let CompactedFile {
            mut generation,
            temp,
            dek,
            ..
        } = compacted;
        drop(generation.file.set_rights(&self.generation.file.rights()?));
        if !self.catch_up(&mut generation, &side)? && holds(Rule::SyncBeforeRename) {
            generation.file.sync_all()?;
        }
        self.keep_backup();
        rename(&*self.vfs, &temp, &self.path).map_err(CompactError::Deferred)?;
        temp.renamed();
        generation.file.renamed(&self.path);
        self.generation = generation;
        self.dek = dek;
        if holds(Rule::SyncFolderAfterRename)
            && let Err(error) = self.vfs.sync_dir(folder(&self.path))
        {
            // A power failure may undo the rename, so nothing may be acknowledged.
            self.poison(&error);
            return Err(CompactError::NameInDoubt(error));
        }
        self.poisoned = None;
        if let Some(lock) = &mut self.lock {
            lock.clear_failed_sync();
        }
        Ok(())
    }

    /// Aborts a compaction; its temporary file is removed when its parts are dropped.
    pub fn abort_compaction(&mut self) {
        self.compaction = None;
    }

    /// Whether a compaction is under way.
    pub fn is_compacting(&self) -> bool {
        self.compaction.is_some()
    }

    pub(crate) fn remember_for_compaction(&mut self, payloads: &[Bytes]) {
        if let Some(side) = &mut self.compaction {
            side.payloads.extend_from_slice(payloads);
        }
    }

    /// Brings a new generation, before its rename, to the state of the old one. Returns whether
    /// that needed a sync.
    fn catch_up(&self, new: &mut Generation, side: &SideList) -> Result<bool, CompactError> {
        let mut synced = false;
        let entropy = &*self.entropy;
        let payloads = &side.payloads;
        if !side.rotating && new.header.slots != self.generation.header.slots {
            // The password changed meanwhile. (It cannot while the data key is exchanged.)
            let epoch = new
                .header
                .epoch
                .max(self.generation.header.epoch)
                .saturating_add(1);
            new.header.slots = self.generation.header.slots;
            new.header.epoch = epoch;
            checkpoint::write_headers(&*new.file, &new.header, &self.dek)?;
            let note = journal::encode_ctrl(new, entropy, &Ctrl::HeaderEpoch(epoch))?;
            new.write(&note)?;
            new.file.sync_all()?;
            new.advance(&note);
            new.known_epoch = epoch;
            synced = true;
        }
        if !payloads.is_empty() {
            let encoded = journal::encode_transactions(new, entropy, payloads)?;
            new.write(&encoded)?;
            new.file.sync_all()?;
            new.advance(&encoded);
            synced = true;
        }
        Ok(synced)
    }
}

impl FileCompaction {
    /// Writes a checkpoint of `chunks` (each at most 64 MiB) with `records` records durably to a
    /// temporary file, and reads it back. O(n) in the size of the chunks.
    ///
    /// # Errors
    ///
    /// [`CompactError`]; the file is unchanged.
    pub fn write(
        self,
        chunks: impl Iterator<Item = Bytes>,
        records: u64,
        control: &Control,
    ) -> Result<CompactedFile, CompactError> {
        let temp = TempFile::new(
            Arc::clone(&self.vfs),
            temp_path(&self.path, &*self.entropy)?,
        );
        let file = self.vfs.create_new(temp.path())?;
        // Locked before the rename, so that no other process can lock it first.
        lock_data(&*file)?;
        let new = NewGeneration {
            dek: &self.dek,
            first_nonce: self.first_nonce,
            header: self.header,
            meta: self.meta,
            records,
            entropy: &*self.entropy,
            control,
        };
        let generation = new.write::<CompactError>(file, chunks)?;
        read_back(&generation, &self.dek, control)?;
        Ok(CompactedFile {
            number: self.number,
            dek: self.dek,
            generation,
            temp,
        })
    }
}

/// Renames with retries: on Windows, virus scanners and sync clients briefly keep files open.
fn rename(vfs: &dyn Vfs, temp: &TempFile, to: &std::path::Path) -> Result<(), IoError> {
    let mut pause = Duration::from_millis(10);
    loop {
        match vfs.rename(temp.path(), to) {
            Err(error)
                if cfg!(windows)
                    && error.is_write_refused()
                    && pause <= Duration::from_millis(1280) =>
            {
                thread::sleep(pause);
                pause = pause.saturating_mul(2);
            }
            other => return other,
        }
    }
}
