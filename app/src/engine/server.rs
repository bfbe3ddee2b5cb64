//! The whole protocol without a thread: a state, a request, its replies.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vstore::file::{Control, KdfProfile, RotationReport};
use vstore::search::Generation;
use vstore::target::{Consent, InUse};
use vstore::value::EncodedValue;
use vstore::{
    Cause, Clock, ClockSuspect, Compacted, ExpireError, Merged, Meta, Op, Record, Sealer, Store,
    SystemClock, WriteBatch,
};

use super::draft::{DRAFT_SETTING, SealedDraft};
use super::failure;
use super::files::{Files, approve};
use super::history::UndoStack;
use super::positions::Positions;
use super::problem::{Failure, NotCommitted};
use super::protocol::{
    Answer, Background, Envelope, OpenedStore, Outcome, Preview, Reply, Request,
};
use super::sample;
use super::security::{self, SecurityReply};
use super::unsaved::{Queue, Vault};
use crate::command::Secret;
use crate::state::{Problem, RequestId, TaskId, Ticket};

/// A file shorter than this is compacted while it is closed: nobody notices the time.
const COMPACTED_ON_CLOSE_BYTES: u64 = 32 << 20;

/// What the engine knows.
pub struct EngineState {
    pub(super) files: Files,
    pub(super) store: Option<Store>,
    /// The attempt that opened what the window shows. It stays when the store was let go after a
    /// failure: what waits for the file is still here.
    pub(super) session: Option<Ticket>,
    /// The key file that opened it.
    key_file: Option<PathBuf>,
    pub(super) undo: UndoStack,
    /// Changes that are not in the file.
    pub(super) queue: Queue,
    /// After a failure: what still seals changes to the file that was open.
    pub(super) sealer: Option<(PathBuf, Sealer)>,
    /// Changes of files that are locked, which those files did not take.
    pub(super) vault: Vault,
    /// Why expired records are not deleted, as the window was told.
    clock_suspect: Option<ClockSuspect>,
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

/// Does what is asked and says what came of it; at last, and exactly once, that a request with an
/// id was dealt with. The work that is returned may run on any thread; its result belongs to
/// `EngineState::compacted` or `EngineState::merged`.
pub fn handle(
    state: &mut EngineState,
    envelope: Envelope,
    say: &mut dyn FnMut(Answer),
) -> Option<Background> {
    let Envelope {
        id,
        request,
        control,
    } = envelope;
    let session = id.map(|id| id.session);
    let outcome = Cell::new(Some(Outcome::Done));
    let mut say = |reply| {
        match &reply {
            Reply::Settled(settled, _) if Some(*settled) == id => outcome.set(None),
            Reply::Refused(_) => outcome.set(outcome.get().and(Some(Outcome::Refused))),
            Reply::WriteFailed(_) => outcome.set(outcome.get().and(Some(Outcome::NotWritten))),
            _ => {}
        }
        say(Answer { session, reply });
    };
    let background = if session.is_some() && session != state.session {
        failure::not_open(&request, &mut say);
        say(Reply::Settled(id.unwrap_or_default(), Outcome::NotOpen));
        None
    } else {
        dispatch(state, id.unwrap_or_default(), request, control, &mut say)
    };
    if let (Some(id), Some(outcome)) = (id, outcome.get()) {
        say(Reply::Settled(id, outcome));
    }
    background
}

fn dispatch(
    state: &mut EngineState,
    id: RequestId,
    request: Request,
    control: Control,
    say: &mut dyn FnMut(Reply),
) -> Option<Background> {
    match request {
        Request::Security(request) => return state.security(request, &control, say),
        Request::Compact(task) => return state.compact(task, control, say),
        Request::Check(task) => return state.begin_check(task, control, say),
        Request::Probe(path) => {
            let facts = state.files.probe(&path);
            say(Reply::Probed { path, facts });
        }
        Request::Open {
            ticket,
            path,
            secret,
            read_only,
        } => {
            state.put_away(say);
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
            state.put_away(say);
            let consent = if overwrite {
                Consent::ReplaceAny
            } else {
                Consent::NotAsked
            };
            let approved = approve(&path, &InUse::default(), &consent);
            let approved = approved.map_err(|problem| match problem {
                Problem::Replaces(_) => Problem::AlreadyExists(path.clone()),
                problem => problem,
            });
            let result = approved.map_err(Failure::from).and_then(|overwrite| {
                let files = &state.files;
                files.create(&path, None, &secret, overwrite, &control)
            });
            state.install(ticket, result, say);
        }
        Request::OpenSample { ticket } => state.open_sample(ticket, say),
        Request::OpenScratch { ticket, title } => {
            state.put_away(say);
            let opened = state.files.in_memory(&title);
            state.install(ticket, Ok(opened), say);
        }
        Request::SaveAs {
            ticket,
            path,
            secret,
            snapshot,
            consent,
        } => {
            let snapshot = state.current_snapshot().unwrap_or(snapshot);
            let approved = approve(&path, &state.in_use(), &consent).map_err(Failure::from);
            let result = approved.and_then(|overwrite| {
                let files = &state.files;
                files.create(&path, Some(&snapshot), &secret, overwrite, &control)
            });
            state.save_as(ticket, result, &control, say);
        }
        Request::ChangePassword { current, new } => {
            state.change_password(&current, &new, &control, say);
        }
        Request::Lock { draft } => state.lock(id, draft, say),
        Request::Close { giving_up } => state.close(giving_up, &control, say),
        Request::SetSetting { name, value } => state.set_setting(name, value, say),
        Request::LookAtFile => state.look_at_file(say),
        Request::KeepBackups(count) => state.keep_backups(count),
        Request::Watched(task, request) => {
            state.change_watched(id, task, *request, &control, say);
        }
        request => state.change(id, request, &control, say),
    }
    state.plan_background()
}

impl EngineState {
    /// An engine without a store. The profile says what passwords of new files cost.
    pub fn new(clock: Arc<dyn Clock>, kdf: KdfProfile) -> Self {
        Self {
            files: Files::new(clock, kdf),
            store: None,
            session: None,
            key_file: None,
            undo: UndoStack::default(),
            queue: Queue::default(),
            sealer: None,
            vault: Vault::default(),
            clock_suspect: None,
            compaction_advised: false,
            compacting: None,
            rotating: None,
            merging: false,
            indexing: false,
            index_work: Generation::new(),
        }
    }

