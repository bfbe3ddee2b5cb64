//! Changes that wait until the file takes them, in order.

use std::collections::VecDeque;
use vstore::value::EncodedValue;
use vstore::{Key, Op, Record, WriteBatch};

use super::draft::{DRAFT_SETTING, SealedDraft};
use crate::state::{Problem, RequestId};

/// A change on its way to the file.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: RequestId,
    pub(super) batch: WriteBatch,
    pub(super) kind: Kind,
    /// Its request was settled because the file did not take the change at that time.
    pub(super) settled: bool,
}

/// How a change is written, and who keeps it if writing fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A few records; waits in the queue.
    Small,
    /// Any number of records, with progress; waits in the queue.
    Large,
    /// The edit in the editor; the editor keeps it until the commit arrives.
    Draft,
}

/// Changes that are not in the file.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Waiting>,
    pub(super) problem: Option<Problem>,
    /// The number of the last report to the window.
    pub(super) version: u64,
}

/// What the waiting changes do to the value of a record.
pub(super) enum Fate {
    /// They set it to this.
    Holds(EncodedValue),
    /// They remove it.
    Goes,
    /// They leave it as the current value of this record: the same one, unless it is renamed.
    StaysAt(Key),
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Waiting changes without the open edit, which the window counts itself.
    pub(super) fn changes(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().filter(|waiting| {
            let is_draft =
                |op: &Op| matches!(op, Op::SetSetting { name, .. } if name == DRAFT_SETTING);
            !waiting.batch.ops().iter().all(is_draft)
        })
    }

    /// The number of changes that would be lost with the queue.
    pub(super) fn changes_len(&self) -> usize {
        self.changes().count()
    }

    pub(super) fn forget(&mut self) {
        self.waiting.clear();
        self.problem = None;
    }

    pub(super) fn batches(&self) -> Vec<WriteBatch> {
        let batches = self.waiting.iter().map(|waiting| waiting.batch.clone());
        batches.collect()
    }

    /// The value of a record once everything in the queue is written.
    pub(super) fn fate_of(&self, key: &Key) -> Fate {
        let mut key = key;
        let batches = self.waiting.iter().rev();
        for op in batches.flat_map(|waiting| waiting.batch.ops().iter().rev()) {
            match op {
                Op::Put {
                    key: put, value, ..
                }
                | Op::Restore(Record {
                    key: put, value, ..
                }) if put == key => return Fate::Holds(value.clone()),
                Op::Delete { key: gone } if gone == key => return Fate::Goes,
                Op::Rename { from, .. } if from == key => return Fate::Goes,
                Op::Rename { from, to } if to == key => key = from,
                _ => {}
            }
        }
        Fate::StaysAt(key.clone())
    }

    /// The open edit, if it is waiting. It stays in the queue until it is saved or discarded: the
    /// window that receives it may have stopped waiting for the file.
    pub(super) fn draft(&self) -> Option<SealedDraft> {
        let batches = self.waiting.iter().rev();
        batches
            .flat_map(|waiting| waiting.batch.ops().iter().rev())
            .find_map(|op| match op {
                Op::SetSetting { name, value } if name == DRAFT_SETTING => Some(value),
                _ => None,
            })?
            .as_ref()
            .and_then(SealedDraft::decode)
    }
}
