//! An open, unlocked database as the window knows it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use vstore::file::Standing;
use vstore::value::EncodedValue;
use vstore::{ClockSuspect, Indexing, Millis, Seq, Snapshot};

use super::{
    Activity, Column, Detail, Draft, Explorer, FileSettings, Jump, Listing, Namespaces, Orders,
    Problem, RequestId, Run, Scope, Search, Selection, Sort, Span, Target, Ticket,
};

/// An open, unlocked database.
#[derive(Debug)]
pub struct OpenStore {
    /// The attempt that opened it; requests and answers about it carry this ticket.
    pub session: Ticket,
    /// The number of the last request about it.
    pub asked: u64,
    /// Requested changes that have not been answered yet.
    pub pending: BTreeSet<u64>,
    /// Changes that the engine holds but the file does not.
    pub unsaved: Unsaved,
    /// Its name in the title bar: `films.vstore`, `Sample`.
    pub title: String,
    /// Its file; `None` while it exists in memory only.
    pub path: Option<PathBuf>,
    /// The key file that opened it.
    pub key_file: Option<PathBuf>,
    /// It was opened without writing.
    pub read_only: bool,
    /// It is still being read; `read_only` is set until then.
    pub loading: Option<Loading>,
    /// The records as of the last commit reported by the engine.
    pub snapshot: Snapshot,
    /// Whether everything is on disk.
    pub save: SaveState,
    /// Another program has changed or replaced the file.
    pub changed_elsewhere: bool,
    /// How the file compares with its last known position, until the user has acknowledged it.
    pub standing: Standing,
    /// Records that have expired by a clock far ahead of the file: they are hidden but not deleted.
    pub clock_suspect: Option<ClockSuspect>,
    /// The user has chosen to keep them.
    pub keeps_expired: bool,
    /// The rows of the table.
    pub listing: Listing,
    /// The orders of the table.
    pub orders: Orders,
    /// The columns of the table between key and expiry.
    pub columns: Vec<Column>,
    /// Other settings that the file keeps about its display.
    pub settings: FileSettings,
    /// When these settings are to be written; `None` if nothing changed.
    pub settings_due: Option<Millis>,
    /// These settings as last written.
    pub settings_written: Option<EncodedValue>,
    /// Which records are selected.
    pub selection: Selection,
    /// The search box and its result.
    pub search: Search,
    /// The record on the right.
    pub detail: Detail,
    /// What can be undone and redone.
    pub history: History,
    /// Recent events.
    pub activity: Activity,
    /// The index explorer.
    pub explorer: Explorer,
    /// Going to a key.
    pub jump: Jump,
    /// The namespaces tree.
    pub namespaces: Namespaces,
    /// When the rows of the table were last requested.
    pub rows_asked: Asked,
    /// When namespaces and paths were last counted.
    pub counts_asked: Asked,
    /// The progress of building indexes; `None` if they are not known to be incomplete.
    pub indexing: Option<Indexing>,
    /// What happens after it is closed; `Some` while it is closing.
    pub closing: Option<super::AfterClose>,
    /// The request to close it, once sent.
    pub close_asked: Option<u64>,
}

/// Requested changes that are not in the file, as reported by the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsaved {
    /// The number of this report: a later one replaces it.
    pub version: u64,
    /// The number of changes waiting to be written.
    pub waiting: usize,
    /// Descriptions of the first of them.
    pub labels: Vec<String>,
    /// Why the last attempt to write failed; `None` if it did not.
    pub problem: Option<Problem>,
}

/// Changes to a locked or closed file that the file did not take. They are sealed until it is
/// opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAside {
    /// The file.
    pub path: PathBuf,
    /// The number of changes, including the open edit.
    pub changes: usize,
    /// They are also kept on disk, in a folder of the program, until the file takes them.
    pub outlives_program: bool,
}

/// A file that is being read while its first records are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loading {
    /// How much of the file has been read, 0 to 1.
    pub fraction: f32,
    /// It is being opened without writing.
    pub read_only: bool,
}

/// When something derived from the records was last requested, and for which commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The sequence number of the commit; `None` if it was never requested.
    pub seq: Option<Seq>,
    /// When.
    pub at: Option<Millis>,
}

impl Asked {
    /// Requested now, for the records as of this commit.
    pub const fn now(seq: Seq, now: Millis) -> Self {
        Self {
            seq: Some(seq),
            at: Some(now),
        }
    }
}

/// Whether everything is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveState {
    /// It exists in memory only.
    InMemory {
        /// Whether it holds changes that would be lost.
        changed: bool,
    },
    /// Every change is on disk.
    Saved {
        /// Since when.
        at: Millis,
    },
    /// Changes are being written.
    Saving {
        /// The number of requests.
        pending: usize,
    },
    /// The last change could not be written; the file is unchanged.
    Failed {
        /// Why.
        problem: Problem,
    },
}

