//! What can be undone and redone: commits, bounded by number and size.

use std::collections::VecDeque;

use vstore::{Cause, Commit, WriteBatch};

use crate::state::{self, Deed, Told};

/// How many commits can be undone.
const COMMITS_MAX: usize = 500;
/// How many bytes of values that are no longer in the store the history may keep alive. The last
/// commit can be undone whatever its size.
const BYTES_MAX: usize = 256 << 20;

/// Commits that can be undone, and those that were.
#[derive(Debug, Default)]
pub(super) struct UndoStack {
    undo: VecDeque<Entry>,
    redo: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    commit: Commit,
    label: String,
    bytes: usize,
}

impl UndoStack {
    /// Remembers a commit that a user made. What was undone before cannot be redone after it.
    pub(super) fn push(&mut self, commit: &Commit, label: &str) {
        if commit.changes.is_empty() {
            return;
        }
        let gone = commit
            .changes
            .iter()
            .filter_map(|change| change.before.as_ref());
        let bytes = gone
            .map(|record| record.key.as_str().len() + record.value.len())
            .sum();
        self.redo.clear();
        self.undo.push_back(Entry {
            commit: commit.clone(),
            label: label.to_owned(),
            bytes,
        });
        self.shrink();
    }

    fn shrink(&mut self) {
        let mut bytes: usize = self.undo.iter().map(|entry| entry.bytes).sum();
        while 1 < self.undo.len() && (COMMITS_MAX < self.undo.len() || BYTES_MAX < bytes) {
            if let Some(oldest) = self.undo.pop_front() {
                bytes -= oldest.bytes;
            }
        }
    }

    /// The batch that takes the last commit back.
    pub(super) fn undo_batch(&self) -> Option<(WriteBatch, Told)> {
        let entry = self.undo.back()?;
        let told = Told {
            text: format!("Undone: {}", entry.label),
            deed: Some((Deed::Undo, 1)),
        };
        Some((entry.commit.invert(Cause::Undo), told))
    }

    /// The last commit was taken back.
    pub(super) fn undone(&mut self) {
        self.redo.extend(self.undo.pop_back());
    }

    /// The batch that makes the commit that was last taken back again.
    pub(super) fn redo_batch(&self) -> Option<(WriteBatch, Told)> {
        let entry = self.redo.last()?;
        let told = Told {
            text: format!("Done again: {}", entry.label),
            deed: Some((Deed::Redo, 1)),
        };
        Some((entry.commit.repeat(Cause::Redo), told))
    }

    /// The commit that was last taken back was made again.
    pub(super) fn redone(&mut self) {
        self.undo.extend(self.redo.pop());
    }

    /// What the window shows of it: the nearest first.
    pub(super) fn labels(&self) -> state::History {
        let label = |entry: &Entry| entry.label.clone();
        state::History {
            undo: self.undo.iter().rev().take(SHOWN_MAX).map(label).collect(),
            redo: self.redo.iter().rev().take(SHOWN_MAX).map(label).collect(),
            undo_records: records(self.undo.back()),
            redo_records: records(self.redo.last()),
        }
    }
}

fn records(entry: Option<&Entry>) -> usize {
    entry.map_or(0, |entry| entry.commit.changes.len())
}

/// How many labels the window is told.
const SHOWN_MAX: usize = 50;
