//! The store: records, their file, and the one way to change them.

mod compaction;
mod expire;
mod keys;
mod load;
mod open;
mod salvage;
mod set_aside;
mod verify;

pub use compaction::{Compacted, Compaction};
pub use expire::{ClockSuspect, ExpireError};
pub use open::OpenReport;
pub use salvage::{LostRange, Salvage, SalvageError, SalvageOptions, SalvageReport};
pub use set_aside::{Sealer, SetAside};
pub use verify::Verification;

use std::path::Path;
use std::sync::Arc;

use crate::batch::{Rejection, WriteBatch, encode_changes};
use crate::change::Cause;
use crate::clock::{Clock, Millis};
use crate::commit::{Commit, Seq};
use crate::file::{AppendError, CloseError, CompactError, Control, FileStats, StoreFile};
use crate::hooks::{Event, EventKind, HookId, Hooks, WriteQueue};
use crate::record::Record;
use crate::segment::{Merge, Merged};
use crate::snapshot::Snapshot;
use crate::state::{Prepared, State};
use crate::value::EncodedValue;
use expire::KnownTime;

/// A batch of at least this many bytes is not appended to the journal but written as a new
/// checkpoint, which is compressed in parallel and does not have to be compacted afterwards.
const LARGE_BATCH_BYTES: u64 = 8 << 20;

/// Records in memory and, unless it was made with [`Store::in_memory`], in an encrypted file.
///
/// One thread owns a store. Others read [`Snapshot`]s, which are cheap, immutable and stay valid.
#[derive(Debug)]
pub struct Store {
    state: Arc<State>,
    file: Option<StoreFile>,
    clock: Arc<dyn Clock>,
    known_time: KnownTime,
    hooks: Hooks,
}

/// Why a batch was not committed. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The batch contradicts the records.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The file could not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The file could not be written anew with it.
    #[error(transparent)]
    Checkpoint(#[from] CompactError),
}

/// Figures about a store.
#[derive(Clone, Debug)]
pub struct StoreStats {
    /// Visible records.
    pub records: usize,
    /// Visible records that are going to expire.
    pub expiring: usize,
    /// Records that ran out, which are hidden and wait to be deleted.
    pub expired: usize,
    /// Distinct paths in all values.
    pub paths: usize,
    /// Segments in memory.
    pub segments: usize,
    /// Figures about the file, if there is one.
    pub file: Option<FileStats>,
}

