//! Which store is open: opening, going on with a copy, locking, closing.

use vstore::Store;
use vstore::file::Control;

use super::draft::SealedDraft;
use super::history::UndoStack;
use super::protocol::{OpenedStore, Reply};
use super::sample;
use super::state::EngineState;
use crate::failure::Failure;
use crate::state::{Problem, RequestId, Ticket};

/// A file shorter than this is compacted while it is closed: nobody notices the time.
const COMPACTED_ON_CLOSE_BYTES: u64 = 32 << 20;

impl EngineState {
    pub(super) fn open_sample(&mut self, ticket: Ticket, say: &mut dyn FnMut(Reply)) {
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

    pub(super) fn install(
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
    pub(super) fn save_as(
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

    pub(super) fn lock(
        &mut self,
        id: RequestId,
        draft: Option<SealedDraft>,
        say: &mut dyn FnMut(Reply),
    ) {
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

    pub(super) fn close(
        &mut self,
        giving_up: usize,
        control: &Control,
        say: &mut dyn FnMut(Reply),
    ) {
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
    pub(super) fn put_away(&mut self, say: &mut dyn FnMut(Reply)) {
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
    pub(super) fn let_go(&mut self) -> Option<String> {
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
}
