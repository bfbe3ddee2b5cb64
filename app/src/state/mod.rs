//! Everything the program knows while it runs. Plain data: no egui, no threads, no files.
//!
//! Only [`crate::update`] changes it; panels read it through [`crate::view`].

mod activity;
mod check;
mod detail;
mod dialog;
mod explorer;
mod jump;
mod keys;
mod listing;
mod namespaces;
mod notice;
mod open_store;
mod page;
mod prefs;
mod problem;
mod report;
mod restore;
mod salvage;
mod search;
mod secret;
mod security;
mod selection;
mod settings;
mod task;
mod transfer;
mod why_hit;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use activity::{ACTIVITY_EVENTS_MAX, Activity, ActivityEvent, EventKind};
pub use check::Check;
pub use detail::{
    Detail, DetailTab, Draft, DraftBase, DraftError, EDITED_TEXT_BYTES_MAX, Location, Step,
};
pub use dialog::{AfterClose, Dialog};
pub use explorer::{
    Explorer, FacetScope, FirstTypes, IndexBytes, PathRow, PathStatistics, TopValue,
};
pub use jump::{Jump, JumpAnswer, JumpRow};
pub use keys::Keys;
pub use listing::{Listing, Row};
pub use namespaces::{Namespace, Namespaces};
pub use notice::{CommitSummary, EditKind, FollowUp, Level, Notice, NoticeId, Notices};
pub use open_store::{Asked, History, KeptAside, Loading, OpenStore, SaveState, Unsaved};
pub use page::{BusyPhase, CreatePage, Page, UnlockPage};
pub use prefs::{
    BACKUPS_MAX, BottomTab, Layout, PanelSide, Preferences, RECENT_MAX, RecentFacts, RecentFile,
    ThemeChoice,
};
pub use problem::{Problem, Remedy};
pub use report::{ImportReport, ReportKind, ReportLine};
pub use restore::{Restore, RestoreStage, RestoredHeader};
pub use salvage::{Salvage, SalvageOutcome, SalvageStage};
pub use search::{
    Column, ColumnKind, HighlightFn, Highlighter, Orders, Search, SearchAnswer, Sort, SortBy,
};
pub use secret::{KeyChange, KeyCost, NewKey, Secret, SecretText};
pub use security::{KeyKind, KeySlot, Security, SecurityStep};
pub use selection::{SelectHow, Selection, Span};
pub use settings::{
    DELIMITERS, FileSettings, Query, SETTINGS_NAME, SavedSearch, apply_settings, encode_settings,
};
pub use task::{RequestId, Task, TaskId, TaskState, Tasks, Ticket};
pub use transfer::{
    ExportPlan, ImportKeys, ImportPlan, ImportPreview, PreviewRow, Run, Scope, Target,
};
pub use why_hit::{WhyHit, WhyWord};

/// The state of the whole program.
#[derive(Debug, Default)]
pub struct State {
    /// The user's preferences; kept across runs.
    pub prefs: Preferences,
    /// What fills the window.
    pub page: Page,
    /// Waiting dialogs; the first one is shown. A second one never covers the first.
    pub dialogs: std::collections::VecDeque<Dialog>,
    /// Messages shown at the edge of the window.
    pub notices: Notices,
    /// Background work, running and finished.
    pub tasks: Tasks,
    /// The native file dialog that is open; there is never a second one.
    pub file_dialog: Option<FilePurpose>,
    /// What should get keyboard focus in the next frame. Cleared after one frame.
    pub focus: Option<FocusTarget>,
    /// What last got focus when moving between panes.
    pub last_focus: Option<FocusTarget>,
    /// Facts about the recent files; `None` if not requested since the start page was left.
    pub recent: Option<BTreeMap<PathBuf, RecentFacts>>,
    /// A path that a native dialog returned for a form that asked for one. Cleared after one frame.
    pub picked: Option<(FilePurpose, PathBuf)>,
    /// The user's folders; looked up once, at program start.
    pub folders: crate::typed_path::UserFolders,
    /// How long until an idle program locks itself; `None` if it does not.
    pub locks_in: Option<Duration>,
    /// The window may close: there is nothing left to ask.
    pub may_quit: bool,
    /// The running attempt to open, create or copy a file.
    pub busy: Option<Ticket>,
    /// A file to be opened instead of the current one, which is examined first.
    pub opening: Option<Opening>,
    /// The number of attempts so far.
    pub attempts: u64,
    /// Data to import once a database is open.
    pub pending_import: Option<PathBuf>,
    /// The session that is being locked and its file, until the engine has confirmed it.
    pub locking: Option<(Ticket, PathBuf)>,
    /// Changes to files that are not open, which those files did not take.
    pub kept_aside: Vec<KeptAside>,
    /// The database for which the file dialog was opened; an answer for another one is dropped.
    pub file_dialog_session: Option<Ticket>,
}

/// A file to be opened while a database is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The file.
    pub path: PathBuf,
    /// Open it without writing.
    pub read_only: bool,
    /// The database to be closed for it.
    pub store: Ticket,
}

/// The purpose of asking for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilePurpose {
    /// A database to open.
    Open,
    /// A database to open without writing.
    OpenReadOnly,
    /// The path of a new database; answered through [`State::picked`].
    Create,
    /// The path of a copy with its own password.
    SaveAs,
    /// A key file; answered through [`State::picked`].
    KeyFile,
    /// The path of a new key file; it is created there, then answered as [`FilePurpose::KeyFile`].
    NewKeyFile,
    /// The path of a header backup.
    HeaderBackup,
    /// A header backup to restore; answered through [`State::picked`].
    OpenHeaderBackup,
    /// A damaged database to salvage.
    Damaged,
    /// Data to import.
    Import,
    /// The path of an export.
    Export,
}

impl FilePurpose {
    /// Whether it requires an open database.
    pub const fn needs_open_database(self) -> bool {
        matches!(self, Self::SaveAs | Self::Export | Self::HeaderBackup)
    }

    /// Whether its file belongs to the open database, and to no other.
    pub const fn is_about_open_database(self) -> bool {
        matches!(
            self,
            Self::SaveAs | Self::Export | Self::Import | Self::HeaderBackup | Self::NewKeyFile
        )
    }
}

/// A part of the window that can get keyboard focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FocusTarget {
    /// The search box.
    Search,
    /// The record table.
    Records,
    /// The namespaces tree and index explorer.
    Explorer,
    /// The record detail.
    Detail,
    /// The password field of the unlock page, with its text selected.
    Password,
}

impl State {
    /// The open database, if there is one and it is unlocked.
    pub fn store(&self) -> Option<&OpenStore> {
        match &self.page {
            Page::Open(store) => Some(store),
            _ => None,
        }
    }

    /// The open database, mutably.
    pub fn store_mut(&mut self) -> Option<&mut OpenStore> {
        match &mut self.page {
            Page::Open(store) => Some(store),
            _ => None,
        }
    }

    /// The session of the open database.
    pub fn session(&self) -> Option<Ticket> {
        self.store().map(|store| store.session)
    }

    /// Begins an attempt to open, create or copy a file; answers to earlier attempts become stale.
    pub fn start_attempt(&mut self) -> Ticket {
        self.attempts += 1;
        let ticket = Ticket(self.attempts);
        self.busy = Some(ticket);
        ticket
    }

    /// The dialog that is shown.
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialogs.front()
    }
}
