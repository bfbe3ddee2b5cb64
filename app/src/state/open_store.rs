//! An open, unlocked database as the window sees it.

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
    /// The attempt that opened it: requests and answers about it say so.
    pub session: Ticket,
    /// The number of the last request about it.
    pub asked: u64,
    /// The changes that were asked for and not answered yet.
    pub pending: BTreeSet<u64>,
    /// What the engine has that is not in the file.
    pub unsaved: Unsaved,
    /// What the title bar calls it: `films.vstore`, `Sample`.
    pub title: String,
    /// Its file; `None` while it lives in memory only.
    pub path: Option<PathBuf>,
    /// The key file that opened it.
    pub key_file: Option<PathBuf>,
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
    /// How the file compares with what was last open here, until somebody has seen what it says.
    pub standing: Standing,
    /// Records have expired by a clock that is far ahead of the file: hidden, and not deleted.
    pub clock_suspect: Option<ClockSuspect>,
    /// Somebody said that they stay so.
    pub keeps_expired: bool,
    /// The rows of the table.
    pub listing: Listing,
    /// The orders of the table.
    pub orders: Orders,
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
    /// Going to a key.
    pub jump: Jump,
    /// The namespaces tree.
    pub namespaces: Namespaces,
    /// When the rows of the table were last asked for.
    pub rows_asked: Asked,
    /// When namespaces and paths were last counted.
    pub counts_asked: Asked,
    /// How far the indexes of words and values are; `None`: not known to be incomplete.
    pub indexing: Option<Indexing>,
    /// What happens when it is closed; `Some` while it is closing.
    pub closing: Option<super::AfterClose>,
    /// The request to close it, once it was made.
    pub close_asked: Option<u64>,
}

/// What is not in the file although it was asked for, as the engine says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsaved {
    /// The number of this report: a later one replaces it.
    pub version: u64,
    /// The number of changes that wait to be written.
    pub waiting: usize,
    /// The first of them, in words.
    pub labels: Vec<String>,
    /// Why the last attempt to write failed; `None`: it did not.
    pub problem: Option<Problem>,
}

/// Changes to a file that is locked or closed, which that file did not take. They are sealed until
/// it is opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAside {
    /// The file.
    pub path: PathBuf,
    /// The number of changes, the open edit included.
    pub changes: usize,
    /// They are kept in the program's own folder as well, until the file takes them.
    pub outlives_program: bool,
}

/// A file that is being read while its first records are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loading {
    /// How much of the file has been read, 0 to 1.
    pub fraction: f32,
    /// It was asked for without writing.
    pub read_only: bool,
}

/// When something derived from the records was asked for, and for which commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The last commit it is about; `None`: it was never asked for.
    pub seq: Option<Seq>,
    /// When.
    pub at: Option<Millis>,
}

impl Asked {
    /// Asked now, for the records as of this commit.
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

    /// The name of the next request about this database.
    pub const fn next_request(&mut self) -> RequestId {
        self.asked += 1;
        RequestId {
            session: self.session,
            number: self.asked,
        }
    }

    /// The edit that would be lost if it were forgotten.
    pub fn unsaved_draft(&self) -> Option<&Draft> {
        self.detail.draft.as_ref().filter(|draft| draft.is_dirty())
    }

    /// Whether the file lacks what was saved here, and nobody has seen that it is said.
    pub const fn is_set_back(&self) -> bool {
        self.standing.is_set_back()
    }

    /// Why expired records were not deleted, until somebody said what becomes of them.
    pub fn asks_about_clock(&self) -> Option<ClockSuspect> {
        self.clock_suspect.filter(|_| !self.keeps_expired)
    }

    /// Whether it was opened without writing, even once it has been read.
    pub const fn is_read_only(&self) -> bool {
        match &self.loading {
            Some(loading) => loading.read_only,
            None => self.read_only,
        }
    }

    /// Looks up which records a scope means now. Costs O(n) for n records selected one by one.
    pub fn target(&self, scope: &Scope) -> Target {
        match scope {
            Scope::Everything => Target::Everything,
            Scope::Keys(keys) => Target::Keys(keys.clone()),
            Scope::Run(run) => Target::Run(run.clone()),
            Scope::Selected => self.selected(),
        }
    }

    /// The scope that means the same records from now on, whatever happens to the selection: for
    /// a question that is answered later.
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

    /// How many records a scope means.
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

    /// The order of the rows, as far as is known: that of the last answer.
    pub fn sort(&self) -> &Sort {
        self.orders.in_force(self.search.is_ranked())
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
