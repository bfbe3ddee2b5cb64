//! What the engine does for the open store by itself: deleting what expired, compacting, merging
//! segments, building indexes.

use std::time::Duration;

use vstore::file::{Control, RotationReport};
use vstore::{ClockSuspect, Compacted, ExpireError, Merged};

use super::not_committed::NotCommitted;
use super::protocol::{Background, Reply, SecurityReply};
use super::security;
use super::state::EngineState;
use crate::state::{Problem, TaskId};

impl EngineState {
    /// How long until a record expires; `None`: none does.
    pub(super) fn next_expiry_in(&self) -> Option<Duration> {
        let store = self.store.as_ref().filter(|store| !store.is_read_only())?;
        let millis = store.next_expiry()?.since(self.files.clock.now()).max(0);
        Some(Duration::from_millis(millis.unsigned_abs()))
    }

    /// Deletes the records whose time has passed.
    pub(super) fn expire_due(&mut self, say: &mut dyn FnMut(Reply)) -> bool {
        let Some(store) = self.store.as_mut().filter(|store| !store.is_read_only()) else {
            return true;
        };
        match store.expire_due() {
            Ok(commit) => {
                self.tell_clock(None, say);
                if let Some(commit) = commit {
                    self.publish(&commit, None, None, say);
                }
                true
            }
            Err(ExpireError::ClockSuspect(suspect)) => {
                self.tell_clock(Some(suspect), say);
                false
            }
            Err(ExpireError::Commit(error)) => {
                self.say_not_committed(NotCommitted::from(error), say);
                false
            }
        }
    }

    /// Tells the window whether the clock is doubted, when that is news.
    pub(super) fn tell_clock(&mut self, suspect: Option<ClockSuspect>, say: &mut dyn FnMut(Reply)) {
        let news =
            |suspect: Option<ClockSuspect>| suspect.map(|suspect| (suspect.newest, suspect.due));
        if news(suspect) != news(self.clock_suspect) {
            self.clock_suspect = suspect;
            say(Reply::ClockSuspect(suspect));
        }
    }

    pub(super) fn confirm_clock(&mut self, say: &mut dyn FnMut(Reply)) {
        let Some(store) = &mut self.store else { return };
        match store.confirm_clock() {
            Ok(()) => {
                self.expire_due(say);
            }
            Err(error) => self.say_not_committed(NotCommitted::from(error), say),
        }
    }

    /// Puts a compaction that was written in place.
    pub(super) fn compacted(
        &mut self,
        task: TaskId,
        written: Result<Box<Compacted>, vstore::file::CompactError>,
        say: &mut dyn FnMut(Reply),
    ) {
        // A compaction of a store that was closed meanwhile belongs to nobody.
        if self
            .compacting
            .take_if(|(running, _)| *running == task)
            .is_none()
        {
            say(Reply::TaskCancelled(task));
            return;
        }
        let Some(store) = &mut self.store else {
            say(Reply::TaskCancelled(task));
            return;
        };
        match written.and_then(|compacted| store.finish_compaction(*compacted)) {
            Ok(()) => {
                self.compaction_advised = false;
                self.files.remember(store);
                let bytes = store.stats().file.map_or(0, |file| file.bytes);
                if let Some(words) = store.backup_problem() {
                    say(Reply::BackupFailed(words.to_owned()));
                }
                say(match self.rotating.take() {
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
                say(match error {
                    vstore::file::CompactError::Cancelled(_) => Reply::TaskCancelled(task),
                    error => Reply::TaskFailed(task, error.to_string()),
                });
            }
        }
    }

    /// Puts merged segments in place.
    pub(super) fn merged(&mut self, merged: Option<Merged>) -> Option<Background> {
        self.merging = false;
        let installed = match (&mut self.store, merged) {
            (Some(store), Some(merged)) => store.install_merge(merged),
            _ => false,
        };
        // What could not be merged is not tried again at once.
        if installed {
            self.plan_background()
        } else {
            self.plan_index()
        }
    }

    /// Writing a compaction failed: another can be begun.
    pub(super) fn compaction_failed(&mut self) {
        if let Some(store) = &mut self.store {
            store.abort_compaction();
        }
        self.forget_compaction();
    }

    /// Merging failed. It is tried again with the next change.
    pub(super) const fn merge_failed(&mut self) {
        self.merging = false;
    }

    /// Building indexes failed. It is tried again with the next change.
    pub(super) const fn index_failed(&mut self) {
        self.indexing = false;
    }

    /// Indexes were built, or given up.
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
        say: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        let Some(store) = &mut self.store else {
            say(Reply::TaskFailed(task, Problem::Crashed.text()));
            return None;
        };
        match store.begin_compaction() {
            Ok(Some(compaction)) => {
                self.compacting = Some((task, control.clone()));
                Some(Background::Compact(task, Box::new(compaction), control))
            }
            Ok(None) => {
                say(Reply::Compacted(task, 0));
                None
            }
            Err(error) => {
                say(Reply::TaskFailed(task, error.to_string()));
                None
            }
        }
    }

    /// What would make looking up and searching faster, if anything: merging segments, then
    /// building indexes.
    pub(super) fn plan_background(&mut self) -> Option<Background> {
        self.plan_merge().or_else(|| self.plan_index())
    }

    /// Starts building the indexes that are missing.
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
