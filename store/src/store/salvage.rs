//! Salvage: the records that can still be read of a damaged file, for a new file.
//!
//! The damaged file is only ever read. What it takes to find its frames is in `file::salvage`;
//! here payloads become records again, one op at a time where others are missing.

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

/// No more lost ranges, and no more lost keys, than this are listed.
const MAX_LISTED: usize = 1000;

/// How a damaged file is read and the new one is made.
#[derive(Clone, Debug, Default)]
pub struct SalvageOptions {
    /// How much is taken.
    pub mode: SalvageMode,
    /// How the damaged file is read.
    pub open: OpenOptions,
    /// How the new file is made. It gets the credentials of the damaged one.
    pub create: CreateOptions,
}

/// Keys of which the checkpoint held records that are lost: those between two that were found,
/// both excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRange {
    /// The last key before them; `None` from the first key on.
    pub after: Option<Key>,
    /// The first key behind them; `None` to the last key.
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

/// What was rescued, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SalvageReport {
    /// About the frames of the file.
    pub file: file::SalvageReport,
    /// Records that were rescued, due ones included.
    pub records: usize,
    /// Settings of the file that were rescued.
    pub settings: usize,
    /// Ranges of keys of which records may be lost; at most a thousand.
    pub lost_ranges: Vec<LostRange>,
    /// Keys that a transaction changed whose record is lost; at most a thousand.
    pub lost_keys: Vec<Key>,
    /// Changes that could not be made, because the record they change is lost.
    pub skipped_changes: u64,
    /// Chunks and transactions that are authentic but make no sense.
    pub unreadable_payloads: u64,
}

impl SalvageReport {
    /// Whether nothing is known to be missing.
    pub fn is_complete(&self) -> bool {
        self.file.is_complete() && self.skipped_changes == 0 && self.unreadable_payloads == 0
    }
}

/// What was rescued of a damaged file, in memory.
#[derive(Clone, Debug)]
pub struct Salvage {
    /// The records and settings, ready for [`Store::create_from`].
    pub snapshot: Snapshot,
    /// What was found and what was not.
    pub report: SalvageReport,
}

/// Why salvage failed. The damaged file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SalvageError {
    /// Nothing could be read.
    #[error(transparent)]
    Read(#[from] file::SalvageError),
    /// The new file would take the place of the damaged one.
    #[error("the new file must not take the place of the damaged one")]
    SameFile,
    /// The new file could not be made.
    #[error(transparent)]
    Create(#[from] CreateError),
}

impl Store {
    /// Reads what can be read of a damaged file, without changing it and without a new file: to
    /// show what would be rescued.
    pub fn read_salvage(
        damaged: &Path,
        credentials: &Credentials,
        options: &SalvageOptions,
        control: &Control,
    ) -> Result<Salvage, file::SalvageError> {
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

    /// Writes what can be read of a damaged file to a new one at `target`, which is left open.
    /// The damaged file is never written to.
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
    let read = |error: file::IoError| file::SalvageError::Open(error.into());
    let source = match options.open.vfs.stat(damaged) {
        Ok(stat) => stat.id,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = damaged.to_owned();
            return Err(file::SalvageError::Open(OpenError::NotFound { path }).into());
        }
        Err(error) => return Err(read(error).into()),
    };
    match options.create.vfs.stat(target) {
        Ok(stat) if stat.id == source => Err(SalvageError::SameFile),
        _ => Ok(()),
    }
}

/// Records on their way back from payloads.
struct Rebuild {
    state: State,
    report: SalvageReport,
}

impl Rebuild {
    fn new(file: file::SalvageReport) -> Self {
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
    ) -> Result<(), file::SalvageError> {
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

    /// Applies a transaction; where the record of an op is lost, the others all the same.
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

    /// The keys between the chunks that are there.
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
            // A chunk of settings alone leaves the range before it open.
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

fn stop_if_cancelled(control: &Control) -> Result<(), file::SalvageError> {
    if control.is_cancelled() {
        Err(file::Cancelled.into())
    } else {
        Ok(())
    }
}
