//! Changes to records: from a request to a batch, to a commit, to a reply.

use vstore::file::Control;
use vstore::{Cause, Commit, Expiry, Key, Op, Record, WriteBatch};

use super::describe;
use super::edit::LeafEdit;
use super::not_committed::NotCommitted;
use super::protocol::{Committed, Outcome, Reply, Request};
use super::queue::Kind;
use super::state::EngineState;
use crate::state::{CommitSummary, ImportReport, Problem, RequestId, Target, TaskId};

/// How many numbered keys are tried for a duplicate.
const DUPLICATES_MAX: u32 = 10_000;

impl EngineState {
    /// Writes changes of a few records with one sync, after everything already waiting.
    pub(super) fn commit_group(
        &mut self,
        requests: Vec<(RequestId, Request)>,
        emit: &mut dyn FnMut(Reply),
    ) {
        for (id, request) in requests {
            match request {
                Request::Commit(batch) => self.enqueue(id, batch, Kind::Small, emit),
                Request::SaveDraft { batch, new } => {
                    let taken = new.filter(|key| self.current_value(key).is_some());
                    if let Some(key) = taken {
                        emit(Reply::Refused(key_taken(&key)));
                        emit(Reply::Settled(id, Outcome::Refused));
                    } else {
                        self.enqueue(id, batch, Kind::Draft, emit);
                    }
                }
                _ => emit(Reply::Settled(id, Outcome::Refused)),
            }
        }
        self.write_out(&Control::default(), emit);
    }

    /// Commits one batch after everything already waiting.
    fn commit_small(&mut self, id: RequestId, batch: WriteBatch, emit: &mut dyn FnMut(Reply)) {
        self.enqueue(id, batch, Kind::Small, emit);
        self.write_out(&Control::default(), emit);
    }

    /// Commits one batch of any size and reports it to the window.
    pub(super) fn commit_large(
        &mut self,
        batch: &WriteBatch,
        summary: Option<CommitSummary>,
        request: Option<RequestId>,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Result<(), NotCommitted> {
        let Some(store) = &mut self.store else {
            return Err(NotCommitted::NotWritten(Problem::Crashed));
        };
        let commit = store.commit_large(batch, control)?;
        self.publish(&commit, summary, request, emit);
        Ok(())
    }

    /// Commits a batch that nobody typed (undo, import) after everything already waiting. It is not
    /// kept if the file does not take it.
    fn commit_unkept(
        &mut self,
        batch: &WriteBatch,
        summary: Option<CommitSummary>,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Result<(), NotCommitted> {
        if !self.write_out(control, emit) {
            let message = "earlier changes are not in the file yet".to_owned();
            return Err(NotCommitted::Refused(message));
        }
        self.commit_large(batch, summary, None, control, emit)
    }

    /// Reports a commit to the window, and records it for undo if a user made it.
    pub(super) fn publish(
        &mut self,
        commit: &Commit,
        summary: Option<CommitSummary>,
        request: Option<RequestId>,
        emit: &mut dyn FnMut(Reply),
    ) {
        let Some(store) = &self.store else { return };
        if matches!(commit.cause, Cause::Edit | Cause::Import) {
            self.undo.push(commit, &describe::label(commit));
        }
        let advised = store.compaction_advised();
        emit(Reply::Committed(Box::new(Committed {
            commit: commit.clone(),
            snapshot: store.snapshot(),
            events: describe::events(commit),
            history: self.undo.labels(),
            summary: summary.unwrap_or_else(|| describe::summary(commit)),
            select: new_record(commit),
            request,
        })));
        if advised && !std::mem::replace(&mut self.compaction_advised, true) {
            emit(Reply::CompactionAdvised);
        }
    }

    pub(super) fn add(&mut self, id: RequestId, record: Record, emit: &mut dyn FnMut(Reply)) {
        let Record { key, value, meta } = record;
        if self.current_value(&key).is_some() {
            emit(Reply::Refused(key_taken(&key)));
            return;
        }
        let expiry = meta.expires_at.map_or(Expiry::Never, Expiry::At);
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put { key, value, expiry });
        self.commit_small(id, batch, emit);
    }

    pub(super) fn edit_leaf(
        &mut self,
        id: RequestId,
        key: Key,
        edit: &LeafEdit,
        emit: &mut dyn FnMut(Reply),
    ) {
        // Read with the waiting changes, so that this edit does not undo one to the same record.
        let Some(value) = self.current_value(&key) else {
            emit(Reply::Refused(gone(&key)));
            return;
        };
        match edit.apply(&value) {
            Ok(value) => {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.put(key, value);
                self.commit_small(id, batch, emit);
            }
            Err(reason) => emit(Reply::Refused(reason)),
        }
    }

    pub(super) fn duplicate(&mut self, id: RequestId, key: &Key, emit: &mut dyn FnMut(Reply)) {
        let Some(value) = self.current_value(key) else {
            emit(Reply::Refused(gone(key)));
            return;
        };
        let record = self
            .current_snapshot()
            .and_then(|snapshot| snapshot.get(key.as_str()));
        let expires_at = record.and_then(|record| record.meta.expires_at);
        let Some(free) = self.free_key(key) else {
            emit(Reply::Refused(format!(
                "no free key based on {key} was found"
            )));
            return;
        };
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put {
            key: free,
            value,
            expiry: expires_at.map_or(Expiry::Never, Expiry::At),
        });
        self.commit_small(id, batch, emit);
    }

