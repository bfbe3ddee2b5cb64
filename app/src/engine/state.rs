//! The state of the engine, and how it starts.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use vstore::file::{Control, KdfProfile, RotationReport};
use vstore::search::CancelSource;
use vstore::target::InUse;
use vstore::{Clock, ClockSuspect, Sealer, Store, SystemClock};

use super::files::Files;
use super::history::UndoStack;
use super::positions::Positions;
use super::queue::Queue;
use super::vault::Vault;
use crate::state::{TaskId, Ticket};

/// The state of the engine.
pub struct EngineState {
    pub(super) files: Files,
    pub(super) store: Option<Store>,
    /// The attempt that opened the database on screen. It stays when the store is dropped after a
    /// failure: the changes waiting for the file are still here.
    pub(super) session: Option<Ticket>,
    /// The key file that opened it.
    pub(super) key_file: Option<PathBuf>,
    pub(super) undo: UndoStack,
    /// Changes that are not in the file.
    pub(super) queue: Queue,
    /// After a failure: seals changes to the file that was open.
    pub(super) sealer: Option<(PathBuf, Sealer)>,
    /// Changes of locked files that those files did not take.
    pub(super) vault: Vault,
    /// Why expired records are not deleted, as last reported to the window.
    pub(super) clock_suspect: Option<ClockSuspect>,
    /// The window was notified that a compaction is worthwhile.
    pub(super) compaction_advised: bool,
    /// The compaction that is being written.
    pub(super) compacting: Option<(TaskId, Control)>,
    /// The slots that compaction drops, if it exchanges the data key.
    pub(super) rotating: Option<RotationReport>,
    pub(super) merging: bool,
    /// Indexes are being built.
    pub(super) indexing: bool,
    /// Cancels building them when the store is dropped.
    pub(super) index_work: CancelSource,
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

impl EngineState {
    /// An engine without a store. The profile sets the cost of passwords of new files.
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
            index_work: CancelSource::new(),
        }
    }

    /// The files that must not be overwritten.
    pub(super) fn in_use(&self) -> InUse {
        let open = self.store.as_ref().and_then(Store::path);
        let lost = self.sealer.as_ref().map(|(path, _)| path.as_path());
        InUse {
            databases: open.or(lost).map(ToOwned::to_owned).into_iter().collect(),
            key_files: self.key_file.clone().into_iter().collect(),
        }
    }

    /// Keeps changes that files did not take, sealed, in this folder while the files are locked, so
    /// that they outlive the program.
    pub fn keep_unsaved_in(&mut self, folder: PathBuf) {
        self.vault = Vault::at(folder);
    }

    /// Remembers in this file the positions of stores when they were last open here.
    pub fn remember_positions_in(&mut self, path: PathBuf) {
        self.files.positions = Positions::at(path);
    }
}
