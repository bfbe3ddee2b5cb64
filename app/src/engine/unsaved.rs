//! The one owner of every change that is not in the file: what is being written, what could not be
//! written, and, while the file is locked, the edit that was open.
//!
//! A change enters the queue before anything is tried with it and leaves it when it was committed
//! or refused, so that neither a full disk nor a failure inside the engine can lose it. Changes are
//! written in their order: nothing overtakes one that waits. An edit in the window's editor is kept
//! there until its commit arrives, and is in the queue only while it is tried.

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

/// More changes than this do not wait: then each further one is refused and said to be.
const WAITING_MAX: usize = 1_000;
/// The number of labels of waiting changes that the window is given.
const LABELS_MAX: usize = 20;

impl EngineState {
    /// Whether another change may wait; says so if not.
    fn has_room(&self, say: &mut dyn FnMut(Reply)) -> bool {
        let has_room = self.queue.len() < WAITING_MAX;
        if !has_room {
            let waiting = format::counted(WAITING_MAX as u64, "change");
            say(Reply::Refused(format!(
                "{waiting} wait to be written already; save a copy elsewhere first"
            )));
        }
        has_room
    }

    /// Takes a change into the queue; [`write_out`](Self::write_out) writes it.
    pub(super) fn enqueue(
        &mut self,
        id: RequestId,
        batch: WriteBatch,
        kind: Kind,
        say: &mut dyn FnMut(Reply),
    ) {
        if kind != Kind::Draft && !self.has_room(say) {
            say(Reply::Settled(id, Outcome::Refused));
            return;
        }
        self.queue.waiting.push_back(Waiting {
            id,
            batch,
            kind,
            settled: false,
        });
    }

    /// Takes the open edit of a database that is being locked into the queue, however full that is.
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

    /// Writes everything that waits, in its order, as far as the file takes it, and says what
    /// came of each change. True: nothing waits any more.
    pub(super) fn write_out(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) -> bool {
        let before = self.queue.len();
        let mut failure = None;
        while let Some(first) = self.queue.waiting.front() {
            let written = if first.kind == Kind::Large {
                self.write_large(control, say)
            } else {
                self.write_group(say)
            };
            if let Err(problem) = written {
                failure = Some(problem);
                break;
            }
        }
        let changed = before > 0 || failure.is_some() || self.queue.problem.is_some();
        if let Some(problem) = &failure {
            say(Reply::WriteFailed(problem.clone()));
        }
        self.queue.problem = failure;
        self.settle_what_waits(Outcome::NotWritten, say);
        if changed {
            self.say_unsaved(say);
        }
        if self.queue.waiting.is_empty() {
            self.vault.forget_queued();
        }
        self.queue.waiting.is_empty()
    }

