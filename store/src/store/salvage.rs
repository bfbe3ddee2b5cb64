//! Salvage: rebuilds the records that are still readable in a damaged file, for a new file.
//!
//! The damaged file is only read. `file::salvage` finds its frames; here their payloads become
//! records again, one operation at a time where others are missing.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::Store;
use crate::batch::{Rejection, StoredBatch, WriteBatch};
use crate::change::Cause;
use crate::clock::Millis;
use crate::file::{
    self, Control, CreateError, CreateReport, Credentials, OpenError, Rescued, SalvageMode,
};
use crate::key::Key;
use crate::options::{CreateOptions, OpenOptions};
use crate::paths::PathCatalog;
use crate::segment::{Block, Segment};
use crate::snapshot::Snapshot;
use crate::state::State;

/// At most this many lost ranges and this many lost keys are listed.
const MAX_LISTED: usize = 1000;

/// How a damaged file is read and the new one is created.
#[derive(Clone, Debug, Default)]
pub struct SalvageOptions {
    /// How much is salvaged.
    pub mode: SalvageMode,
    /// How the damaged file is read.
    pub open: OpenOptions,
    /// How the new file is created. It gets the credentials of the damaged one.
    pub create: CreateOptions,
}

/// A range of keys whose records in the checkpoint are lost, between two keys that were found; both
/// ends are excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRange {
    /// The last key before the range; `None` if it begins with the first key.
    pub after: Option<Key>,
    /// The first key after the range; `None` if it extends to the last key.
    pub before: Option<Key>,
}

impl fmt::Display for LostRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.after, &self.before) {
            (Some(after), Some(before)) => write!(f, "keys between {after} and {before}"),
            (Some(after), None) => write!(f, "keys after {after}"),
            (None, Some(before)) => write!(f, "keys before {before}"),
            (None, None) => f.write_str("all keys"),
        }
    }
}

/// What was salvaged and what is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SalvageReport {
    /// About the frames of the file.
    pub file: file::FileSalvageReport,
    /// Number of salvaged records, including expired ones.
    pub records: usize,
    /// Number of salvaged settings of the file.
    pub settings: usize,
    /// Ranges of keys in which records may be lost; at most a thousand.
    pub lost_ranges: Vec<LostRange>,
    /// Keys changed by a transaction whose record is lost; at most a thousand.
    pub lost_keys: Vec<Key>,
    /// Number of changes that could not be applied because the record they change is lost.
    pub skipped_changes: u64,
    /// Number of chunks and transactions that are authentic but cannot be decoded.
    pub unreadable_payloads: u64,
}

impl SalvageReport {
    /// Whether nothing is known to be missing.
    pub fn is_complete(&self) -> bool {
        self.file.is_complete() && self.skipped_changes == 0 && self.unreadable_payloads == 0
    }
}

/// The salvaged records of a damaged file, in memory.
#[derive(Clone, Debug)]
pub struct Salvage {
    /// The records and settings, ready for [`Store::create_from`].
    pub snapshot: Snapshot,
    /// What was salvaged and what is lost.
    pub report: SalvageReport,
}

/// Why salvaging failed. The damaged file is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SalvageError {
    /// Nothing could be read.
    #[error(transparent)]
    Read(#[from] file::FileSalvageError),
    /// The target is the damaged file itself.
    #[error("the new file must not replace the damaged one")]
    SameFile,
    /// The new file could not be created.
    #[error(transparent)]
    Create(#[from] CreateError),
}

impl Store {
    /// Salvages into memory, to show what could be salvaged. Changes and creates no file.
    pub fn read_salvage(
        damaged: &Path,
        credentials: &Credentials,
        options: &SalvageOptions,
        control: &Control,
    ) -> Result<Salvage, file::FileSalvageError> {
        let open = &options.open;
        let rescued = file::salvage(
            &*open.vfs,
            damaged,
            credentials,
            options.mode,
            &open.kdf_limits,
            control,
        )?;
        let mut rebuild = Rebuild::new(rescued.report.clone());
        rebuild.replay(rescued, options, control)?;
        let Rebuild { state, mut report } = rebuild;
        report.records = state.len();
        report.settings = state.settings.len();
        let snapshot = Snapshot::new(Arc::new(state), Arc::clone(&open.clock));
        Ok(Salvage { snapshot, report })
    }

    /// Salvages a damaged file into a new one at `target`, which stays open. The damaged file is
    /// never written to.
    pub fn salvage(
        damaged: &Path,
        target: &Path,
        credentials: &Credentials,
        options: &SalvageOptions,
        control: &Control,
    ) -> Result<(Self, SalvageReport, CreateReport), SalvageError> {
        refuse_same_file(damaged, target, options)?;
        let Salvage { snapshot, report } =
            Self::read_salvage(damaged, credentials, options, control)?;
        let (store, created) =
            Self::create_from(target, &snapshot, credentials, &options.create, control)?;
        Ok((store, report, created))
    }
}

fn refuse_same_file(
    damaged: &Path,
    target: &Path,
    options: &SalvageOptions,
) -> Result<(), SalvageError> {
    let read = |error: file::IoError| file::FileSalvageError::Open(error.into());
    let source = match options.open.vfs.stat(damaged) {
        Ok(stat) => stat.id,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = damaged.to_owned();
            return Err(file::FileSalvageError::Open(OpenError::NotFound { path }).into());
        }
        Err(error) => return Err(read(error).into()),
    };
    match options.create.vfs.stat(target) {
        Ok(stat) if stat.id == source => Err(SalvageError::SameFile),
        _ => Ok(()),
    }
}

