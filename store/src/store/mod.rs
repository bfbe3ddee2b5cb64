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

/// A batch of at least this many bytes is not appended to the journal: it is written as a new
/// checkpoint, which is compressed in parallel and needs no compaction afterwards.
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

/// Why a batch was not committed. Neither the records nor the file changed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The batch contradicts the records.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The batch could not be appended to the file.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The file could not be rewritten with the batch.
    #[error(transparent)]
    Checkpoint(#[from] CompactError),
}

/// Statistics of a store.
#[derive(Clone, Debug)]
pub struct StoreStats {
    /// Visible records.
    pub records: usize,
    /// Visible records that are going to expire.
    pub expiring: usize,
    /// Expired records, which are hidden and not yet deleted.
    pub expired: usize,
    /// Distinct paths in all values.
    pub paths: usize,
    /// Segments in memory.
    pub segments: usize,
    /// Statistics of the file, if there is one.
    pub file: Option<FileStats>,
}

impl Store {
    /// Creates a store without a file. Its records are lost when it is dropped.
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

    /// The current records. Takes constant time.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(Arc::clone(&self.state), Arc::clone(&self.clock))
    }

    /// The record of a key. Notifies the hooks on [`EventKind::Get`], unlike reading a snapshot.
    pub fn get(&mut self, key: &str) -> Option<Record> {
        let found = self.snapshot().get(key);
        self.hooks.publish_get(key, found.as_ref());
        found
    }

    /// Makes a batch durable and visible, or refuses it as a whole.
    ///
    /// # Errors
    ///
    /// [`CommitError::Rejected`] if the batch contradicts the records, [`CommitError::Append`] if
    /// the file cannot be written. Nothing changed in either case.
    pub fn commit(&mut self, batch: &WriteBatch) -> Result<Commit, CommitError> {
        let mut commits = self.commit_all(std::slice::from_ref(batch))?;
        let only = commits.pop().unwrap_or(Ok(self.unchanged(batch.cause)));
        only.map_err(CommitError::Rejected)
    }

    /// Makes several batches durable with one sync (group commit). Each is committed or refused on
    /// its own, in order; later ones see the changes of earlier ones.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, none of the batches is committed.
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

    /// Makes payloads durable. If a failed sync left the file in doubt, it is first replaced by a
    /// new file, written from memory without them.
    fn append(&mut self, payloads: &[bytes::Bytes]) -> Result<(), AppendError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        match file.append(payloads) {
            Err(error @ AppendError::Poisoned { .. }) => {
                // A running compaction replaces the file when it is finished.
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

    /// As [`commit`](Self::commit), for batches that may be large: those of 8 MiB and more are
    /// written as a new checkpoint, which reports progress and can be cancelled until it is put in
    /// place.
    pub fn commit_large(
        &mut self,
        batch: &WriteBatch,
        control: &Control,
    ) -> Result<Commit, CommitError> {
        let is_large = batch.record_bytes() >= LARGE_BATCH_BYTES;
        // A running compaction writes the records from before the batch, which therefore goes to
        // the journal.
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

    /// When the next record expires, so that [`expire_due`](Self::expire_due) has something to do.
    pub fn next_expiry(&self) -> Option<Millis> {
        self.state.expiry.next()
    }

    /// A setting of the file: a small value stored next to the records but never shown or exported
    /// with them.
    pub fn setting(&self, name: &str) -> Option<&EncodedValue> {
        self.state.settings.get(name)
    }

    /// Calls `hook` after events of these kinds, on the thread that owns the store.
    pub fn subscribe(
        &mut self,
        kinds: &[EventKind],
        hook: impl FnMut(&Event<'_>, &mut WriteQueue) + Send + 'static,
    ) -> HookId {
        self.hooks.subscribe(kinds, Box::new(hook))
    }

    /// Ends a subscription and returns whether it existed.
    pub fn unsubscribe(&mut self, id: HookId) -> bool {
        self.hooks.unsubscribe(id)
    }

    /// Commits the batches that hooks have queued so far. Batches queued while doing so wait for
    /// the next call, so that hooks cannot keep a store busy for ever.
    pub fn commit_queued(&mut self) -> Result<Vec<Result<Commit, Rejection>>, AppendError> {
        let queued = self.hooks.take_queued();
        if queued.is_empty() {
            Ok(Vec::new())
        } else {
            self.commit_all(&queued)
        }
    }

    /// A merge of segments that would make lookups faster, if any. It may run on any thread.
    pub fn plan_merge(&self) -> Option<Merge> {
        self.state.plan_merge()
    }

    /// Puts merged segments in place; `false` if other merges have replaced them meanwhile.
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

    /// Whether another program replaced or changed the file. If so, no commit is accepted any more:
    /// either write these records to another file ([`create_from`](Self::create_from)), or drop
    /// this store and open the file again.
    pub fn is_changed_elsewhere(&self) -> Result<bool, crate::file::IoError> {
        match &self.file {
            Some(file) => file.is_unchanged_elsewhere().map(|unchanged| !unchanged),
            None => Ok(false),
        }
    }

    /// The current position of the file, to be remembered elsewhere and passed to a later opening
    /// ([`OpenOptions::known`](crate::OpenOptions::known)), which detects an older file by it.
    /// `None` if the store has no file.
    pub fn position(&self) -> Option<crate::file::Position> {
        self.file.as_ref().map(StoreFile::position)
    }

    /// The failure after which the file accepts no commit until it has been rewritten, which each
    /// commit tries first. The records can still be read and written to another file
    /// ([`create_from`](Self::create_from)).
    pub fn poisoned(&self) -> Option<&str> {
        self.file.as_ref().and_then(StoreFile::poisoned)
    }

    /// Current statistics. Reads nothing from the disk.
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

    /// Marks the file as closed cleanly and releases it. Acknowledged commits are durable even if
    /// this fails or is never called.
    pub fn close(self) -> Result<(), CloseError> {
        self.file.map_or(Ok(()), StoreFile::close)
    }

    /// The file, for tests that bypass the store.
    #[cfg(test)]
    pub(crate) fn file_for_tests(&mut self) -> &mut StoreFile {
        self.file.as_mut().expect("a store with a file")
    }

    fn unchanged(&self, cause: Cause) -> Commit {
        commit_of(Prepared::default(), self.state.seq, cause, self.clock.now())
    }
}

/// Computes the changes that a batch makes to a state, with the known time if it has to be
/// recorded.
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
