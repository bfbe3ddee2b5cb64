//! Maintenance the engine does for the open store on its own: deleting expired records, compacting,
//! merging segments, building indexes.

use std::time::Duration;

use vstore::file::{Control, RotationReport};
use vstore::{ClockSuspect, Compacted, ExpireError, Merged};

use super::not_committed::NotCommitted;
use super::protocol::{Background, Reply, SecurityReply};
use super::security;
use super::state::EngineState;
use crate::state::{Problem, TaskId};

impl EngineState {
    /// How long until a record expires; `None` if none does.
    pub(super) fn next_expiry_in(&self) -> Option<Duration> {
        let store = self.store.as_ref().filter(|store| !store.is_read_only())?;
        let millis = store.next_expiry()?.since(self.files.clock.now()).max(0);
        Some(Duration::from_millis(millis.unsigned_abs()))
    }

    /// Deletes expired records; false if that failed.
    pub(super) fn expire_due(&mut self, emit: &mut dyn FnMut(Reply)) -> bool {
        let Some(store) = self.store.as_mut().filter(|store| !store.is_read_only()) else {
            return true;
        };
        match store.expire_due() {
            Ok(commit) => {
                self.report_clock(None, emit);
                if let Some(commit) = commit {
                    self.publish(&commit, None, None, emit);
                }
                true
            }
            Err(ExpireError::ClockSuspect(suspect)) => {
                self.report_clock(Some(suspect), emit);
                false
            }
            Err(ExpireError::Commit(error)) => {
                self.report_not_committed(NotCommitted::from(error), emit);
                false
            }
        }
    }

    /// Reports to the window whether the clock is in doubt, if that has changed.
    pub(super) fn report_clock(
        &mut self,
        suspect: Option<ClockSuspect>,
        emit: &mut dyn FnMut(Reply),
    ) {
        let news =
            |suspect: Option<ClockSuspect>| suspect.map(|suspect| (suspect.newest, suspect.due));
        if news(suspect) != news(self.clock_suspect) {
            self.clock_suspect = suspect;
            emit(Reply::ClockSuspect(suspect));
        }
    }

    pub(super) fn confirm_clock(&mut self, emit: &mut dyn FnMut(Reply)) {
        let Some(store) = &mut self.store else { return };
        match store.confirm_clock() {
            Ok(()) => {
                self.expire_due(emit);
            }
            Err(error) => self.report_not_committed(NotCommitted::from(error), emit),
        }
    }

    /// Installs a compaction that was written.
    pub(super) fn compacted(
        &mut self,
        task: TaskId,
        written: Result<Box<Compacted>, vstore::file::CompactError>,
        emit: &mut dyn FnMut(Reply),
    ) {
        // The store of this compaction may have been closed in the meantime.
        if self
            .compacting
            .take_if(|(running, _)| *running == task)
            .is_none()
        {
            emit(Reply::TaskCancelled(task));
            return;
        }
        let Some(store) = &mut self.store else {
            emit(Reply::TaskCancelled(task));
            return;
        };
        match written.and_then(|compacted| store.finish_compaction(*compacted)) {
            Ok(()) => {
                self.compaction_advised = false;
                self.files.remember(store);
                let bytes = store.stats().file.map_or(0, |file| file.bytes);
                if let Some(message) = store.backup_problem() {
                    emit(Reply::BackupFailed(message.to_owned()));
                }
                emit(match self.rotating.take() {
                    Some(report) => Reply::Security(SecurityReply::Rotated {
                        task,
                        dropped: security::dropped(&report),
                    }),
                    None => Reply::Compacted(task, bytes),
                });
            }
            Err(error) => {
                self.rotating = None;
                store.abort_compaction();
                emit(match error {
                    vstore::file::CompactError::Cancelled(_) => Reply::TaskCancelled(task),
                    error => Reply::TaskFailed(task, error.to_string()),
                });
            }
        }
    }

    /// Installs merged segments.
    pub(super) fn merged(&mut self, merged: Option<Merged>) -> Option<Background> {
        self.merging = false;
        let installed = match (&mut self.store, merged) {
            (Some(store), Some(merged)) => store.install_merge(merged),
            _ => false,
        };
        // A failed merge is not retried at once.
        if installed {
            self.plan_background()
        } else {
            self.plan_index()
        }
    }

    /// Writing a compaction failed: another one can begin.
    pub(super) fn compaction_failed(&mut self) {
        if let Some(store) = &mut self.store {
            store.abort_compaction();
        }
        self.forget_compaction();
    }

    /// Merging failed. The next change retries it.
    pub(super) const fn merge_failed(&mut self) {
        self.merging = false;
    }

    /// Building indexes failed. The next change retries it.
    pub(super) const fn index_failed(&mut self) {
        self.indexing = false;
    }

    /// Indexes were built, or that was cancelled.
    pub(super) fn indexed(&mut self) -> Option<Background> {
        self.indexing = false;
        self.plan_background()
    }

    pub(super) fn keep_backups(&mut self, count: u8) {
        self.files.backups = count;
        if let Some(store) = &mut self.store {
            store.set_backups(count);
        }
    }

    pub(super) fn compact(
        &mut self,
        task: TaskId,
        control: Control,
        emit: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        let Some(store) = &mut self.store else {
            emit(Reply::TaskFailed(task, Problem::Crashed.text()));
            return None;
        };
        match store.begin_compaction() {
            Ok(Some(compaction)) => {
                self.compacting = Some((task, control.clone()));
                Some(Background::Compact(task, Box::new(compaction), control))
            }
            Ok(None) => {
                emit(Reply::Compacted(task, 0));
                None
            }
            Err(error) => {
                emit(Reply::TaskFailed(task, error.to_string()));
                None
            }
        }
    }

    /// The next work that would make lookups and searches faster, if any: merging segments, then
    /// building indexes.
    pub(super) fn plan_background(&mut self) -> Option<Background> {
        self.plan_merge().or_else(|| self.plan_index())
    }

    /// Starts building missing indexes.
    pub(super) fn plan_index(&mut self) -> Option<Background> {
        if self.indexing {
            return None;
        }
        let snapshot = self.store.as_ref()?.snapshot();
        if snapshot.indexing().is_complete() {
            return None;
        }
        self.indexing = true;
        let ticket = self.index_work.renew();
        Some(Background::Index(Box::new(snapshot), ticket))
    }

    /// Starts merging segments if that would make lookups faster.
    pub(super) fn plan_merge(&mut self) -> Option<Background> {
        if self.merging {
            return None;
        }
        let merge = self.store.as_ref()?.plan_merge()?;
        self.merging = true;
        Some(Background::Merge(merge))
    }

    /// A compaction that exchanges the data key is being written.
    pub(super) fn begin_rotating(&mut self, task: TaskId, control: Control, to: RotationReport) {
        self.compacting = Some((task, control));
        self.rotating = Some(to);
    }

    pub(super) fn forget_compaction(&mut self) {
        self.rotating = None;
        self.compaction_advised = false;
        if let Some((_, control)) = self.compacting.take() {
            control.cancel();
        }
    }
}