    /// Makes the same change to each record of a target, as one batch.
    pub(super) fn change_each(
        &mut self,
        id: RequestId,
        target: &Target,
        op: impl Fn(Key) -> Op,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) {
        let Some(snapshot) = self.current_snapshot() else {
            self.write_failed(Problem::Crashed, emit);
            return;
        };
        let mut batch = WriteBatch::new(Cause::Edit);
        // Records deleted in the meantime are skipped: they must not keep the others from changing.
        for key in target.keys(&snapshot) {
            batch.push(op(key));
        }
        if !batch.is_empty() {
            self.enqueue(id, batch, Kind::Large, emit);
            self.write_out(control, emit);
        }
    }

    pub(super) fn import(
        &mut self,
        task: TaskId,
        batch: &WriteBatch,
        report: ImportReport,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) {
        match self.commit_unkept(batch, None, control, emit) {
            Ok(()) => emit(Reply::Imported(task, report)),
            Err(NotCommitted::Cancelled) => emit(Reply::TaskCancelled(task)),
            Err(NotCommitted::Refused(message)) => emit(Reply::TaskFailed(task, message)),
            Err(NotCommitted::NotWritten(problem)) => {
                emit(Reply::TaskFailed(task, problem.text()));
                if problem == Problem::ChangedElsewhere {
                    emit(Reply::ChangedElsewhere(true));
                }
            }
        }
    }

    pub(super) fn undo(&mut self, control: &Control, emit: &mut dyn FnMut(Reply)) {
        if let Some((batch, summary)) = self.undo.undo_batch() {
            self.undo.undone();
            if let Err(reason) = self.commit_unkept(&batch, Some(summary), control, emit) {
                self.undo.redone();
                self.report_not_committed(reason, emit);
            }
        }
    }

    pub(super) fn redo(&mut self, control: &Control, emit: &mut dyn FnMut(Reply)) {
        if let Some((batch, summary)) = self.undo.redo_batch() {
            self.undo.redone();
            if let Err(reason) = self.commit_unkept(&batch, Some(summary), control, emit) {
                self.undo.undone();
                self.report_not_committed(reason, emit);
            }
        }
    }

    /// Reports why a change that nobody typed was not written.
    pub(super) fn report_not_committed(
        &mut self,
        reason: NotCommitted,
        emit: &mut dyn FnMut(Reply),
    ) {
        match reason {
            NotCommitted::NotWritten(problem) => self.write_failed(problem, emit),
            reason => reason.emit(emit),
        }
    }

    fn free_key(&self, key: &Key) -> Option<Key> {
        (2..DUPLICATES_MAX)
            .filter_map(|number| Key::new(&format!("{key}-{number}")).ok())
            .find(|key| self.current_value(key).is_none())
    }
}

fn key_taken(key: &Key) -> String {
    format!("the key {key} is taken by another record")
}

fn gone(key: &Key) -> String {
    format!("the record {key} no longer exists")
}

/// The record that a commit added, if it added exactly one: the user wants to see it next.
fn new_record(commit: &Commit) -> Option<Key> {
    if !matches!(commit.cause, Cause::Edit | Cause::Undo | Cause::Redo) {
        return None;
    }
    let mut new = commit
        .changes
        .iter()
        .filter(|change| change.before.is_none());
    let first = new.next()?;
    new.next().is_none().then(|| first.key.clone())
}