/// Rebuilds records from payloads.
struct Rebuild {
    state: State,
    report: SalvageReport,
}

impl Rebuild {
    fn new(file: file::FileSalvageReport) -> Self {
        Self {
            state: State::default(),
            report: SalvageReport {
                file,
                ..SalvageReport::default()
            },
        }
    }

    fn replay(
        &mut self,
        rescued: Rescued,
        options: &SalvageOptions,
        control: &Control,
    ) -> Result<(), file::FileSalvageError> {
        let now = options.open.clock.now();
        let mut settings = Vec::new();
        let mut blocks: Vec<(u64, Arc<Block>)> = Vec::new();
        for (number, chunk) in rescued.chunks {
            stop_if_cancelled(control)?;
            let Ok(decoded) = Block::decode(chunk) else {
                self.report.unreadable_payloads += 1;
                continue;
            };
            settings.extend(decoded.settings);
            let ascends = blocks
                .iter()
                .rev()
                .find(|(_, block)| block.len() > 0)
                .is_none_or(|(_, last)| last.last_key() < decoded.block.first_key());
            if decoded.block.len() == 0 || ascends {
                blocks.push((number, Arc::new(decoded.block)));
            } else {
                self.report.unreadable_payloads += 1;
            }
        }
        self.list_lost_ranges(&blocks);
        let blocks = blocks.into_iter().map(|(_, block)| block).collect();
        if let Some(segment) = Segment::new(blocks) {
            let mut catalog = PathCatalog::default();
            catalog.add_all((0..segment.len()).filter_map(|row| segment.get(row)));
            self.state = State::from_segment(segment, catalog);
        }
        self.state.settings.extend(settings);
        for (_, transaction) in &rescued.transactions {
            stop_if_cancelled(control)?;
            self.replay_transaction(transaction, now);
        }
        Ok(())
    }

    /// Applies a transaction. Operations whose record is lost are skipped, the others applied.
    fn replay_transaction(&mut self, payload: &Bytes, now: Millis) {
        let prepared = StoredBatch::new(payload)
            .and_then(|batch| Ok((batch, self.state.prepare_stored(batch, now)?)));
        match prepared {
            Ok((_, Ok(prepared))) => self.state.apply(&prepared),
            Ok((batch, Err(_))) => {
                for op in batch.ops().into_iter().flatten() {
                    let Ok(op) = op else {
                        self.report.unreadable_payloads += 1;
                        return;
                    };
                    let mut single = WriteBatch::new(Cause::Recovery);
                    single.push(op);
                    match self.state.prepare(&single, now) {
                        Ok(prepared) => self.state.apply(&prepared),
                        Err(rejection) => self.skip(rejection),
                    }
                }
            }
            Err(_) => self.report.unreadable_payloads += 1,
        }
    }

    fn skip(&mut self, rejection: Rejection) {
        self.report.skipped_changes += 1;
        if let Rejection::NoSuchRecord { key } = rejection
            && self.report.lost_keys.len() < MAX_LISTED
            && !self.report.lost_keys.contains(&key)
        {
            self.report.lost_keys.push(key);
        }
    }

    /// Lists the gaps between the chunks that were found.
    fn list_lost_ranges(&mut self, blocks: &[(u64, Arc<Block>)]) {
        let mut expected = 0;
        let mut after = None;
        for (number, block) in blocks {
            if block.len() > 0 && *number != expected {
                self.push_range(after.clone(), Key::new(block.first_key()).ok());
                expected = *number;
            }
            if block.len() > 0 {
                after = Key::new(block.last_key()).ok();
            }
            // A chunk that holds only settings does not close the range before it.
            if *number == expected {
                expected += 1;
            }
        }
        let file = &self.report.file;
        let end = file.chunks + file.lost_chunks.unwrap_or(1);
        if expected < end {
            self.push_range(after, None);
        }
    }

    fn push_range(&mut self, after: Option<Key>, before: Option<Key>) {
        if self.report.lost_ranges.len() < MAX_LISTED {
            self.report.lost_ranges.push(LostRange { after, before });
        }
    }
}

fn stop_if_cancelled(control: &Control) -> Result<(), file::FileSalvageError> {
    if control.is_cancelled() {
        Err(file::Cancelled.into())
    } else {
        Ok(())
    }
}