impl Store {
    /// A store without a file. What it holds is gone when it is dropped.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Self {
        Self::new(State::default(), None, clock)
    }

    fn new(state: State, file: Option<StoreFile>, clock: Arc<dyn Clock>) -> Self {
        Self {
            known_time: KnownTime::of(&state),
            state: Arc::new(state),
            file,
            clock,
            hooks: Hooks::default(),
        }
    }

    /// The records as they are now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(Arc::clone(&self.state), Arc::clone(&self.clock))
    }

    /// The record of a key. Hooks on [`EventKind::Get`] are told, which reads of a snapshot do
    /// not do.
    pub fn get(&mut self, key: &str) -> Option<Record> {
        let found = self.snapshot().get(key);
        self.hooks.publish_get(key, found.as_ref());
        found
    }

    /// Makes a batch durable and visible, or refuses it whole.
    pub fn commit(&mut self, batch: &WriteBatch) -> Result<Commit, CommitError> {
        let mut commits = self.commit_all(std::slice::from_ref(batch))?;
        let only = commits.pop().unwrap_or(Ok(self.unchanged(batch.cause)));
        only.map_err(CommitError::Rejected)
    }

    /// Makes several batches durable with one sync (group commit). Each is refused or committed on
    /// its own, in order, later ones seeing earlier ones; if the file cannot take them, none is.
    pub fn commit_all(
        &mut self,
        batches: &[WriteBatch],
    ) -> Result<Vec<Result<Commit, Rejection>>, AppendError> {
        let now = self.clock.now();
        self.known_time.learn(now);
        let mut next = State::clone(&self.state);
        let mut payloads = Vec::new();
        let mut commits = Vec::with_capacity(batches.len());
        for batch in batches {
            let prepared = prepare(&next, batch, self.known_time, now).and_then(|prepared| {
                let journal = self.file.is_some() && !prepared.is_empty();
                let payload = journal
                    .then(|| encode_changes(&prepared.changes, &prepared.settings))
                    .transpose()?;
                Ok((prepared, payload))
            });
            commits.push(prepared.map(|(prepared, payload)| {
                if !prepared.is_empty() {
                    payloads.extend(payload);
                    next.apply(&prepared);
                    next.seq = Seq(next.seq.0 + 1);
                }
                commit_of(prepared, next.seq, batch.cause, now)
            }));
        }
        if !payloads.is_empty() {
            self.append(&payloads)?;
        }
        self.state = Arc::new(next);
        for commit in commits.iter().flatten() {
            self.hooks.publish(commit);
        }
        Ok(commits)
    }

    /// Makes payloads durable. If the file is in doubt after a failed sync, it is first written
    /// anew from memory, to a new file, without them.
    fn append(&mut self, payloads: &[bytes::Bytes]) -> Result<(), AppendError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        match file.append(payloads) {
            Err(error @ AppendError::Poisoned { .. }) => {
                // A compaction that is under way will do the same when it is finished.
                if file.is_compacting() || self.compact(&Control::default()).is_err() {
                    return Err(error);
                }
                self.file
                    .as_mut()
                    .map_or(Ok(()), |file| file.append(payloads))
            }
            other => other,
        }
    }

    /// As [`commit`](Self::commit), for batches that may be large: those are written as a new
    /// checkpoint, with progress, and can be cancelled until the last moment.
    pub fn commit_large(
        &mut self,
        batch: &WriteBatch,
        control: &Control,
    ) -> Result<Commit, CommitError> {
        let is_large = batch.record_bytes() >= LARGE_BATCH_BYTES;
        // While a compaction with the records of before is under way, the journal takes the batch.
        let takes_checkpoint = |file: &&mut StoreFile| is_large && !file.is_compacting();
        let Some(file) = self.file.as_mut().filter(takes_checkpoint) else {
            return self.commit(batch);
        };
        let now = self.clock.now();
        self.known_time.learn(now);
        let prepared = prepare(&self.state, batch, self.known_time, now)?;
        let mut next = State::clone(&self.state);
        next.apply(&prepared);
        next.seq = Seq(next.seq.0 + 1);
        let next = Arc::new(next);
        let snapshot = Snapshot::new(Arc::clone(&next), Arc::clone(&self.clock));
        let compaction = file.begin_compaction()?;
        let written = compaction.write(snapshot.chunks(), snapshot.checkpoint_len(), control);
        if let Err(error) = written.and_then(|compacted| file.finish_compaction(compacted)) {
            file.abort_compaction();
            return Err(error.into());
        }
        let commit = commit_of(prepared, next.seq, batch.cause, now);
        self.state = next;
        self.hooks.publish(&commit);
        Ok(commit)
    }

    /// When [`expire_due`](Self::expire_due) has something to do next.
    pub fn next_expiry(&self) -> Option<Millis> {
        self.state.expiry.next()
    }

    /// A setting of the file: a small value beside the records, never shown or exported as one.
    pub fn setting(&self, name: &str) -> Option<&EncodedValue> {
        self.state.settings.get(name)
    }

    /// Has `hook` told about events of these kinds, after they happened, on the thread that owns
    /// the store.
    pub fn subscribe(
        &mut self,
        kinds: &[EventKind],
        hook: impl FnMut(&Event<'_>, &mut WriteQueue) + Send + 'static,
    ) -> HookId {
        self.hooks.subscribe(kinds, Box::new(hook))
    }

    /// Ends a subscription; whether it existed.
    pub fn unsubscribe(&mut self, id: HookId) -> bool {
        self.hooks.unsubscribe(id)
    }

    /// Writes what hooks have queued so far. What their hooks queue waits for the next call, so
    /// that hooks cannot keep a store busy for ever.
    pub fn commit_queued(&mut self) -> Result<Vec<Result<Commit, Rejection>>, AppendError> {
        let queued = self.hooks.take_queued();
        if queued.is_empty() {
            Ok(Vec::new())
        } else {
            self.commit_all(&queued)
        }
    }

    /// Merging that would make lookups faster, if any. It may run on any thread.
    pub fn plan_merge(&self) -> Option<Merge> {
        self.state.plan_merge()
    }

    /// Puts merged segments in place; `false` if they were merged otherwise meanwhile.
    pub fn install_merge(&mut self, merged: Merged) -> bool {
        Arc::make_mut(&mut self.state).install(merged)
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(StoreFile::path)
    }

    /// Whether the file was opened read-only.
    pub fn is_read_only(&self) -> bool {
        self.file.as_ref().is_some_and(StoreFile::is_read_only)
    }

    /// Whether another program put another file in the place of ours, or changed it. No commit
    /// would be accepted then; the ways on are to write these records elsewhere
    /// ([`create_from`](Self::create_from)), or to drop this store and open the file again.
    pub fn is_changed_elsewhere(&self) -> Result<bool, crate::file::IoError> {
        match &self.file {
            Some(file) => file.is_unchanged_elsewhere().map(|unchanged| !unchanged),
            None => Ok(false),
        }
    }

    /// Where the store stands now, to be remembered outside of its file and given to a later
    /// opening ([`OpenOptions::known`](crate::OpenOptions::known)); `None` without a file.
    pub fn position(&self) -> Option<crate::file::Position> {
        self.file.as_ref().map(StoreFile::position)
    }

    /// The failure after which the file takes nothing until it could be written anew, which each
    /// commit tries first. The records can still be read, and written to another place
    /// ([`create_from`](Self::create_from)).
    pub fn poisoned(&self) -> Option<&str> {
        self.file.as_ref().and_then(StoreFile::poisoned)
    }

    /// Figures, from memory.
    pub fn stats(&self) -> StoreStats {
        let snapshot = self.snapshot();
        StoreStats {
            records: snapshot.len(),
            expiring: snapshot.expiring_len(),
            expired: snapshot.due_len(),
            paths: self.state.catalog.len(),
            segments: self.state.segments.len(),
            file: self.file.as_ref().map(StoreFile::stats),
        }
    }

    /// Marks the file as closed cleanly and releases it. Acknowledged commits are safe even if
    /// this fails or is never called.
    pub fn close(self) -> Result<(), CloseError> {
        self.file.map_or(Ok(()), StoreFile::close)
    }

    /// The file, for tests that reach below the store.
    #[cfg(test)]
    pub(crate) fn file_for_tests(&mut self) -> &mut StoreFile {
        self.file.as_mut().expect("a store with a file")
    }

    fn unchanged(&self, cause: Cause) -> Commit {
        commit_of(Prepared::default(), self.state.seq, cause, self.clock.now())
    }
}

/// Works out what a batch does to a state, and what is to be noted about the time with it.
fn prepare(
    state: &State,
    batch: &WriteBatch,
    known_time: KnownTime,
    now: Millis,
) -> Result<Prepared, Rejection> {
    let mut prepared = state.prepare(batch, now)?;
    if !prepared.changes.is_empty() {
        prepared.settings.extend(known_time.note(state, now));
    }
    Ok(prepared)
}

fn commit_of(prepared: Prepared, seq: Seq, cause: Cause, at: Millis) -> Commit {
    Commit {
        seq,
        cause,
        at,
        changes: prepared.changes.into(),
        settings: prepared.settings.into(),
    }
}
