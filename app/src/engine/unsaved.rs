//! Owns every change that is not in the file: changes being written, changes that could not be
//! written and, while the file is locked, the open edit.
//!
//! A change enters the queue before it is tried and leaves it when it is committed or refused, so
//! that neither a full disk nor a failure inside the engine can lose it. Changes are written in
//! order: none overtakes a waiting one. An edit in the window's editor stays there until its commit
//! arrives, and is in the queue only while it is tried.

use std::path::{Path, PathBuf};

use vstore::file::Control;
use vstore::value::EncodedValue;
use vstore::{Cause, Key, Op, Record, Sealer, Snapshot, Store, WriteBatch};

use super::describe;
use super::draft::{DRAFT_SETTING, SealedDraft};
use super::not_committed::NotCommitted;
use super::protocol::{Outcome, Reply};
use super::queue::{Fate, Kind, Waiting};
use super::state::EngineState;
use crate::format;
use crate::state::{KeptAside, Problem, RequestId, Ticket, Unsaved};

/// The most changes that may wait; each further one is refused and reported.
const WAITING_MAX: usize = 1_000;
/// How many labels of waiting changes the window gets.
const LABELS_MAX: usize = 20;

impl EngineState {
    /// Whether another change may wait; reports a refusal if not.
    fn has_room(&self, emit: &mut dyn FnMut(Reply)) -> bool {
        let has_room = self.queue.len() < WAITING_MAX;
        if !has_room {
            let waiting = format::counted(WAITING_MAX as u64, "change");
            emit(Reply::Refused(format!(
                "{waiting} are already waiting to be written; save a copy elsewhere first"
            )));
        }
        has_room
    }

    /// Adds a change to the queue; [`write_out`](Self::write_out) writes it.
    pub(super) fn enqueue(
        &mut self,
        id: RequestId,
        batch: WriteBatch,
        kind: Kind,
        emit: &mut dyn FnMut(Reply),
    ) {
        if kind != Kind::Draft && !self.has_room(emit) {
            emit(Reply::Settled(id, Outcome::Refused));
            return;
        }
        self.queue.waiting.push_back(Waiting {
            id,
            batch,
            kind,
            settled: false,
        });
    }

    /// Adds the open edit of a database that is being locked to the queue, even if that is full.
    pub(super) fn keep_draft(&mut self, id: RequestId, value: EncodedValue) {
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.set_setting(DRAFT_SETTING, Some(value));
        self.queue.waiting.push_back(Waiting {
            id,
            batch,
            kind: Kind::Small,
            settled: false,
        });
    }

    /// Writes everything in the queue, in order, as far as the file takes it, and reports the
    /// outcome of each change. Returns whether the queue is now empty.
    pub(super) fn write_out(&mut self, control: &Control, emit: &mut dyn FnMut(Reply)) -> bool {
        let before = self.queue.len();
        let mut failure = None;
        while let Some(first) = self.queue.waiting.front() {
            let written = if first.kind == Kind::Large {
                self.write_large(control, emit)
            } else {
                self.write_group(emit)
            };
            if let Err(problem) = written {
                failure = Some(problem);
                break;
            }
        }
        let changed = before > 0 || failure.is_some() || self.queue.problem.is_some();
        if let Some(problem) = &failure {
            emit(Reply::WriteFailed(problem.clone()));
        }
        self.queue.problem = failure;
        self.settle_waiting(Outcome::NotWritten, emit);
        if changed {
            self.emit_unsaved(emit);
        }
        if self.queue.waiting.is_empty() {
            self.vault.forget_queued();
        }
        self.queue.waiting.is_empty()
    }

    /// Writes the small changes at the front with one sync.
    fn write_group(&mut self, emit: &mut dyn FnMut(Reply)) -> Result<(), Problem> {
        let small = self.queue.waiting.iter();
        let small = small.take_while(|waiting| waiting.kind != Kind::Large);
        let batches: Vec<_> = small.map(|waiting| waiting.batch.clone()).collect();
        let store = self.store.as_mut().ok_or(Problem::Crashed)?;
        let results = store.commit_all(&batches);
        let results = results.map_err(|error| not_written(NotCommitted::from(error)))?;
        for result in results {
            let Some(waiting) = self.queue.waiting.pop_front() else {
                break;
            };
            let outcome = match result {
                Ok(commit) => {
                    self.publish(&commit, None, Some(waiting.id), emit);
                    Outcome::Done
                }
                Err(rejection) => {
                    emit(Reply::Refused(rejection.to_string()));
                    Outcome::Refused
                }
            };
            if !waiting.settled {
                emit(Reply::Settled(waiting.id, outcome));
            }
        }
        Ok(())
    }

