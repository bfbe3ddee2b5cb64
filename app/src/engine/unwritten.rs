//! A file that takes no changes: keeping what could not be written, and trying again.

use vstore::WriteBatch;
use vstore::file::Control;

use super::problem::NotCommitted;
use super::protocol::Reply;
use super::server::EngineState;
use crate::state::Problem;

/// More batches than this are not kept: whoever goes on without a file for so long saves a copy.
const KEPT_MAX: usize = 1_000;

/// Batches that could not be written since the last one that could, in their order.
#[derive(Debug, Default)]
pub(super) struct Unwritten(Vec<WriteBatch>);

impl Unwritten {
    /// Keeps a batch for the next attempt.
    pub(super) fn keep(&mut self, batch: WriteBatch) {
        if self.0.len() < KEPT_MAX {
            self.0.push(batch);
        }
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

impl EngineState {
    /// Writes what could not be written; the first failure ends the attempt and keeps the rest.
    pub(super) fn write_again(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        let kept = std::mem::take(&mut self.unwritten.0);
        if kept.is_empty() {
            self.try_writing(control, say);
            return;
        }
        let mut kept = kept.into_iter();
        while let Some(batch) = kept.next() {
            match self.commit_large(&batch, None, control, say) {
                Ok(()) => {}
                Err(reason @ NotCommitted::NotWritten(_)) => {
                    self.unwritten.keep(batch);
                    self.unwritten.0.extend(kept);
                    reason.say(say);
                    return;
                }
                Err(reason) => reason.say(say),
            }
        }
    }

    /// With nothing to write: is the file in order?
    fn try_writing(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        let Some(store) = &mut self.store else { return };
        if store.is_changed_elsewhere().unwrap_or(true) {
            say(Reply::WriteFailed(Problem::ChangedElsewhere));
        } else if store.poisoned().is_some()
            && let Err(error) = store.compact(control)
        {
            NotCommitted::from(error).say(say);
        } else {
            self.expire_due(say);
        }
    }

    /// Asks the file system, not the file: costs nothing worth mentioning.
    pub(super) fn look_at_file(&self, say: &mut dyn FnMut(Reply)) {
        // A file that cannot even be asked about is told when something is written to it.
        if let Some(Ok(changed)) = self.store.as_ref().map(vstore::Store::is_changed_elsewhere) {
            say(Reply::ChangedElsewhere(changed));
        }
    }
}
