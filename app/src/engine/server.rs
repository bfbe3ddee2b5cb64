//! The whole protocol without a thread: a state, a request, its replies.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vstore::file::{Control, KdfProfile, RotationReport};
use vstore::search::Generation;
use vstore::value::EncodedValue;
use vstore::{Cause, Clock, Compacted, Merged, Meta, Op, Record, Store, SystemClock, WriteBatch};

use super::draft::{DRAFT_SETTING, SealedDraft};
use super::files::Files;
use super::history::UndoStack;
use super::problem::{Failure, NotCommitted};
use super::protocol::{Background, Envelope, OpenedStore, Preview, Reply, Request};
use super::sample;
use super::security::{self, SecurityReply};
use super::unwritten::Unwritten;
use crate::command::Secret;
use crate::state::{Problem, TaskId, Ticket};

/// A file shorter than this is compacted while it is closed: nobody notices the time.
const COMPACTED_ON_CLOSE_BYTES: u64 = 32 << 20;

/// What the engine knows.
pub struct EngineState {
    pub(super) files: Files,
    pub(super) store: Option<Store>,
    pub(super) undo: UndoStack,
    /// What the file did not take.
    pub(super) unwritten: Unwritten,
    /// The window was told that a compaction pays.
    pub(super) compaction_advised: bool,
    /// The compaction that is being written.
    compacting: Option<(TaskId, Control)>,
    /// What it leaves behind if it exchanges the data key.
    rotating: Option<RotationReport>,
    merging: bool,
    /// Indexes are being built.
    indexing: bool,
    /// Stops that when the store is let go.
    index_work: Generation,
}

impl Default for EngineState {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock), KdfProfile::default())
    }
}

impl fmt::Debug for EngineState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineState")
            .field("open", &self.store.is_some())
            .finish_non_exhaustive()
    }
}

/// Does what is asked and says what came of it. The work that is returned may run on any thread;
/// its result belongs to `EngineState::compacted` or `EngineState::merged`.
pub fn handle(
    state: &mut EngineState,
    envelope: Envelope,
    say: &mut dyn FnMut(Reply),
) -> Option<Background> {
    let Envelope { request, control } = envelope;
    match request {
        Request::Security(request) => return state.security(request, &control, say),
        Request::Compact(task) => return state.compact(task, control, say),
        Request::Check(task) => return state.begin_check(task, control, say),
        Request::Probe(path) => {
            let facts = Files::probe(&path);
            say(Reply::Probed { path, facts });
        }
        Request::Open {
            ticket,
            path,
            secret,
            read_only,
        } => {
            state.let_go();
            let mut preview = |snapshot| say(Reply::Preview(ticket, Preview { snapshot }));
            let result = state
                .files
                .open(&path, &secret, read_only, &control, &mut preview);
            state.install(ticket, result, say);
        }
        Request::Create {
            ticket,
            path,
            secret,
            overwrite,
        } => {
            state.let_go();
            let result = state
                .files
                .create(&path, None, &secret, overwrite, &control);
            state.install(ticket, result, say);
        }
        Request::OpenSample { ticket } => state.open_sample(ticket, say),
        Request::OpenScratch { ticket, title } => {
            state.let_go();
            let opened = state.files.in_memory(&title);
            state.install(ticket, Ok(opened), say);
        }
        Request::SaveAs {
            ticket,
            path,
            secret,
        } => {
            let Some(store) = &state.store else {
                return None;
            };
            let snapshot = store.snapshot();
            let result = state
                .files
                .create(&path, Some(&snapshot), &secret, true, &control);
            state.install(ticket, result, say);
        }
        Request::ChangePassword { current, new } => {
            state.change_password(&current, &new, &control, say);
        }
        Request::Lock { draft } => state.lock(draft, say),
        Request::Close => state.close(&control, say),
        Request::SetSetting { name, value } => state.set_setting(name, value, say),
        Request::LookAtFile => state.look_at_file(say),
        Request::KeepBackups(count) => state.keep_backups(count),
        Request::Watched(task, request) => {
            state.change_watched(task, *request, &control, say);
            say(Reply::Settled(1));
        }
        request => {
            state.change(request, &control, say);
            say(Reply::Settled(1));
        }
    }
    state.plan_background()
}

