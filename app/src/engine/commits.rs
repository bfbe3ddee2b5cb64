//! Changes to records on behalf of the engine: from a request to a batch, to a commit, to a reply.

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
    /// Writes changes of a few records with one sync, after everything that waits.
    pub(super) fn commit_group(
        &mut self,
        requests: Vec<(RequestId, Request)>,
        say: &mut dyn FnMut(Reply),
    ) {
        for (id, request) in requests {
            match request {
                Request::Commit(batch) => self.enqueue(id, batch, Kind::Small, say),
                Request::SaveDraft { batch, new } => {
                    let taken = new.filter(|key| self.current_value(key).is_some());
                    if let Some(key) = taken {
                        say(Reply::Refused(key_taken(&key)));
                        say(Reply::Settled(id, Outcome::Refused));
                    } else {
                        self.enqueue(id, batch, Kind::Draft, say);
                    }
                }
                _ => say(Reply::Settled(id, Outcome::Refused)),
            }
        }
        self.write_out(&Control::default(), say);
    }

    /// Commits one batch behind everything that waits.
    fn commit_small(&mut self, id: RequestId, batch: WriteBatch, say: &mut dyn FnMut(Reply)) {
        self.enqueue(id, batch, Kind::Small, say);
        self.write_out(&Control::default(), say);
    }

    /// Commits one batch, whatever its size, and tells the window about it.
    pub(super) fn commit_large(
        &mut self,
        batch: &WriteBatch,
        summary: Option<CommitSummary>,
        request: Option<RequestId>,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) -> Result<(), NotCommitted> {
        let Some(store) = &mut self.store else {
            return Err(NotCommitted::NotWritten(Problem::Crashed));
        };
        let commit = store.commit_large(batch, control)?;
        self.publish(&commit, summary, request, say);
        Ok(())
    }

    /// Commits a batch that nobody typed (undo, import), and that is not kept if the file does not
    /// take it, behind everything that waits.
    fn commit_unkept(
        &mut self,
        batch: &WriteBatch,
        summary: Option<CommitSummary>,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) -> Result<(), NotCommitted> {
        if !self.write_out(control, say) {
            let words = "earlier changes are not in the file yet".to_owned();
            return Err(NotCommitted::Refused(words));
        }
        self.commit_large(batch, summary, None, control, say)
    }

    /// Tells the window about a commit, and remembers it for undo if a user made it.
    pub(super) fn publish(
        &mut self,
        commit: &Commit,
        summary: Option<CommitSummary>,
        request: Option<RequestId>,
        say: &mut dyn FnMut(Reply),
    ) {
        let Some(store) = &self.store else { return };
        if matches!(commit.cause, Cause::Edit | Cause::Import) {
            self.undo.push(commit, &describe::label(commit));
        }
        let advised = store.compaction_advised();
        say(Reply::Committed(Box::new(Committed {
            commit: commit.clone(),
            snapshot: store.snapshot(),
            events: describe::events(commit),
            history: self.undo.labels(),
            summary: summary.unwrap_or_else(|| describe::summary(commit)),
            select: new_record(commit),
            request,
        })));
        if advised && !std::mem::replace(&mut self.compaction_advised, true) {
            say(Reply::CompactionAdvised);
        }
    }

    pub(super) fn add(&mut self, id: RequestId, record: Record, say: &mut dyn FnMut(Reply)) {
        let Record { key, value, meta } = record;
        if self.current_value(&key).is_some() {
            say(Reply::Refused(key_taken(&key)));
            return;
        }
        let expiry = meta.expires_at.map_or(Expiry::Never, Expiry::At);
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put { key, value, expiry });
        self.commit_small(id, batch, say);
    }

    pub(super) fn edit_leaf(
        &mut self,
        id: RequestId,
        key: Key,
        edit: &LeafEdit,
        say: &mut dyn FnMut(Reply),
    ) {
        // A change that waits is not undone by the next one to the same record.
        let Some(value) = self.current_value(&key) else {
            say(Reply::Refused(gone(&key)));
            return;
        };
        match edit.apply(&value) {
            Ok(value) => {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.put(key, value);
                self.commit_small(id, batch, say);
            }
            Err(reason) => say(Reply::Refused(reason)),
        }
    }

    pub(super) fn duplicate(&mut self, id: RequestId, key: &Key, say: &mut dyn FnMut(Reply)) {
        let Some(value) = self.current_value(key) else {
            say(Reply::Refused(gone(key)));
            return;
        };
        let record = self
            .current_snapshot()
            .and_then(|snapshot| snapshot.get(key.as_str()));
        let expires_at = record.and_then(|record| record.meta.expires_at);
        let Some(free) = self.free_key(key) else {
            say(Reply::Refused(format!(
                "no free key beside {key} was found"
            )));
            return;
        };
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put {
            key: free,
            value,
            expiry: expires_at.map_or(Expiry::Never, Expiry::At),
        });
        self.commit_small(id, batch, say);
    }

    /// One change to each record of a target, as one batch.
    pub(super) fn change_each(
        &mut self,
        id: RequestId,
        target: &Target,
        op: impl Fn(Key) -> Op,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        let Some(snapshot) = self.current_snapshot() else {
            self.write_failed(Problem::Crashed, say);
            return;
        };
        let mut batch = WriteBatch::new(Cause::Edit);
        // What is gone meanwhile is passed over: it must not keep the others from changing.
        for key in target.keys(&snapshot) {
            batch.push(op(key));
        }
        if !batch.is_empty() {
            self.enqueue(id, batch, Kind::Large, say);
            self.write_out(control, say);
        }
    }

    pub(super) fn import(
        &mut self,
        task: TaskId,
        batch: &WriteBatch,
        report: ImportReport,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        match self.commit_unkept(batch, None, control, say) {
            Ok(()) => say(Reply::Imported(task, report)),
            Err(NotCommitted::Cancelled) => say(Reply::TaskCancelled(task)),
            Err(NotCommitted::Refused(words)) => say(Reply::TaskFailed(task, words)),
            Err(NotCommitted::NotWritten(problem)) => {
                say(Reply::TaskFailed(task, problem.text()));
                if problem == Problem::ChangedElsewhere {
                    say(Reply::ChangedElsewhere(true));
                }
            }
        }
    }

    pub(super) fn undo(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        if let Some((batch, summary)) = self.undo.undo_batch() {
            self.undo.undone();
            if let Err(reason) = self.commit_unkept(&batch, Some(summary), control, say) {
                self.undo.redone();
                self.say_not_committed(reason, say);
            }
        }
    }

    pub(super) fn redo(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        if let Some((batch, summary)) = self.undo.redo_batch() {
            self.undo.redone();
            if let Err(reason) = self.commit_unkept(&batch, Some(summary), control, say) {
                self.undo.undone();
                self.say_not_committed(reason, say);
            }
        }
    }

    /// Says why something that nobody typed was not written.
    pub(super) fn say_not_committed(&mut self, reason: NotCommitted, say: &mut dyn FnMut(Reply)) {
        match reason {
            NotCommitted::NotWritten(problem) => self.write_failed(problem, say),
            reason => reason.say(say),
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
    format!("there is no record {key} any more")
}

/// The one record that a commit made new, if it is one: what a user wants to see next.
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
