//! The text index: an inverted index of the words in an index part, by path and row, and the
//! evaluation of queries with it.
//!
//! The matcher defines what a query finds. The index finds and counts the same records without
//! reading them, or proposes candidates that have to be read. Knows records and rows, neither
//! segments nor files.

mod builder;
mod byte_lists;
mod collector;
mod cost_sets;
#[cfg(test)]
mod dump;
mod fuzzy;
mod lookup;
mod merge;
mod misspelt;
mod number_table;
mod part_access;
mod part_search;
mod places;
mod plan;
mod postings;
mod required_literals;
mod rows_of_term;
mod rows_of_text;
mod term_places;
mod terms;
mod word_cache;
mod word_rows;
mod words_at;

pub(crate) use builder::TextIndexBuilder;
pub(crate) use merge::{MovedPart, ROW_DROPPED, TextIndexMerger};
pub(crate) use part_search::search_part;
pub(crate) use plan::SearchPlan;

use std::ops::AddAssign;

use fuzzy::TermAutomaton;
use places::PathTable;
use postings::Postings;
use term_places::TermPlaces;
use terms::Terms;
use word_cache::WordCache;

use super::condition::{ConditionTest, PathNames};
use super::matcher::SortKey;
use super::mode::Level;
use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::value::ValueRef;

/// Visits a text, with a function that adds the rows having it to a set.
pub(crate) type VisitText<'a> = &'a mut dyn FnMut(&str, &dyn Fn(&mut RowSet));

/// The rows of one part, as a search accesses them.
pub(crate) trait IndexedRows {
    /// The text index of the part.
    fn text(&self) -> &TextIndex;

    /// The rows that meet a condition at one of several paths. `None` if the records have to be
    /// read for that.
    fn rows_matching(&self, paths: &[PathNames], test: &ConditionTest) -> Option<RowSet>;

    /// Visits each distinct text at a path, with a function that adds its rows to a set. Returns
    /// `false`, possibly without visiting any, if there are more than `texts_max` texts or values
    /// that are not stored as texts.
    fn for_each_text(&self, names: &PathNames, texts_max: usize, visit: VisitText<'_>) -> bool;

    /// Adds the rows of `within` with a value in a column of a path that passes a test. With
    /// `repeated` only columns with few distinct values are tested, each value once; otherwise only
    /// the others. `None` if some paths have no columns.
    fn add_passing(
        &self,
        names: &PathNames,
        repeated: bool,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) -> Option<()>;

    /// The rows with values at a path that are not in a column. `None` if some paths have no
    /// columns.
    fn unread_rows(&self, names: &PathNames) -> Option<RowSet>;

    /// The key of a row. Keys ascend.
    fn key(&self, row: u32) -> Option<&str>;

    /// The value of a row, without the rest of the record.
    fn value(&self, row: u32) -> Option<ValueRef<'_>>;

    /// The record of a row.
    fn record(&self, row: u32) -> Option<RecordRef<'_>>;
}

/// Rows of a part that match equally well, as far as the index knows.
#[derive(Clone, Debug)]
pub(crate) struct RankedRows {
    /// The best sort key that any of them can have.
    pub(crate) key: SortKey,
    pub(crate) level: Level,
    pub(crate) rows: RowSet,
}

/// The words of the rows of one part. Immutable.
#[derive(Debug)]
pub(crate) struct TextIndex {
    terms: Terms,
    automaton: Option<TermAutomaton>,
    term_places: TermPlaces,
    postings: Postings,
    paths: PathTable,
    /// Whether folding changes no key, so that keys and folded keys have the same order.
    keys_are_folded: bool,
    cache: WordCache,
}

/// The memory that a text index uses, in bytes, by structure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextIndexBytes {
    /// The words themselves.
    pub terms: usize,
    /// The automaton that finds misspelt words.
    pub words: usize,
    /// The places (path and position) of each word.
    pub term_places: usize,
    /// The rows of each word at each place.
    pub postings: usize,
}

impl TextIndexBytes {
    /// The sum of all structures.
    pub const fn total(self) -> usize {
        self.terms + self.words + self.term_places + self.postings
    }
}

impl AddAssign for TextIndexBytes {
    fn add_assign(&mut self, other: Self) {
        self.terms += other.terms;
        self.words += other.words;
        self.term_places += other.term_places;
        self.postings += other.postings;
    }
}

impl TextIndex {
    /// The memory that the index uses.
    pub(crate) fn bytes(&self) -> TextIndexBytes {
        TextIndexBytes {
            terms: self.terms.bytes(),
            words: self.automaton.as_ref().map_or(0, TermAutomaton::bytes),
            term_places: self.term_places.bytes() + self.paths.bytes(),
            postings: self.postings.bytes(),
        }
    }

    /// The number of rows of the part.
    pub(crate) const fn rows(&self) -> u32 {
        self.postings.rows()
    }

    /// Whether folding changes no key.
    pub(crate) const fn keys_are_folded(&self) -> bool {
        self.keys_are_folded
    }
}