    fn write_large(
        &mut self,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Result<(), Problem> {
        let Some(first) = self.queue.waiting.front() else {
            return Ok(());
        };
        let (batch, id) = (first.batch.clone(), first.id);
        let outcome = match self.commit_large(&batch, None, Some(id), control, emit) {
            Ok(()) => Outcome::Done,
            Err(NotCommitted::NotWritten(problem)) => return Err(problem),
            Err(reason) => {
                reason.emit(emit);
                Outcome::Refused
            }
        };
        if let Some(waiting) = self.queue.waiting.pop_front()
            && !waiting.settled
        {
            emit(Reply::Settled(id, outcome));
        }
        Ok(())
    }

    /// Settles the requests of changes that stay in the queue. Edits do not stay: the editor has
    /// them.
    pub(super) fn settle_waiting(&mut self, outcome: Outcome, emit: &mut dyn FnMut(Reply)) {
        for waiting in &mut self.queue.waiting {
            if !std::mem::replace(&mut waiting.settled, true) {
                emit(Reply::Settled(waiting.id, outcome));
            }
        }
        self.queue
            .waiting
            .retain(|waiting| waiting.kind != Kind::Draft);
    }

    /// Reports all changes that are not in the file.
    pub(super) fn emit_unsaved(&mut self, emit: &mut dyn FnMut(Reply)) {
        let labels = self.queue.changes().take(LABELS_MAX);
        let labels = labels.map(|waiting| describe::batch(&waiting.batch));
        let unsaved = Unsaved {
            version: self.queue.version + 1,
            waiting: self.queue.changes_len(),
            labels: labels.collect(),
            problem: self.queue.problem.clone(),
        };
        self.queue.version = unsaved.version;
        emit(Reply::Unsaved(unsaved));
    }

    /// Reports a write that failed for something nobody typed, which is not kept.
    pub(super) fn write_failed(&mut self, problem: Problem, emit: &mut dyn FnMut(Reply)) {
        emit(Reply::WriteFailed(problem.clone()));
        self.queue.problem = Some(problem);
        self.emit_unsaved(emit);
    }

    /// The value of a record, including waiting changes.
    pub(super) fn current_value(&self, key: &Key) -> Option<EncodedValue> {
        match self.queue.fate_of(key) {
            Fate::Holds(value) => Some(value),
            Fate::Goes => None,
            Fate::StaysAt(key) => Some(self.current_snapshot()?.get(key.as_str())?.value),
        }
    }

    /// The current records; after a failure, as they were before it.
    pub(super) fn current_snapshot(&self) -> Option<Snapshot> {
        let open = self.store.as_ref().map(Store::snapshot);
        open.or_else(|| Some(self.sealer.as_ref()?.1.snapshot()))
    }

    /// Tries again to write. With an empty queue it only checks that the file can be written.
    pub(super) fn write_again(&mut self, control: &Control, emit: &mut dyn FnMut(Reply)) {
        if self.queue.len() > 0 {
            self.write_out(control, emit);
            return;
        }
        let Some(store) = &mut self.store else {
            self.write_failed(Problem::Crashed, emit);
            return;
        };
        if store.is_changed_elsewhere().unwrap_or(true) {
            self.write_failed(Problem::ChangedElsewhere, emit);
        } else if store.poisoned().is_some()
            && let Err(error) = store.compact(control)
        {
            self.write_failed(not_written(NotCommitted::from(error)), emit);
        } else if self.expire_due(emit) {
            self.write_out(control, emit);
        }
    }

    /// Compares only file metadata, so the cost is negligible.
    pub(super) fn look_at_file(&self, emit: &mut dyn FnMut(Reply)) {
        // If even that fails, the error is reported with the next write.
        if let Some(Ok(changed)) = self.store.as_ref().map(Store::is_changed_elsewhere) {
            emit(Reply::ChangedElsewhere(changed));
        }
    }

    /// Writes all waiting changes into a store that was just created with the records of the open
    /// one. The queue stays as it is: the caller empties it once the store is in place.
    pub(super) fn write_into(
        &self,
        store: &mut Store,
        control: &Control,
    ) -> Result<Vec<vstore::Commit>, Problem> {
        let mut commits = Vec::new();
        for waiting in &self.queue.waiting {
            match store.commit_large(&waiting.batch, control) {
                Ok(commit) => commits.push(commit),
                Err(error) => match NotCommitted::from(error) {
                    // What the records refuse could not be written anywhere.
                    NotCommitted::Refused(_) => {}
                    reason => return Err(not_written(reason)),
                },
            }
        }
        Ok(commits)
    }

    /// Reports that nothing is written until the database is opened again or saved elsewhere.
    pub(super) fn stop_writing(&mut self, problem: Problem, emit: &mut dyn FnMut(Reply)) {
        self.queue.problem = Some(problem);
        self.emit_unsaved(emit);
    }

    /// Seals the queue with the keys of the store, which is about to be dropped. Returns what was
    /// lost if that is impossible.
    pub(super) fn seal_waiting(&mut self) -> Option<String> {
        let batches = self.queue.batches();
        let (false, Some(session)) = (batches.is_empty(), self.session) else {
            return None;
        };
        // Changes sealed when the engine failed are part of the queue.
        self.vault.forget(|sealed| sealed.session == session);
        let of_open = self.store.as_ref().and_then(sealer_of);
        let (path, sealer) = of_open.or_else(|| self.sealer.take())?;
        match sealer.seal(&batches) {
            Ok((changes, refused)) => {
                let now = self.files.clock.now();
                self.vault.keep(path, session, changes, now);
                self.vault.forget_queued();
                let lost = refused.first()?;
                Some(format!("a waiting change was refused: {lost}"))
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// Deletes what was sealed for a store whose changes are elsewhere or were given up.
    pub(super) fn forget_sealed(&mut self, session: Ticket) {
        self.vault.forget(|sealed| sealed.session == session);
        self.vault.forget_queued();
    }

    /// Reports which changes are kept for files that are not open.
    pub(super) fn emit_kept_aside(&self, emit: &mut dyn FnMut(Reply)) {
        let kept = self.vault.sealed.iter().filter_map(|sealed| {
            Some(KeptAside {
                path: sealed.path.clone()?,
                changes: sealed.changes.len(),
                outlives_program: sealed.kept_at.is_some(),
            })
        });
        emit(Reply::KeptAside(kept.collect()));
    }

    /// Moves what was sealed for the store just opened back into the queue, and writes it if the
    /// file takes it now. Returns the edit that was open, if it is not in the file.
    pub(super) fn unseal(
        &mut self,
        session: Ticket,
        emit: &mut dyn FnMut(Reply),
    ) -> Option<SealedDraft> {
        let store = self.store.as_ref().filter(|store| !store.is_read_only())?;
        let mut unreadable = false;
        let snapshot = store.snapshot();
        let (waiting, before) = (&mut self.queue.waiting, self.vault.sealed.len());
        let mut taken = Vec::new();
        self.vault.sealed.retain(|sealed| {
            match store.take_back(&sealed.changes) {
                None => return true,
                Some(Err(_)) => unreadable = true,
                Some(Ok(batches)) => {
                    let batches = batches.into_iter();
                    let batches = batches.map(|batch| without_older(batch, &snapshot));
                    waiting.extend(batches.map(|batch| Waiting {
                        id: RequestId { session, number: 0 },
                        batch,
                        kind: Kind::Large,
                        settled: true,
                    }));
                }
            }
            taken.extend(sealed.kept_at.clone());
            false
        });
        if self.vault.sealed.len() == before {
            return None;
        }
        if unreadable {
            emit(Reply::Refused(
                "changes waiting for this file can no longer be read".to_owned(),
            ));
        }
        self.vault.in_queue.extend(taken);
        self.write_out(&Control::default(), emit);
        self.emit_kept_aside(emit);
        let in_file = self
            .store
            .as_ref()
            .and_then(|store| store.setting(DRAFT_SETTING));
        self.queue
            .draft()
            .or_else(|| in_file.and_then(SealedDraft::decode))
    }
}

/// The means to seal changes to a store, with the path of its file.
pub(super) fn sealer_of(store: &Store) -> Option<(PathBuf, Sealer)> {
    store.path().map(Path::to_path_buf).zip(store.sealer())
}

/// The part of a batch set aside that is newer than the records: another program may have changed
/// them since.
fn without_older(batch: WriteBatch, snapshot: &Snapshot) -> WriteBatch {
    let mut newer = WriteBatch::new(batch.cause);
    for op in batch.ops() {
        let is_older = match op {
            Op::Restore(Record { key, meta, .. }) | Op::SetMeta { key, meta } => {
                let now = snapshot.get(key.as_str());
                now.is_some_and(|record| meta.modified_at < record.meta.modified_at)
            }
            _ => false,
        };
        if !is_older {
            newer.push(op.clone());
        }
    }
    newer
}

/// The problem that kept a change from being made.
pub(super) fn not_written(reason: NotCommitted) -> Problem {
    match reason {
        NotCommitted::NotWritten(problem) => problem,
        NotCommitted::Refused(message) => Problem::NotWritten(message),
        NotCommitted::Cancelled => Problem::NotWritten("it was cancelled".to_owned()),
    }
}
