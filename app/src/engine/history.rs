//! Commits that can be undone and redone, bounded by number and size.

use std::collections::VecDeque;

use vstore::{Cause, Commit, Record, WriteBatch};

use crate::state::{self, CommitSummary, EditKind};

/// How many commits can be undone.
const COMMITS_MAX: usize = 500;
/// How many bytes of records that are no longer in the store may be kept alive for undo, and as
/// many again for redo. The last commit can be undone and redone whatever its size.
const BYTES_MAX: usize = 256 << 20;

/// Commits that can be undone, and undone commits that can be redone.
#[derive(Debug)]
pub(super) struct UndoStack {
    undo: VecDeque<Entry>,
    redo: VecDeque<Entry>,
    bytes_max: usize,
}

impl Default for UndoStack {
    fn default() -> Self {
        Self {
            undo: VecDeque::new(),
            redo: VecDeque::new(),
            bytes_max: BYTES_MAX,
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    commit: Commit,
    label: String,
    /// The bytes it keeps alive while it can be undone: the records before it.
    before: usize,
    /// The bytes it keeps alive once undone: the records after it.
    after: usize,
}

fn bytes<'a>(records: impl Iterator<Item = Option<&'a Record>>) -> usize {
    let records = records.flatten();
    records
        .map(|record| record.key.as_str().len() + record.value.len())
        .sum()
}

/// Drops the oldest entries, at the front, until the rest is within the bounds. The newest stays
/// whatever its size.
fn shrink(entries: &mut VecDeque<Entry>, bytes_max: usize, bytes_of: fn(&Entry) -> usize) {
    let mut bytes: usize = entries.iter().map(bytes_of).sum();
    while 1 < entries.len() && (COMMITS_MAX < entries.len() || bytes_max < bytes) {
        if let Some(farthest) = entries.pop_front() {
            bytes -= bytes_of(&farthest);
        }
    }
}

impl UndoStack {
    /// Records a commit made by a user. What was undone before can then no longer be redone.
    pub(super) fn push(&mut self, commit: &Commit, label: &str) {
        if commit.changes.is_empty() {
            return;
        }
        let changes = commit.changes.iter();
        self.redo.clear();
        self.undo.push_back(Entry {
            before: bytes(changes.clone().map(|change| change.before.as_ref())),
            after: bytes(changes.map(|change| change.after.as_ref())),
            commit: commit.clone(),
            label: label.to_owned(),
        });
        shrink(&mut self.undo, self.bytes_max, |entry| entry.before);
    }

    /// The batch that undoes the last commit.
    pub(super) fn undo_batch(&self) -> Option<(WriteBatch, CommitSummary)> {
        let entry = self.undo.back()?;
        let summary = CommitSummary {
            text: format!("Undone: {}", entry.label),
            counted: Some((EditKind::Undo, 1)),
        };
        Some((entry.commit.invert(Cause::Undo), summary))
    }

    /// The last commit was undone.
    pub(super) fn undone(&mut self) {
        self.redo.extend(self.undo.pop_back());
        shrink(&mut self.redo, self.bytes_max, |entry| entry.after);
    }

    /// The batch that redoes the last undone commit.
    pub(super) fn redo_batch(&self) -> Option<(WriteBatch, CommitSummary)> {
        let entry = self.redo.back()?;
        let summary = CommitSummary {
            text: format!("Redone: {}", entry.label),
            counted: Some((EditKind::Redo, 1)),
        };
        Some((entry.commit.repeat(Cause::Redo), summary))
    }

    /// The last undone commit was redone.
    pub(super) fn redone(&mut self) {
        self.undo.extend(self.redo.pop_back());
        shrink(&mut self.undo, self.bytes_max, |entry| entry.before);
    }

    /// The labels shown in the window, newest first.
    pub(super) fn labels(&self) -> state::History {
        let label = |entry: &Entry| entry.label.clone();
        state::History {
            undo: self.undo.iter().rev().take(SHOWN_MAX).map(label).collect(),
            redo: self.redo.iter().rev().take(SHOWN_MAX).map(label).collect(),
            undo_records: records(self.undo.back()),
            redo_records: records(self.redo.back()),
        }
    }
}

fn records(entry: Option<&Entry>) -> usize {
    entry.map_or(0, |entry| entry.commit.changes.len())
}

/// How many labels the window shows.
const SHOWN_MAX: usize = 50;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vstore::value::{EncodedValue, Value};
    use vstore::{Key, ManualClock, Millis, Store};

    use super::*;

    fn commits(count: usize, bytes: usize) -> Vec<Commit> {
        let mut store = Store::in_memory(Arc::new(ManualClock::new(Millis(1))));
        let value = EncodedValue::encode(&Value::String("x".repeat(bytes))).unwrap();
        let commit = |number: usize| {
            let mut batch = WriteBatch::new(Cause::Edit);
            batch.put(Key::new(&number.to_string()).unwrap(), value.clone());
            store.commit(&batch).unwrap()
        };
        (0..count).map(commit).collect()
    }

    #[test]
    fn undone_commits_are_kept_within_bounds_and_the_newest_always() {
        // None of them replaced a record: they keep one alive only once undone.
        const COUNT: usize = 20;
        let history = |bytes: usize, count: usize| {
            let mut history = UndoStack {
                bytes_max: 80_000,
                ..UndoStack::default()
            };
            for commit in commits(count, bytes) {
                history.push(&commit, "x");
            }
            assert_eq!(history.undo.len(), count);
            history
        };
        let mut many = history(10_000, COUNT);
        for _ in 0..COUNT {
            many.undone();
        }
        assert_eq!(
            many.redo.len(),
            7,
            "the key of the eighth exceeds the bound"
        );
        let mut large = history(100_000, 2);
        large.undone();
        assert!(large.redo_batch().is_some());
        large.undone();
        assert_eq!(large.redo.len(), 1);
    }

    #[test]
    fn redone_commits_can_be_undone_and_are_bounded_by_number() {
        let mut history = UndoStack::default();
        for commit in commits(COMMITS_MAX + 5, 1) {
            history.push(&commit, "x");
        }
        for _ in 0..COMMITS_MAX {
            history.undone();
        }
        for _ in 0..COMMITS_MAX {
            history.redone();
        }
        assert_eq!((history.undo.len(), history.redo.len()), (COMMITS_MAX, 0));
    }
}
