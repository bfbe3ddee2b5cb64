//! What a batch did: the fact that hooks, undo and histories are told.

use std::sync::Arc;

use crate::batch::WriteBatch;
use crate::change::{Cause, Change, SettingChange};
use crate::clock::Millis;

/// The number of a commit. Strictly increasing while a store is open, starting anew at 0 when it
/// is opened; a [`Snapshot`](crate::Snapshot) carries that of the last commit it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// What a batch did. Cloning shares the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its number.
    pub seq: Seq,
    /// Why it was made.
    pub cause: Cause,
    /// When it was made.
    pub at: Millis,
    /// Each record that changed, once.
    pub changes: Arc<[Change]>,
    /// Each setting of the file that changed, once.
    pub settings: Arc<[SettingChange]>,
}

impl Commit {
    /// The batch that takes the changes to records back. Settings of the file stay.
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

    /// The batch that makes the same changes again.
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
