//! What panels and dialogs may read: shared references, at two levels.
//!
//! [`AppView`] always exists; [`StoreView`] only while a database is open and unlocked, so that a
//! panel that needs records cannot be drawn without them. Use the narrowest one that suffices.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use vstore::{Millis, Snapshot};

use crate::state::{
    Dialog, FilePurpose, FocusTarget, KeptAside, Notices, OpenStore, Page, Preferences,
    RecentFacts, Row, State, Tasks,
};
use crate::typed_path::UserFolders;

/// What every panel may read.
#[derive(Clone, Copy, Debug)]
pub struct AppView<'a> {
    /// The user's preferences.
    pub prefs: &'a Preferences,
    /// What fills the window.
    pub page: &'a Page,
    /// The dialog that is shown.
    pub dialog: Option<&'a Dialog>,
    /// Messages.
    pub notices: &'a Notices,
    /// Background work.
    pub tasks: &'a Tasks,
    /// The native file dialog that is open.
    pub file_dialog: Option<FilePurpose>,
    /// What gets keyboard focus in this frame.
    pub focus: Option<FocusTarget>,
    /// A path that a native dialog has just returned for a form.
    pub picked: Option<&'a (FilePurpose, PathBuf)>,
    /// Facts about the recent files, once they were looked up.
    pub recent: Option<&'a BTreeMap<PathBuf, RecentFacts>>,
    /// The user's folders.
    pub folders: &'a UserFolders,
    /// How long until an idle program locks itself.
    pub locks_in: Option<Duration>,
    /// Changes to files that are not open, which those files did not take.
    pub kept_aside: &'a [KeptAside],
    /// The time of this frame.
    pub now: Millis,
}

/// What panels for an open database may read.
#[derive(Clone, Copy, Debug)]
pub struct StoreView<'a> {
    /// What every panel may read.
    pub app: AppView<'a>,
    /// The open database.
    pub store: &'a OpenStore,
}

impl<'a> AppView<'a> {
    /// The view of a state at a time.
    pub fn of(state: &'a State, now: Millis) -> Self {
        Self {
            prefs: &state.prefs,
            page: &state.page,
            dialog: state.dialog(),
            notices: &state.notices,
            tasks: &state.tasks,
            file_dialog: state.file_dialog,
            focus: state.focus,
            picked: state.picked.as_ref(),
            recent: state.recent.as_ref(),
            folders: &state.folders,
            locks_in: state.locks_in,
            kept_aside: &state.kept_aside,
            now,
        }
    }

    /// The view of the open database.
    pub fn store(self) -> Option<StoreView<'a>> {
        match self.page {
            Page::Open(store) => Some(StoreView { app: self, store }),
            _ => None,
        }
    }

    /// Whether this part of the window should take keyboard focus in this frame.
    pub fn takes_focus(self, target: FocusTarget) -> bool {
        self.focus == Some(target)
    }
}

impl<'a> StoreView<'a> {
    /// The records.
    pub fn snapshot(self) -> &'a Snapshot {
        &self.store.snapshot
    }

    /// How many rows the table has.
    pub fn row_count(self) -> usize {
        self.store.row_count()
    }

    /// The rows of a range, for the part of the table that is on screen.
    pub fn rows(self, range: Range<usize>) -> Vec<Row> {
        self.store.listing.rows(&self.store.snapshot, range)
    }

    /// How many records are selected.
    pub fn selected_count(self) -> usize {
        self.store.selected_count()
    }

    /// Why nothing can be changed; `None` if changes are possible.
    pub fn read_only_reason(self) -> Option<&'static str> {
        if self.store.loading.is_some() {
            return Some("The file is still being read");
        }
        self.store
            .read_only
            .then_some("The database is open read-only")
    }
}