    /// The files that nothing may be written over.
    fn in_use(&self) -> InUse {
        let open = self.store.as_ref().and_then(Store::path);
        let lost = self.sealer.as_ref().map(|(path, _)| path.as_path());
        InUse {
            databases: open.or(lost).map(ToOwned::to_owned).into_iter().collect(),
            key_files: self.key_file.clone().into_iter().collect(),
        }
    }

    /// Keeps what files do not take in this folder while they are locked, sealed, so that it
    /// outlives the program.
    pub fn keep_unsaved_in(&mut self, folder: PathBuf) {
        self.vault = Vault::at(folder);
    }

    /// Remembers in this file where stores stood when they were last open here.
    pub fn remember_positions_in(&mut self, path: PathBuf) {
        self.files.positions = Positions::at(path);
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
    fn tell_clock(&mut self, suspect: Option<ClockSuspect>, say: &mut dyn FnMut(Reply)) {
        let news =
            |suspect: Option<ClockSuspect>| suspect.map(|suspect| (suspect.newest, suspect.due));
        if news(suspect) != news(self.clock_suspect) {
            self.clock_suspect = suspect;
            say(Reply::ClockSuspect(suspect));
        }
    }

    fn confirm_clock(&mut self, say: &mut dyn FnMut(Reply)) {
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

    /// Changes something as a task, whose end is told by what came of the change.
    fn change_watched(
        &mut self,
        id: RequestId,
        task: TaskId,
        request: Request,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        let mut end = Reply::TaskCancelled(task);
        self.change(id, request, control, &mut |reply| {
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

    fn change(
        &mut self,
        id: RequestId,
        request: Request,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        match request {
            Request::Commit(_) | Request::SaveDraft { .. } => {
                self.commit_group(vec![(id, request)], say);
            }
            Request::Add {
                key,
                value,
                expires_at,
            } => {
                let meta = Meta {
                    expires_at,
                    ..Meta::default()
                };
                self.add(id, Record { key, value, meta }, say);
            }
            Request::EditLeaf { key, edit } => self.edit_leaf(id, key, &edit, say),
            Request::Duplicate(key) => self.duplicate(id, &key, say),
            Request::Delete(target) => {
                self.change_each(id, &target, |key| Op::Delete { key }, control, say);
            }
            Request::SetExpiry { target, expires_at } => {
                self.change_each(
                    id,
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
                self.commit_group(vec![(id, Request::Commit(batch))], say);
            }
            Request::ConfirmClock => self.confirm_clock(say),
            Request::WriteAgain => self.write_again(control, say),
            Request::Undo => self.undo(control, say),
            Request::Redo => self.redo(control, say),
            _ => {}
        }
    }

    fn open_sample(&mut self, ticket: Ticket, say: &mut dyn FnMut(Reply)) {
        self.put_away(say);
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
            Ok((store, mut opened)) => {
                self.store = Some(store);
                self.session = Some(ticket);
                self.key_file.clone_from(&opened.key_file);
                let mut said = Vec::new();
                let draft = self.unseal(ticket, &mut |reply| said.push(reply));
                opened.session = ticket;
                opened.draft = draft.or(opened.draft);
                if let Some(store) = &self.store {
                    opened.snapshot = store.snapshot();
                }
                say(Reply::Opened(ticket, Box::new(opened)));
                for reply in said {
                    say(reply);
                }
            }
            Err(Failure::Cancelled) => say(Reply::Cancelled(ticket)),
            Err(Failure::Problem(problem)) => say(Reply::NotOpened(ticket, problem)),
        }
    }

    /// Goes on with a copy, which gets everything that waits as well. If it does not take that,
    /// the store that is open stays.
    fn save_as(
        &mut self,
        ticket: Ticket,
        result: Result<(Store, OpenedStore), Failure>,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
        let Some(session) = self.session else {
            return;
        };
        let written = result.and_then(|(mut store, opened)| {
            let commits = self.write_into(&mut store, control)?;
            Ok((store, opened, commits))
        });
        match written {
            Ok((store, mut opened, commits)) => {
                self.forget_compaction();
                if let Some(before) = self.store.replace(store) {
                    // The store that was left behind is safe whether or not it is marked as closed.
                    self.files.close(before).ok();
                }
                self.queue.forget();
                self.sealer = None;
                self.forget_sealed(session);
                opened.session = session;
                self.key_file.clone_from(&opened.key_file);
                say(Reply::Opened(ticket, Box::new(opened)));
                for commit in commits {
                    self.publish(&commit, None, None, say);
                }
                self.say_unsaved(say);
                self.say_kept_aside(say);
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
        let Some(store) = &mut self.store else {
            say(Reply::PasswordChanged(Err(Problem::Crashed)));
            return;
        };
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
            self.say_not_committed(NotCommitted::from(error), say);
        }
    }

    fn lock(&mut self, id: RequestId, draft: Option<SealedDraft>, say: &mut dyn FnMut(Reply)) {
        let mut lost = None;
        if let Some(draft) = draft {
            match draft.encode() {
                Some(value) => {
                    self.keep_draft(id, value);
                    self.write_out(&Control::default(), say);
                }
                None => lost = Some("the open edit is too large".to_owned()),
            }
        }
        self.finish_lock(lost, say);
    }

    /// Lets everything go, and says so.
    pub(super) fn finish_lock(&mut self, lost: Option<String>, say: &mut dyn FnMut(Reply)) {
        let store = self.store.as_ref();
        let path = store
            .and_then(Store::path)
            .map(std::path::Path::to_path_buf)
            .or_else(|| self.sealer.as_ref().map(|(path, _)| path.clone()));
        let unsealed = self.let_go();
        say(Reply::Locked {
            lost: lost.or(unsealed),
            path,
        });
        self.say_kept_aside(say);
    }

    fn close(&mut self, giving_up: usize, control: &Control, say: &mut dyn FnMut(Reply)) {
        if giving_up < self.queue.changes_len() {
            self.say_unsaved(say);
            say(Reply::NotClosed);
            return;
        }
        self.index_work.cancel();
        self.forget_compaction();
        self.undo = UndoStack::default();
        self.queue.forget();
        self.sealer = None;
        if let Some(session) = self.session.take() {
            self.forget_sealed(session);
        }
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
            self.files.close(store).map_err(|error| error.to_string()),
        ));
    }

    /// The program ends, and nobody can be asked any more: what waits is tried once more.
    pub(super) fn end(&mut self, say: &mut dyn FnMut(Reply)) {
        if self.session.is_some() {
            self.write_out(&Control::default(), say);
            self.close(usize::MAX, &Control::default(), say);
        }
    }

    /// Makes room for another store. The window has closed or locked the one before, so that
    /// nothing of it waits, unless an answer came late: then it is sealed like a lock does it.
    fn put_away(&mut self, say: &mut dyn FnMut(Reply)) {
        let was_open = self.session.is_some();
        if let Some(lost) = self.let_go() {
            let (lost, path) = (Some(lost), None);
            say(Reply::Locked { lost, path });
        }
        if was_open {
            self.say_kept_aside(say);
        }
    }

    /// Drops keys and records at once. Everything acknowledged is on disk already; what is not is
    /// sealed. In words what was lost, if that was impossible.
    fn let_go(&mut self) -> Option<String> {
        let lost = self.seal_what_waits();
        self.forget_open();
        self.queue.forget();
        self.session = None;
        self.sealer = None;
        if let Some(store) = self.store.take() {
            self.files.close(store).ok();
        }
        lost
    }

    /// Forgets everything that belongs to a store that is not there any more.
    pub(super) fn forget_open(&mut self) {
        self.index_work.cancel();
        self.forget_compaction();
        self.undo = UndoStack::default();
        self.clock_suspect = None;
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