/// Labels of what undo and redo would do; empty if there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// What undo would undo, newest first: `Delete 3 records`.
    pub undo: Vec<String>,
    /// What redo would redo, next first.
    pub redo: Vec<String>,
    /// How many records undo would change.
    pub undo_records: usize,
    /// How many records redo would change.
    pub redo_records: usize,
}

impl OpenStore {
    /// A database that was just opened.
    pub fn new(title: String, path: Option<PathBuf>, read_only: bool, snapshot: Snapshot) -> Self {
        let save = match path {
            Some(_) => SaveState::Saved { at: snapshot.now() },
            None => SaveState::InMemory { changed: false },
        };
        Self {
            session: Ticket::default(),
            asked: 0,
            pending: BTreeSet::new(),
            unsaved: Unsaved::default(),
            title,
            path,
            key_file: None,
            read_only,
            loading: None,
            snapshot,
            save,
            changed_elsewhere: false,
            standing: Standing::Unknown,
            clock_suspect: None,
            keeps_expired: false,
            listing: Listing::default(),
            orders: Orders::default(),
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
            jump: Jump::default(),
            namespaces: Namespaces::default(),
            rows_asked: Asked::default(),
            counts_asked: Asked::default(),
            indexing: None,
            closing: None,
            close_asked: None,
        }
    }

    /// The id of the next request about this database.
    pub const fn next_request(&mut self) -> RequestId {
        self.asked += 1;
        RequestId {
            session: self.session,
            number: self.asked,
        }
    }

    /// The edit that would be lost if it were discarded.
    pub fn unsaved_draft(&self) -> Option<&Draft> {
        self.detail.draft.as_ref().filter(|draft| draft.is_dirty())
    }

    /// Whether the file lacks changes saved here, and the user has not acknowledged it.
    pub const fn is_set_back(&self) -> bool {
        self.standing.is_set_back()
    }

    /// Why expired records were not deleted, until the user decides what to do with them.
    pub fn asks_about_clock(&self) -> Option<ClockSuspect> {
        self.clock_suspect.filter(|_| !self.keeps_expired)
    }

    /// Whether it was opened without writing, also while it is being read.
    pub const fn is_read_only(&self) -> bool {
        match &self.loading {
            Some(loading) => loading.read_only,
            None => self.read_only,
        }
    }

    /// Resolves a scope to records. O(n) for n individually selected records.
    pub fn target(&self, scope: &Scope) -> Target {
        match scope {
            Scope::Everything => Target::Everything,
            Scope::Keys(keys) => Target::Keys(keys.clone()),
            Scope::Run(run) => Target::Run(run.clone()),
            Scope::Selected => self.selected(),
        }
    }

    /// A scope that refers to the same records whatever happens to the selection later, for a
    /// question that is answered later.
    pub fn frozen(&self, scope: &Scope) -> Scope {
        match self.target(scope) {
            Target::Everything => Scope::Everything,
            Target::Keys(keys) => Scope::Keys(keys),
            Target::Run(run) => Scope::Run(run),
        }
    }

    fn selected(&self) -> Target {
        let Selection {
            span, except, keys, ..
        } = &self.selection;
        let Some(span) = span else {
            return Target::Keys(keys.iter().collect());
        };
        if except.is_empty() && keys.is_empty() {
            match span {
                Span::Rows { keys, rows, .. } if *rows == (0..keys.len()) => {
                    return Target::Keys(keys.clone());
                }
                span if span.is_all_of(&self.snapshot) => return Target::Everything,
                _ => {}
            }
        }
        Target::Run(Box::new(Run {
            span: Some(span.clone()),
            except: except.clone(),
            more: keys.clone(),
        }))
    }

    /// How many records a scope covers.
    pub fn count(&self, scope: &Scope) -> usize {
        match scope {
            Scope::Everything => self.snapshot.len(),
            Scope::Selected => self.selected_count(),
            Scope::Keys(keys) => keys.len(),
            Scope::Run(run) => {
                let run = run.as_ref();
                let span = run.span.as_ref();
                let all = span.map_or(self.snapshot.len(), Span::count);
                let except = run.except.iter();
                let except =
                    except.filter(|key| span.is_none_or(|span| span.contains(key.as_str())));
                all.saturating_sub(except.count()) + run.more.len()
            }
        }
    }

    /// How many records are selected.
    pub fn selected_count(&self) -> usize {
        self.selection.len()
    }

    /// The current order of the rows, as of the last answer.
    pub fn sort(&self) -> &Sort {
        self.orders.in_force(self.search.is_ranked())
    }

    /// How many rows the table has.
    pub fn row_count(&self) -> usize {
        self.listing.len(&self.snapshot)
    }

    /// The title of a file in the window.
    pub fn title_of(path: &Path) -> String {
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Whether closing would lose the records themselves.
    pub fn would_be_lost(&self) -> bool {
        matches!(self.save, SaveState::InMemory { changed: true })
    }
}