    /// The changes at the front that are small share one sync.
    fn write_group(&mut self, say: &mut dyn FnMut(Reply)) -> Result<(), Problem> {
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
                    self.publish(&commit, None, Some(waiting.id), say);
                    Outcome::Done
                }
                Err(rejection) => {
                    say(Reply::Refused(rejection.to_string()));
                    Outcome::Refused
                }
            };
            if !waiting.settled {
                say(Reply::Settled(waiting.id, outcome));
            }
        }
        Ok(())
    }

    fn write_large(
        &mut self,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) -> Result<(), Problem> {
        let Some(first) = self.queue.waiting.front() else {
            return Ok(());
        };
        let (batch, id) = (first.batch.clone(), first.id);
        let outcome = match self.commit_large(&batch, None, Some(id), control, say) {
            Ok(()) => Outcome::Done,
            Err(NotCommitted::NotWritten(problem)) => return Err(problem),
            Err(reason) => {
                reason.say(say);
                Outcome::Refused
            }
        };
        if let Some(waiting) = self.queue.waiting.pop_front()
            && !waiting.settled
        {
            say(Reply::Settled(id, outcome));
        }
        Ok(())
    }

    /// Answers the requests of changes that stay in the queue. An edit of the editor does not: the
    /// editor has it.
    pub(super) fn settle_what_waits(&mut self, outcome: Outcome, say: &mut dyn FnMut(Reply)) {
        for waiting in &mut self.queue.waiting {
            if !std::mem::replace(&mut waiting.settled, true) {
                say(Reply::Settled(waiting.id, outcome));
            }
        }
        self.queue
            .waiting
            .retain(|waiting| waiting.kind != Kind::Draft);
    }

    /// Says all that is not in the file.
    pub(super) fn say_unsaved(&mut self, say: &mut dyn FnMut(Reply)) {
        let labels = self.queue.changes().take(LABELS_MAX);
        let labels = labels.map(|waiting| describe::batch(&waiting.batch));
        let unsaved = Unsaved {
            version: self.queue.version + 1,
            waiting: self.queue.changes_len(),
            labels: labels.collect(),
            problem: self.queue.problem.clone(),
        };
        self.queue.version = unsaved.version;
        say(Reply::Unsaved(unsaved));
    }

    /// Something could not be written that nobody typed: it is not kept, but said.
    pub(super) fn write_failed(&mut self, problem: Problem, say: &mut dyn FnMut(Reply)) {
        say(Reply::WriteFailed(problem.clone()));
        self.queue.problem = Some(problem);
        self.say_unsaved(say);
    }

    /// The value of a record, with the changes that wait for it.
    pub(super) fn current_value(&self, key: &Key) -> Option<EncodedValue> {
        match self.queue.fate_of(key) {
            Fate::Holds(value) => Some(value),
            Fate::Goes => None,
            Fate::StaysAt(key) => Some(self.current_snapshot()?.get(key.as_str())?.value),
        }
    }

    /// The records; after a failure as they were before it.
    pub(super) fn current_snapshot(&self) -> Option<Snapshot> {
        let open = self.store.as_ref().map(Store::snapshot);
        open.or_else(|| Some(self.sealer.as_ref()?.1.snapshot()))
    }

    /// Tries once more; with nothing to write: is the file in order?
    pub(super) fn write_again(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        if self.queue.len() > 0 {
            self.write_out(control, say);
            return;
        }
        let Some(store) = &mut self.store else {
            self.write_failed(Problem::Crashed, say);
            return;
        };
        if store.is_changed_elsewhere().unwrap_or(true) {
            self.write_failed(Problem::ChangedElsewhere, say);
        } else if store.poisoned().is_some()
            && let Err(error) = store.compact(control)
        {
            self.write_failed(not_written(NotCommitted::from(error)), say);
        } else if self.expire_due(say) {
            self.write_out(control, say);
        }
    }

    /// Asks the file system, not the file: costs nothing worth mentioning.
    pub(super) fn look_at_file(&self, say: &mut dyn FnMut(Reply)) {
        // A file that cannot even be asked about is told when something is written to it.
        if let Some(Ok(changed)) = self.store.as_ref().map(Store::is_changed_elsewhere) {
            say(Reply::ChangedElsewhere(changed));
        }
    }

    /// Brings everything that waits into a store that was just written with the records of the
    /// open one. The queue is left as it is: the caller empties it once the store is in place.
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
                    // What the records refuse would never be written anywhere.
                    NotCommitted::Refused(_) => {}
                    reason => return Err(not_written(reason)),
                },
            }
        }
        Ok(commits)
    }

    /// Says that nothing is written until the database is opened again or saved elsewhere.
    pub(super) fn stop_writing(&mut self, problem: Problem, say: &mut dyn FnMut(Reply)) {
        self.queue.problem = Some(problem);
        self.say_unsaved(say);
    }

    /// Seals what waits with the keys of the store, which is about to be let go. In words what
    /// was lost, if that is impossible.
    pub(super) fn seal_what_waits(&mut self) -> Option<String> {
        let batches = self.queue.batches();
        let (false, Some(session)) = (batches.is_empty(), self.session) else {
            return None;
        };
        // What was sealed when the engine failed is part of what waits now.
        self.vault.forget(|sealed| sealed.session == session);
        let of_open = self.store.as_ref().and_then(sealer_of);
        let (path, sealer) = of_open.or_else(|| self.sealer.take())?;
        match sealer.seal(&batches) {
            Ok((changes, refused)) => {
                let now = self.files.clock.now();
                self.vault.keep(path, session, changes, now);
                self.vault.forget_queued();
                let lost = refused.first()?;
                Some(format!("a change that waited was refused: {lost}"))
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// Forgets what was sealed for a store whose changes are elsewhere, or were given up.
    pub(super) fn forget_sealed(&mut self, session: Ticket) {
        self.vault.forget(|sealed| sealed.session == session);
        self.vault.forget_queued();
    }

    /// Says which changes are kept for files that are not open.
    pub(super) fn say_kept_aside(&self, say: &mut dyn FnMut(Reply)) {
        let kept = self.vault.sealed.iter().filter_map(|sealed| {
            Some(KeptAside {
                path: sealed.path.clone()?,
                changes: sealed.changes.len(),
                outlives_program: sealed.kept_at.is_some(),
            })
        });
        say(Reply::KeptAside(kept.collect()));
    }

    /// Takes back what was sealed for the store that was just opened, and writes it if the file
    /// takes it now. Returns the edit that was open, if it is not in the file.
    pub(super) fn unseal(
        &mut self,
        session: Ticket,
        say: &mut dyn FnMut(Reply),
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
            say(Reply::Refused(
                "changes that waited for this file cannot be read any more".to_owned(),
            ));
        }
        self.vault.in_queue.extend(taken);
        self.write_out(&Control::default(), say);
        self.say_kept_aside(say);
        let in_file = self
            .store
            .as_ref()
            .and_then(|store| store.setting(DRAFT_SETTING));
        self.queue
            .draft()
            .or_else(|| in_file.and_then(SealedDraft::decode))
    }
}

/// What seals changes to a store, and the path of its file.
pub(super) fn sealer_of(store: &Store) -> Option<(PathBuf, Sealer)> {
    store.path().map(Path::to_path_buf).zip(store.sealer())
}

/// What of a batch that was set aside is newer than the records: another program may have changed
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

/// The problem behind a change that was not made.
pub(super) fn not_written(reason: NotCommitted) -> Problem {
    match reason {
        NotCommitted::NotWritten(problem) => problem,
        NotCommitted::Refused(words) => Problem::NotWritten(words),
        NotCommitted::Cancelled => Problem::NotWritten("it was cancelled".to_owned()),
    }
}
