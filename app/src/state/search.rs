//! The search box, its result, and the order of the table.

use std::sync::Arc;
use std::time::Duration;

use vstore::{Key, Path, Seq};

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
    /// A search is running.
    pub running: bool,
}

impl Search {
    /// Whether the table is filtered.
    pub fn is_active(&self) -> bool {
        !self.text.trim().is_empty()
    }
}

/// How words match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// For which commit it was answered.
    pub seq: Seq,
    /// The records found, in the order of the table.
    pub keys: Arc<[Key]>,
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
    /// Marks what matched, for the rows on screen.
    pub highlighter: Highlighter,
}

/// Marks what matched in a text. Cloning shares it.
#[derive(Clone, Default)]
pub struct Highlighter(pub Option<Arc<HighlightFn>>);

/// Finds the byte ranges of `text` that match; the first argument is the path the text stands at,
/// `None` for the key.
pub type HighlightFn = dyn Fn(Option<&str>, &str) -> Vec<std::ops::Range<usize>> + Send + Sync;

impl Highlighter {
    /// The byte ranges of `text` that match, in order. `path` is where the text stands, `None`
    /// for the key.
    pub fn ranges(&self, path: Option<&str>, text: &str) -> Vec<std::ops::Range<usize>> {
        self.0
            .as_ref()
            .map(|find| find(path, text))
            .unwrap_or_default()
    }
}

impl std::fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Highlighter({})", self.0.is_some())
    }
}

/// Something about a query that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// In words.
    pub text: String,
    /// The part of the query it is about, in bytes.
    pub range: Option<std::ops::Range<usize>>,
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
    /// By key; results of a search by how well they match.
    #[default]
    Key,
    /// By the last change.
    Modified,
    /// By expiry; records that never expire come last.
    Expires,
    /// By the first value at a path; records without it come last.
    Path(Path),
}

/// A column of the table between key and expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The value in one line.
    Value,
    /// What stands at a path.
    Path(Path),
}
