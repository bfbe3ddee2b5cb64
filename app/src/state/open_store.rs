//! An open, unlocked database as the window sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vstore::value::EncodedValue;
use vstore::{Millis, Seq, Snapshot};

use super::{
    Activity, Column, Detail, Explorer, FileSettings, Listing, Namespaces, Problem, Scope, Search,
    Selection, Sort, Target,
};

/// An open, unlocked database.
#[derive(Debug)]
pub struct OpenStore {
    /// What the title bar calls it: `films.vstore`, `Sample`.
    pub title: String,
    /// Its file; `None` while it lives in memory only.
    pub path: Option<PathBuf>,
    /// It was opened without writing.
    pub read_only: bool,
    /// It is still being read; `read_only` until then.
    pub loading: Option<Loading>,
    /// The records as of the last commit that was heard of.
    pub snapshot: Snapshot,
    /// Whether everything is on disk.
    pub save: SaveState,
    /// Another program changed the file since, or put another one in its place.
    pub changed_elsewhere: bool,
    /// The rows of the table.
    pub listing: Listing,
    /// The order of the table.
    pub sort: Sort,
    /// The columns of the table between key and expiry.
    pub columns: Vec<Column>,
    /// What else the file keeps about how it is looked at.
    pub settings: FileSettings,
    /// When what the file keeps is written; `None`: nothing changed.
    pub settings_due: Option<Millis>,
    /// What the file keeps, as it was last written.
    pub settings_written: Option<EncodedValue>,
    /// Which records are selected.
    pub selection: Selection,
    /// The search box and its result.
    pub search: Search,
    /// The record at the right.
    pub detail: Detail,
    /// What can be undone and redone.
    pub history: History,
    /// What happened lately.
    pub activity: Activity,
    /// The index explorer.
    pub explorer: Explorer,
    /// The namespaces tree.
    pub namespaces: Namespaces,
    /// A search, sort or count is not yet of this commit.
    pub derived_seq: Option<Seq>,
    /// When the views that are derived from the records were last asked for.
    pub derived_at: Option<Millis>,
    /// What happens when it is closed; `Some` while it is closing.
    pub closing: Option<super::AfterClose>,
}

/// A file that is being read while its first records are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loading {
    /// How much of the file has been read, 0 to 1.
    pub fraction: f32,
    /// It was asked for without writing.
    pub read_only: bool,
}

/// Whether everything is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveState {
    /// It lives in memory only.
    InMemory {
        /// It holds something that would be lost.
        changed: bool,
    },
    /// Every change is on disk.
    Saved {
        /// Since when.
        at: Millis,
    },
    /// Changes are on their way.
    Saving {
        /// How many batches.
        pending: usize,
    },
    /// The last change could not be written; the file is as it was before.
    Failed {
        /// Why.
        problem: Problem,
    },
}

/// What undo and redo would do, in words; `None`: there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// What undo takes back, newest first: `Delete 3 records`.
    pub undo: Vec<String>,
    /// What redo makes again, next first.
    pub redo: Vec<String>,
}

impl OpenStore {
    /// A database that was just opened.
    pub fn new(title: String, path: Option<PathBuf>, read_only: bool, snapshot: Snapshot) -> Self {
        let save = match path {
            Some(_) => SaveState::Saved { at: snapshot.now() },
            None => SaveState::InMemory { changed: false },
        };
        Self {
            title,
            path,
            read_only,
            loading: None,
            snapshot,
            save,
            changed_elsewhere: false,
            listing: Listing::default(),
            sort: Sort::default(),
            columns: Vec::new(),
            settings: FileSettings::default(),
            settings_due: None,
            settings_written: None,
            selection: Selection::default(),
            search: Search::default(),
            detail: Detail::default(),
            history: History::default(),
            activity: Activity::default(),
            explorer: Explorer::default(),
            namespaces: Namespaces::default(),
            derived_seq: None,
            derived_at: None,
            closing: None,
        }
    }

    /// Whether it was opened without writing, even once it has been read.
    pub const fn is_read_only(&self) -> bool {
        match &self.loading {
            Some(loading) => loading.read_only,
            None => self.read_only,
        }
    }

    /// Looks up which records a scope means now. Costs O(n) for n selected records.
    pub fn target(&self, scope: &Scope) -> Target {
        match (scope, &self.listing) {
            (Scope::Everything, _) => Target::Everything,
            (Scope::Keys(keys), _) => Target::Keys(Arc::clone(keys)),
            (Scope::Selected, Listing::Keys(keys)) if self.selection.all => {
                Target::Keys(Arc::clone(keys))
            }
            (Scope::Selected, Listing::Everything { .. }) if self.selection.all => {
                Target::Everything
            }
            (Scope::Selected, _) => Target::Keys(self.selection.keys.iter().cloned().collect()),
        }
    }

    /// How many records a scope means.
    pub fn count(&self, scope: &Scope) -> usize {
        match scope {
            Scope::Everything => self.snapshot.len(),
            Scope::Selected => self.selection.len(self.row_count()),
            Scope::Keys(keys) => keys.len(),
        }
    }

    /// How many rows the table has.
    pub fn row_count(&self) -> usize {
        self.listing.len(&self.snapshot)
    }

    /// What a file is called in the window.
    pub fn title_of(path: &Path) -> String {
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Whether closing would lose the records themselves.
    pub fn would_be_lost(&self) -> bool {
        matches!(self.save, SaveState::InMemory { changed: true })
    }
}
