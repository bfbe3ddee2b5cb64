//! The search box, its result, and the order of the table.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vstore::search::{Highlight, Hint, Mode};
use vstore::{Path, Record, Snapshot};

use super::{Keys, Query};

/// The search box and its result.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The query as the user sees it; filters are part of it.
    pub text: String,
    /// How words match.
    pub mode: Mode,
    /// The last answer; `None` without a query. May belong to an older question while a newer one
    /// is running.
    pub answer: Option<Arc<SearchAnswer>>,
    /// A search is running and has not been answered yet.
    pub running: bool,
    /// How long the last answer took, even for an order without a query.
    pub cost: Duration,
    /// The same question was asked again because records have changed.
    pub refreshing: bool,
    /// What to type, if the last condition has no value yet. Until then the table stays as it is.
    pub wants_value: Option<String>,
    /// Select the first row as soon as the search is answered.
    pub wants_first: bool,
    /// Conditions that clicks added to the query: a click on another value of the same path
    /// replaces its condition. Typed conditions are never replaced.
    pub clicked: Vec<String>,
    /// Earlier searches.
    pub past: SearchHistory,
}

impl Search {
    /// Whether the table is filtered.
    pub fn is_active(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// Whether the rows are ranked by relevance, as far as known: the query has words.
    pub fn is_ranked(&self) -> bool {
        self.is_active() && self.answer.as_ref().is_some_and(|answer| answer.ranked)
    }

    /// Whether the rows on screen are the complete answer to the current query.
    pub fn is_answered(&self) -> bool {
        let text = self.text.trim();
        let answered = match &self.answer {
            Some(answer) => answer.text == text && answer.mode == self.mode && !answer.partial,
            None => text.is_empty(),
        };
        answered && !self.running
    }

    /// The current query.
    pub fn query(&self) -> Query {
        Query {
            text: self.text.trim().to_owned(),
            mode: self.mode,
        }
    }
}

/// Earlier searches, to go back and forward. Never written to disk.
#[derive(Clone, Debug, Default)]
pub struct SearchHistory {
    back: VecDeque<Query>,
    forth: Vec<Query>,
    is_typing: bool,
}

/// How many earlier searches are kept.
const HISTORY_MAX: usize = 50;

impl SearchHistory {
    /// Another search replaces this one. What is typed in one go counts as one search.
    pub fn leave(&mut self, query: Query, typing: bool) {
        if std::mem::replace(&mut self.is_typing, typing) && typing {
            return;
        }
        self.forth.clear();
        self.keep(query);
    }

    /// Whatever is typed from now on is another search.
    pub const fn settle(&mut self) {
        self.is_typing = false;
    }

    /// Whether the current search is being typed.
    pub const fn is_typing(&self) -> bool {
        self.is_typing
    }

    /// Whether there is a search to go back or forward to.
    pub fn can_go(&self, back: bool) -> bool {
        if back {
            !self.back.is_empty()
        } else {
            !self.forth.is_empty()
        }
    }

    /// Goes back to the previous search, or forward to the one gone back from.
    pub fn go(&mut self, back: bool, from: Query) -> Option<Query> {
        self.is_typing = false;
        let to = if back {
            self.back.pop_back()
        } else {
            self.forth.pop()
        }?;
        if back {
            self.forth.push(from);
        } else {
            self.keep(from);
        }
        Some(to)
    }

    fn keep(&mut self, query: Query) {
        if self.back.back() != Some(&query) {
            self.back.push_back(query);
        }
        if HISTORY_MAX < self.back.len() {
            self.back.pop_front();
        }
    }
}

/// The result of a search.
#[derive(Clone, Debug)]
pub struct SearchAnswer {
    /// The query.
    pub text: String,
    /// How words matched.
    pub mode: Mode,
    /// The records that were searched. Holding the snapshot costs as much as has changed since.
    pub snapshot: Snapshot,
    /// The keys found, in the order of the table.
    pub keys: Keys,
    /// How many were found in all.
    pub total: u64,
    /// How many of them match without typos and as whole words.
    pub exact: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Hints about parts of the query that may mean something else.
    pub hints: Vec<Hint>,
    /// The query has words, so that records can be ranked; otherwise there is no order by
    /// relevance.
    pub ranked: bool,
    /// Not everything has been searched yet.
    pub partial: bool,
    /// All records were searched through indexes; otherwise some were read.
    pub indexed: bool,
    /// Highlights matches in the rows on screen.
    pub highlighter: Highlighter,
}

/// Highlights matches in the records on screen. Clones share it.
#[derive(Clone, Default)]
pub struct Highlighter(pub Option<Arc<HighlightFn>>);

/// Finds the matches to highlight in a record.
pub type HighlightFn = dyn Fn(&Record) -> Vec<Highlight> + Send + Sync;

impl Highlighter {
    /// The matches to highlight in a record. Costs about as much as matching it: use it only for
    /// rows on screen.
    pub fn marks(&self, record: &Record) -> Vec<Highlight> {
        self.0.as_ref().map(|find| find(record)).unwrap_or_default()
    }
}

impl fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Highlighter({})", self.0.is_some())
    }
}

