//! Changes to records on behalf of the engine: from a request to a batch, to a commit, to a reply.

use vstore::file::Control;
use vstore::{Cause, Commit, Expiry, Key, Op, Record, Store, WriteBatch};

use super::describe;
use super::edit::LeafEdit;
use super::problem::NotCommitted;
use super::protocol::{Committed, Reply};
use super::server::EngineState;
use crate::state::{ImportReport, Problem, Target, TaskId, Told};

/// How many numbered keys are tried for a duplicate.
const DUPLICATES_MAX: u32 = 10_000;

impl EngineState {
    /// Commits batches of the user with one sync.
    pub(super) fn commit_all(&mut self, batches: &[WriteBatch], say: &mut dyn FnMut(Reply)) {
        let Some(store) = &mut self.store else { return };
        match store.commit_all(batches) {
            Ok(results) => {
                for result in results {
                    match result {
                        Ok(commit) => self.publish(&commit, None, say),
                        Err(rejection) => say(Reply::Refused(rejection.to_string())),
                    }
                }
            }
            Err(error) => {
                for batch in batches {
                    self.unwritten.keep(batch.clone());
                }
                NotCommitted::from(error).say(say);
            }
        }
    }

    /// Commits one batch, whatever its size, and tells the window about it.
    pub(super) fn commit_large(
        &mut self,
        batch: &WriteBatch,
        told: Option<Told>,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) -> Result<(), NotCommitted> {
        let Some(store) = &mut self.store else {
            return Ok(());
        };
        let commit = store.commit_large(batch, control)?;
        self.publish(&commit, told, say);
        Ok(())
    }

    /// Tells the window about a commit, and remembers it for undo if a user made it.
    pub(super) fn publish(
        &mut self,
        commit: &Commit,
        told: Option<Told>,
        say: &mut dyn FnMut(Reply),
    ) {
        let Some(store) = &self.store else { return };
        if commit.cause != Cause::Expired {
            // The file takes changes again. What was kept was meant for the records of before.
            self.unwritten.forget();
        }
        if matches!(commit.cause, Cause::Edit | Cause::Import) {
            self.undo.push(commit, &describe::label(commit));
        }
        let advised = store.compaction_advised();
        say(Reply::Committed(Box::new(Committed {
            commit: commit.clone(),
            snapshot: store.snapshot(),
            events: describe::events(commit),
            history: self.undo.labels(),
            told: told.unwrap_or_else(|| describe::told(commit)),
            select: new_record(commit),
        })));
        if advised && !std::mem::replace(&mut self.compaction_advised, true) {
            say(Reply::CompactionAdvised);
        }
    }

    pub(super) fn add(&mut self, record: Record, say: &mut dyn FnMut(Reply)) {
        let Some(store) = &self.store else { return };
        let Record { key, value, meta } = record;
        if store.snapshot().get(key.as_str()).is_some() {
            say(Reply::Refused(format!(
                "the key {key} is taken by another record"
            )));
            return;
        }
        let expiry = meta.expires_at.map_or(Expiry::Never, Expiry::At);
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put { key, value, expiry });
        self.commit_all(&[batch], say);
    }

    pub(super) fn edit_leaf(&mut self, key: Key, edit: &LeafEdit, say: &mut dyn FnMut(Reply)) {
        let Some(record) = self.record(&key, say) else {
            return;
        };
        match edit.apply(&record.value) {
            Ok(value) => {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.put(key, value);
                self.commit_all(&[batch], say);
            }
            Err(reason) => say(Reply::Refused(reason)),
        }
    }

    pub(super) fn duplicate(&mut self, key: &Key, say: &mut dyn FnMut(Reply)) {
        let Some(record) = self.record(key, say) else {
            return;
        };
        let Some(free) = self.store.as_ref().and_then(|store| free_key(store, key)) else {
            say(Reply::Refused(format!(
                "no free key beside {key} was found"
            )));
            return;
        };
        let expiry = record.meta.expires_at.map_or(Expiry::Never, Expiry::At);
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.push(Op::Put {
            key: free,
            value: record.value,
            expiry,
        });
        self.commit_all(&[batch], say);
    }

    /// One change to each record of a target, as one batch.
    pub(super) fn change_each(
        &mut self,
        target: &Target,
        op: impl Fn(Key) -> Op,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        let Some(store) = &self.store else { return };
        let snapshot = store.snapshot();
        let mut batch = WriteBatch::new(Cause::Edit);
        // What is gone meanwhile is passed over: it must not keep the others from changing.
        for key in target.keys(&snapshot) {
            batch.push(op(key));
        }
        if batch.is_empty() {
            return;
        }
        if let Err(reason) = self.commit_large(&batch, None, control, say) {
            if matches!(reason, NotCommitted::NotWritten(_)) {
                self.unwritten.keep(batch);
            }
            reason.say(say);
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
        let Some(store) = &mut self.store else {
            say(Reply::TaskFailed(task, "no database is open".to_owned()));
            return;
        };
        match store
            .commit_large(batch, control)
            .map_err(NotCommitted::from)
        {
            Ok(commit) => {
                self.publish(&commit, None, say);
                say(Reply::Imported(task, report));
            }
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
        if let Some((batch, told)) = self.undo.undo_batch() {
            self.undo.undone();
            if let Err(reason) = self.commit_large(&batch, Some(told), control, say) {
                self.undo.redone();
                reason.say(say);
            }
        }
    }

    pub(super) fn redo(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        if let Some((batch, told)) = self.undo.redo_batch() {
            self.undo.redone();
            if let Err(reason) = self.commit_large(&batch, Some(told), control, say) {
                self.undo.undone();
                reason.say(say);
            }
        }
    }

    fn record(&self, key: &Key, say: &mut dyn FnMut(Reply)) -> Option<Record> {
        let found = self.store.as_ref()?.snapshot().get(key.as_str());
        if found.is_none() {
            say(Reply::Refused(format!("there is no record {key} any more")));
        }
        found
    }
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

fn free_key(store: &Store, key: &Key) -> Option<Key> {
    let snapshot = store.snapshot();
    (2..DUPLICATES_MAX)
        .filter_map(|number| Key::new(&format!("{key}-{number}")).ok())
        .find(|key| snapshot.get(key.as_str()).is_none())
}
