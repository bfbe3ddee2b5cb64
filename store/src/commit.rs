//! Commits: the effect of a batch, for hooks, undo and histories.

use std::sync::Arc;

use crate::batch::WriteBatch;
use crate::change::{Cause, Change, SettingChange};
use crate::clock::Millis;

/// The sequence number of a commit. Strictly increasing while a store is open, and starts at 0 when
/// it is opened. A [`Snapshot`](crate::Snapshot) has the number of the last commit that it
/// contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// The effect of a batch. Cloning shares the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The sequence number.
    pub seq: Seq,
    /// The cause.
    pub cause: Cause,
    /// The time of the commit.
    pub at: Millis,
    /// Each record that changed, once.
    pub changes: Arc<[Change]>,
    /// Each setting of the file that changed, once.
    pub settings: Arc<[SettingChange]>,
}

impl Commit {
    /// The batch that undoes the changes to records. Settings of the file are not reverted.
    pub fn invert(&self, cause: Cause) -> WriteBatch {
        let mut batch = WriteBatch::new(cause);
        for change in self.changes.iter().rev() {
            match &change.before {
                Some(record) => batch.restore(record.clone()),
                None => batch.delete(change.key.clone()),
            };
        }
        batch
    }

    /// The batch that repeats the changes to records.
    pub fn repeat(&self, cause: Cause) -> WriteBatch {
        let mut batch = WriteBatch::new(cause);
        for change in self.changes.iter() {
            match &change.after {
                Some(record) => batch.restore(record.clone()),
                None => batch.delete(change.key.clone()),
            };
        }
        batch
    }
}
