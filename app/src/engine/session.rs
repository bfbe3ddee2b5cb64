//! Which store is open: opening, continuing with a copy, locking, closing.

use vstore::Store;
use vstore::file::Control;

use super::draft::SealedDraft;
use super::history::UndoStack;
use super::protocol::{OpenedStore, Reply};
use super::sample;
use super::state::EngineState;
use crate::failure::Failure;
use crate::state::{Problem, RequestId, Ticket};

/// A file shorter than this is compacted when it is closed: that takes no noticeable time.
const COMPACTED_ON_CLOSE_BYTES: u64 = 32 << 20;

impl EngineState {
    pub(super) fn open_sample(&mut self, ticket: Ticket, emit: &mut dyn FnMut(Reply)) {
        self.close_previous(emit);
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
            .map_err(|message| Failure::Problem(Problem::Other(message)));
        self.install(ticket, result, emit);
    }

    pub(super) fn install(
        &mut self,
        ticket: Ticket,
        result: Result<(Store, OpenedStore), Failure>,
        emit: &mut dyn FnMut(Reply),
    ) {
        match result {
            Ok((store, mut opened)) => {
                self.store = Some(store);
                self.session = Some(ticket);
                self.key_file.clone_from(&opened.key_file);
                let mut replies = Vec::new();
                let draft = self.unseal(ticket, &mut |reply| replies.push(reply));
                opened.session = ticket;
                opened.draft = draft.or(opened.draft);
                if let Some(store) = &self.store {
                    opened.snapshot = store.snapshot();
                }
                emit(Reply::Opened(ticket, Box::new(opened)));
                for reply in replies {
                    emit(reply);
                }
            }
            Err(Failure::Cancelled) => emit(Reply::Cancelled(ticket)),
            Err(Failure::Problem(problem)) => emit(Reply::NotOpened(ticket, problem)),
        }
    }

    /// Continues with a copy, which also gets all waiting changes. If it does not take them, the
    /// current store stays open.
    pub(super) fn save_as(
        &mut self,
        ticket: Ticket,
        result: Result<(Store, OpenedStore), Failure>,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
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
                    // The store left behind is safe whether or not it is marked as closed.
                    self.files.close(before).ok();
                }
                self.queue.forget();
                self.sealer = None;
                self.forget_sealed(session);
                opened.session = session;
                self.key_file.clone_from(&opened.key_file);
                emit(Reply::Opened(ticket, Box::new(opened)));
                for commit in commits {
                    self.publish(&commit, None, None, emit);
                }
                self.emit_unsaved(emit);
                self.emit_kept_aside(emit);
            }
            Err(Failure::Cancelled) => emit(Reply::Cancelled(ticket)),
            Err(Failure::Problem(problem)) => emit(Reply::NotOpened(ticket, problem)),
        }
    }

    pub(super) fn lock(
        &mut self,
        id: RequestId,
        draft: Option<SealedDraft>,
        emit: &mut dyn FnMut(Reply),
    ) {
        let mut lost = None;
        if let Some(draft) = draft {
            match draft.encode() {
                Some(value) => {
                    self.keep_draft(id, value);
                    self.write_out(&Control::default(), emit);
                }
                None => lost = Some("the open edit is too large".to_owned()),
            }
        }
        self.finish_lock(lost, emit);
    }

    /// Drops everything and reports it.
    pub(super) fn finish_lock(&mut self, lost: Option<String>, emit: &mut dyn FnMut(Reply)) {
        let store = self.store.as_ref();
        let path = store
            .and_then(Store::path)
            .map(std::path::Path::to_path_buf)
            .or_else(|| self.sealer.as_ref().map(|(path, _)| path.clone()));
        let unsealed = self.drop_store();
        emit(Reply::Locked {
            lost: lost.or(unsealed),
            path,
        });
        self.emit_kept_aside(emit);
    }

    pub(super) fn close(
        &mut self,
        giving_up: usize,
        control: &Control,
        emit: &mut dyn FnMut(Reply),
    ) {
        if giving_up < self.queue.changes_len() {
            self.emit_unsaved(emit);
            emit(Reply::NotClosed);
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
            emit(Reply::Closed(Ok(())));
            return;
        };
        let short = store
            .stats()
            .file
            .is_some_and(|file| file.bytes < COMPACTED_ON_CLOSE_BYTES);
        // Nothing may be written to a file that another program has replaced.
        if store.is_changed_elsewhere().unwrap_or(false) {
            emit(Reply::Closed(Ok(())));
            return;
        }
        if short && store.compaction_advised_on_close() {
            // If this fails, the file only stays longer.
            store.compact(control).ok();
        }
        emit(Reply::Closed(
            self.files.close(store).map_err(|error| error.to_string()),
        ));
    }

    /// The program ends and can no longer ask the user: waiting changes are tried once more.
    pub(super) fn end(&mut self, emit: &mut dyn FnMut(Reply)) {
        if self.session.is_some() {
            self.write_out(&Control::default(), emit);
            self.close(usize::MAX, &Control::default(), emit);
        }
    }

    /// Closes the previous store to make room for another. The window has closed or locked it
    /// already, so that nothing in it is waiting, unless a reply came late: then it is sealed as
    /// for a lock.
    pub(super) fn close_previous(&mut self, emit: &mut dyn FnMut(Reply)) {
        let was_open = self.session.is_some();
        if let Some(lost) = self.drop_store() {
            let (lost, path) = (Some(lost), None);
            emit(Reply::Locked { lost, path });
        }
        if was_open {
            self.emit_kept_aside(emit);
        }
    }

    /// Drops keys and records at once. Everything acknowledged is already on disk; everything else
    /// is sealed. Returns what was lost if sealing failed.
    pub(super) fn drop_store(&mut self) -> Option<String> {
        let lost = self.seal_waiting();
        self.forget_open();
        self.queue.forget();
        self.session = None;
        self.sealer = None;
        if let Some(store) = self.store.take() {
            self.files.close(store).ok();
        }
        lost
    }

    /// Clears everything that belongs to a store that is no longer open.
    pub(super) fn forget_open(&mut self) {
        self.index_work.cancel();
        self.forget_compaction();
        self.undo = UndoStack::default();
        self.clock_suspect = None;
    }
}
