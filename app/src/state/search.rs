//! The search box, its result, and the order of the table.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use vstore::{Path, Record, Snapshot};

use super::Keys;

/// The search box and its result.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What is asked, as the user sees it: filters are part of it.
    pub text: String,
    /// How words match.
    pub mode: SearchMode,
    /// What was found last; `None` without a query. May answer an older question while a newer
    /// one is running.
    pub answer: Option<Arc<SearchAnswer>>,
    /// A search is running whose question was not answered yet.
    pub running: bool,
    /// How long the last answer took, also that of an order without a query.
    pub cost: Duration,
    /// What was answered is being asked again, because records have changed.
    pub refreshing: bool,
}

impl Search {
    /// Whether the table is filtered.
    pub fn is_active(&self) -> bool {
        !self.text.trim().is_empty()
    }
}

/// How words match.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum SearchMode {
    /// Whole words, as typed.
    Exact,
    /// Prefixes and typos too.
    #[default]
    Fuzzy,
    /// Anywhere inside words.
    Contains,
}

impl SearchMode {
    /// All modes, in their order.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Fuzzy, Self::Contains];

    /// The word on the switch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::Fuzzy => "Fuzzy",
            Self::Contains => "Contains",
        }
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct SearchAnswer {
    /// The question.
    pub text: String,
    /// How words matched.
    pub mode: SearchMode,
    /// The records as they were searched. Holding them costs what changed since.
    pub snapshot: Snapshot,
    /// The records found, in the order of the table.
    pub keys: Keys,
    /// How many were found in all.
    pub total: u64,
    /// How many of them match without typos and as whole words.
    pub exact: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// What was not understood as it may have been meant.
    pub hints: Vec<Hint>,
    /// Not everything was searched yet.
    pub partial: bool,
    /// All records were searched through indexes; else some were read.
    pub indexed: bool,
    /// Marks what matched, for the rows on screen.
    pub highlighter: Highlighter,
}

/// Marks what matched, for the records on screen. Cloning shares it.
#[derive(Clone, Default)]
pub struct Highlighter(pub Option<Arc<HighlightFn>>);

/// Finds what to mark in a record.
pub type HighlightFn = dyn Fn(&Record) -> Vec<Highlight> + Send + Sync;

/// What to mark in one text of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Where the text stands; `None`: it is the key.
    pub path: Option<String>,
    /// Which of the values at this path, counted from 0 in the order of the value.
    pub occurrence: usize,
    /// Bytes of the text, in order, not overlapping, on character boundaries. The text of a value
    /// that is not a string is what it prints as.
    pub ranges: Vec<Range<usize>>,
}

impl Highlighter {
    /// What to mark in a record. Costs about as much as matching it: for rows on screen only.
    pub fn marks(&self, record: &Record) -> Vec<Highlight> {
        self.0.as_ref().map(|find| find(record)).unwrap_or_default()
    }
}

impl fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Highlighter({})", self.0.is_some())
    }
}

/// Something about a query that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// In words.
    pub text: String,
    /// The part of the query it is about, in bytes.
    pub range: Option<Range<usize>>,
}

/// The order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// The largest first.
    pub descending: bool,
}

/// By what the table is ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// How well they match; without a search, by key.
    #[default]
    Relevance,
    /// By key.
    Key,
    /// By the last change.
    Modified,
    /// By expiry; records that never expire come last.
    Expires,
    /// By the first value at a path; records without it come last.
    Path(Path),
}

impl Sort {
    /// Whether this is the order in which a snapshot is read.
    pub fn is_by_key(&self, searching: bool) -> bool {
        match self.by {
            SortBy::Key => true,
            SortBy::Relevance => !searching,
            _ => false,
        }
    }
}

/// What a column of the table shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnKind {
    /// The key.
    Key,
    /// The value in one line.
    Value,
    /// What stands at a path.
    Path(Path),
    /// When the record expires.
    Expires,
    /// When it was last changed.
    Modified,
}

/// A column of the table between key and expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The value in one line.
    Value,
    /// What stands at a path.
    Path(Path),
}