/// The order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// The criterion.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
}

/// The criterion by which the table is ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// By relevance or, if nothing is ranked, by key.
    #[default]
    Relevance,
    /// By key.
    Key,
    /// By last change.
    Modified,
    /// By expiry; records that never expire come last.
    Expires,
    /// By the first value at a path; records without it come last.
    Path(Path),
}

impl Sort {
    /// Whether this orders by key, given whether the rows are ranked.
    pub fn is_by_key(&self, ranked: bool) -> bool {
        match self.by {
            SortBy::Key => true,
            SortBy::Relevance => !ranked,
            _ => false,
        }
    }
}

/// The orders of the table. A search with words starts ordered by relevance, whatever the previous
/// order; an order chosen during the search lasts as long as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// The order of unranked rows: all records, or those that meet conditions. The file keeps it.
    pub browsing: Sort,
    /// The order of the result of a search with words.
    pub searching: Sort,
    /// The order was also chosen for searches: it stays when a search begins.
    pub keeps: bool,
}

impl Orders {
    /// The order in force.
    pub const fn in_force(&self, ranked: bool) -> &Sort {
        if ranked {
            &self.searching
        } else {
            &self.browsing
        }
    }

    /// Chooses the order in force.
    pub fn choose(&mut self, ranked: bool, sort: Sort) {
        if self.keeps || ranked {
            self.searching = sort.clone();
        }
        if self.keeps || !ranked {
            self.browsing = sort;
        }
    }

    /// Keeps the order in force when a search begins.
    pub fn keep(&mut self, ranked: bool) {
        self.keeps = true;
        let sort = self.in_force(ranked).clone();
        self.choose(ranked, sort);
    }

    /// Searches start ordered by relevance again.
    pub fn stop_keeping(&mut self, ranked: bool) {
        self.keeps = false;
        if !ranked {
            self.search_ended();
        }
    }

    /// The search ended: the next one starts ordered by relevance.
    pub fn search_ended(&mut self) {
        if !self.keeps {
            self.searching = Sort::default();
        }
    }
}

/// What a column of the table shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnKind {
    /// The key.
    Key,
    /// The value on one line.
    Value,
    /// The value at a path.
    Path(Path),
    /// When the record expires.
    Expires,
    /// When it was last changed.
    Modified,
}

/// A column of the table between key and expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The value on one line.
    Value,
    /// The value at a path.
    Path(Path),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(by: SortBy) -> Sort {
        Sort {
            by,
            descending: false,
        }
    }

    #[test]
    fn an_order_lasts_as_long_as_its_search_unless_it_is_kept() {
        let mut orders = Orders::default();
        orders.choose(false, by(SortBy::Modified));
        assert_eq!(
            orders.in_force(true),
            &Sort::default(),
            "the best hits first"
        );
        orders.choose(true, by(SortBy::Key));
        assert_eq!(orders.in_force(true), &by(SortBy::Key));
        assert_eq!(orders.in_force(false), &by(SortBy::Modified));
        orders.search_ended();
        assert_eq!(orders.in_force(true), &Sort::default());

        orders.keep(false);
        assert_eq!(orders.in_force(true), &by(SortBy::Modified));
        orders.choose(true, by(SortBy::Expires));
        orders.search_ended();
        for ranked in [false, true] {
            assert_eq!(orders.in_force(ranked), &by(SortBy::Expires));
        }
        orders.stop_keeping(false);
        assert_eq!(orders.in_force(true), &Sort::default());
    }

    #[test]
    fn search_history_goes_back_and_forward() {
        let query = |text: &str| Query {
            text: text.to_owned(),
            mode: Mode::Fuzzy,
        };
        let mut history = SearchHistory::default();
        history.leave(query(""), true);
        history.leave(query("s"), true);
        history.leave(query("star"), false);
        assert_eq!(
            history.go(true, query("star year=1982")),
            Some(query("star"))
        );
        assert_eq!(history.go(true, query("star")), Some(query("")));
        assert_eq!(history.go(true, query("")), None);
        assert_eq!(history.go(false, query("")), Some(query("star")));
        assert!(history.can_go(false));
        history.leave(query("star"), true);
        assert!(!history.can_go(false), "a new search ends the way forward");
        for number in 0..200 {
            history.leave(query(&number.to_string()), false);
        }
        assert_eq!(history.back.len(), HISTORY_MAX);
    }
}