impl EngineState {
    /// An engine without a store. The profile says what passwords of new files cost.
    pub fn new(clock: Arc<dyn Clock>, kdf: KdfProfile) -> Self {
        Self {
            files: Files::new(clock, kdf),
            store: None,
            undo: UndoStack::default(),
            unwritten: Unwritten::default(),
            compaction_advised: false,
            compacting: None,
            rotating: None,
            merging: false,
            indexing: false,
            index_work: Generation::new(),
        }
    }

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
            Ok(Some(commit)) => self.publish(&commit, None, say),
            Ok(None) => {}
            Err(error) => {
                NotCommitted::from(error).say(say);
                return false;
            }
        }
        true
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
        let Some(store) = &mut self.store else { return };
        match written.and_then(|compacted| store.finish_compaction(*compacted)) {
            Ok(()) => {
                self.compaction_advised = false;
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

    /// Indexes were built, or given up.
    pub(super) fn indexed(&mut self) -> Option<Background> {
        self.indexing = false;
        self.plan_background()
    }

    /// Changes something as a task, whose end is told by what came of the change.
    fn change_watched(
        &mut self,
        task: TaskId,
        request: Request,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        let mut end = Reply::TaskCancelled(task);
        self.change(request, control, &mut |reply| {
            match &reply {
                Reply::Committed(committed) => {
                    end = Reply::TaskDone(task, committed.told.text.clone());
                }
                Reply::Refused(words) => end = Reply::TaskFailed(task, words.clone()),
                Reply::WriteFailed(problem) => end = Reply::TaskFailed(task, problem.text()),
                _ => {}
            }
            say(reply);
        });
        say(end);
    }

    fn change(&mut self, request: Request, control: &Control, say: &mut dyn FnMut(Reply)) {
        match request {
            Request::Commit(batch) => self.commit_all(&[batch], say),
            Request::Add {
                key,
                value,
                expires_at,
            } => {
                let meta = Meta {
                    expires_at,
                    ..Meta::default()
                };
                self.add(Record { key, value, meta }, say);
            }
            Request::EditLeaf { key, edit } => self.edit_leaf(key, &edit, say),
            Request::Duplicate(key) => self.duplicate(&key, say),
            Request::Delete(target) => {
                self.change_each(&target, |key| Op::Delete { key }, control, say);
            }
            Request::SetExpiry { target, expires_at } => {
                self.change_each(
                    &target,
                    |key| Op::SetExpiry { key, expires_at },
                    control,
                    say,
                );
            }
            Request::Import {
                task,
                batch,
                report,
            } => {
                self.import(task, &batch, report, control, say);
            }
            Request::ForgetDraft => {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.set_setting(DRAFT_SETTING, None);
                self.commit_all(&[batch], say);
            }
            Request::WriteAgain => self.write_again(control, say),
            Request::Undo => self.undo(control, say),
            Request::Redo => self.redo(control, say),
            _ => {}
        }
    }

    fn open_sample(&mut self, ticket: Ticket, say: &mut dyn FnMut(Reply)) {
        self.let_go();
        let (mut store, mut opened) = self.files.in_memory("Sample");
        let filled = sample::batch(self.files.clock.now()).and_then(|batch| {
            store
                .commit(&batch)
                .map(|_| ())
                .map_err(|error| error.to_string())
        });
        opened.snapshot = store.snapshot();
        let result = filled
            .map(|()| (store, opened))
            .map_err(|words| Failure::Problem(Problem::Other(words)));
        self.install(ticket, result, say);
    }

    fn install(
        &mut self,
        ticket: Ticket,
        result: Result<(Store, OpenedStore), Failure>,
        say: &mut dyn FnMut(Reply),
    ) {
        match result {
            Ok((store, opened)) => {
                if !opened.is_copy {
                    self.undo = UndoStack::default();
                }
                self.unwritten.forget();
                self.forget_compaction();
                if let Some(before) = self.store.replace(store) {
                    // The store that was left behind is safe whether or not it is marked as closed.
                    before.close().ok();
                }
                say(Reply::Opened(ticket, Box::new(opened)));
            }
            Err(Failure::Cancelled) => say(Reply::Cancelled(ticket)),
            Err(Failure::Problem(problem)) => say(Reply::NotOpened(ticket, problem)),
        }
    }

    fn change_password(
        &mut self,
        current: &Secret,
        new: &Secret,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        let Some(store) = &mut self.store else { return };
        let result = self.files.change_password(store, current, new, control);
        say(Reply::PasswordChanged(result.map_err(
            |failure| match failure {
                Failure::Problem(problem) => problem,
                Failure::Cancelled => {
                    Problem::Other("Changing the password was cancelled".to_owned())
                }
            },
        )));
    }

    fn keep_backups(&mut self, count: u8) {
        self.files.backups = count;
        if let Some(store) = &mut self.store {
            store.set_backups(count);
        }
    }

    fn compact(
        &mut self,
        task: TaskId,
        control: Control,
        say: &mut dyn FnMut(Reply),
    ) -> Option<Background> {
        let store = self.store.as_mut()?;
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
    fn plan_index(&mut self) -> Option<Background> {
        if self.indexing {
            return None;
        }
        let snapshot = self.store.as_ref()?.snapshot();
        if snapshot.indexing().is_complete() {
            return None;
        }
        self.indexing = true;
        let ticket = self.index_work.advance();
        Some(Background::Index(Box::new(snapshot), ticket))
    }

    /// Starts merging segments if that would make lookups faster.
    fn plan_merge(&mut self) -> Option<Background> {
        if self.merging {
            return None;
        }
        let merge = self.store.as_ref()?.plan_merge()?;
        self.merging = true;
        Some(Background::Merge(merge))
    }

    fn set_setting(&mut self, name: &str, value: EncodedValue, say: &mut dyn FnMut(Reply)) {
        let Some(store) = &mut self.store else { return };
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.set_setting(name, Some(value));
        if let Err(error) = store.commit(&batch) {
            NotCommitted::from(error).say(say);
        }
    }

    fn lock(&mut self, draft: Option<SealedDraft>, say: &mut dyn FnMut(Reply)) {
        let draft_lost = self.store.as_mut().zip(draft).and_then(|(store, draft)| {
            let sealed = draft.encode().ok_or_else(|| "it is too large".to_owned());
            let kept = sealed.and_then(|value| {
                let mut batch = WriteBatch::new(Cause::Edit);
                batch.set_setting(DRAFT_SETTING, Some(value));
                store.commit(&batch).map_err(|error| error.to_string())
            });
            kept.err()
        });
        self.let_go();
        say(Reply::Locked { draft_lost });
    }

    fn close(&mut self, control: &Control, say: &mut dyn FnMut(Reply)) {
        self.index_work.cancel();
        self.forget_compaction();
        self.undo = UndoStack::default();
        self.unwritten.forget();
        let Some(mut store) = self.store.take() else {
            say(Reply::Closed(Ok(())));
            return;
        };
        let short = store
            .stats()
            .file
            .is_some_and(|file| file.bytes < COMPACTED_ON_CLOSE_BYTES);
        // There is nothing to write into a file that somebody else has replaced.
        if store.is_changed_elsewhere().unwrap_or(false) {
            say(Reply::Closed(Ok(())));
            return;
        }
        if short && store.compaction_advised_on_close() {
            // Only a shorter file is lost if this fails.
            store.compact(control).ok();
        }
        say(Reply::Closed(
            store.close().map_err(|error| error.to_string()),
        ));
    }

    /// Drops keys and records at once. Everything acknowledged is on disk already.
    fn let_go(&mut self) {
        self.index_work.cancel();
        self.forget_compaction();
        self.undo = UndoStack::default();
        self.unwritten.forget();
        if let Some(store) = self.store.take() {
            store.close().ok();
        }
    }

    /// A compaction that exchanges the data key is being written.
    pub(super) fn begin_rotating(&mut self, task: TaskId, control: Control, to: RotationReport) {
        self.compacting = Some((task, control));
        self.rotating = Some(to);
    }

    fn forget_compaction(&mut self) {
        self.rotating = None;
        self.compaction_advised = false;
        if let Some((_, control)) = self.compacting.take() {
            control.cancel();
        }
    }
}
