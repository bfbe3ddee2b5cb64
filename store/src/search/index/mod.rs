//! The text index: which words stand at which paths in which rows of an index part, and queries
//! answered from that.
//!
//! What the matcher says of a record is the definition; the index finds the same records and
//! counts without reading them, or proposes those that have to be read. Knows records and rows,
//! no segments and no files.

mod builder;
mod byte_lists;
mod collector;
mod costs;
mod evaluate;
mod fuzzy;
#[cfg(test)]
mod listed;
mod lookup;
mod merge;
mod misspelt;
mod places;
mod plan;
mod postings;
mod recent;
mod required;
mod rows_of_term;
mod rows_of_text;
mod table;
mod term_places;
mod terms;
mod word_rows;
mod words_at;

pub(crate) use builder::TextIndexBuilder;
pub(crate) use evaluate::search_part;
pub(crate) use merge::{LEFT_BEHIND, MovedPart, TextIndexMerger};
pub(crate) use plan::Plan;

use std::ops::AddAssign;

use fuzzy::Words;
use places::Paths;
use postings::Postings;
use recent::RecentWords;
use term_places::TermPlaces;
use terms::Terms;

use super::condition::{ConditionTest, Place as Names};
use super::matcher::SortKey;
use super::mode::Level;
use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::value::ValueRef;

/// Takes a text, and what adds the rows with it to a set.
pub(crate) type VisitText<'a> = &'a mut dyn FnMut(&str, &dyn Fn(&mut RowSet));

/// The rows of one part, as the search of it sees them.
pub(crate) trait IndexedRows {
    /// Their words.
    fn text(&self) -> &TextIndex;

    /// The rows that meet a condition at one of several places. `None`: the records have to be
    /// read to know.
    fn rows_matching(&self, places: &[Names], test: &ConditionTest) -> Option<RowSet>;

    /// Visits each different text at a path of values, with what adds its rows to a set. `false`:
    /// there are more than `texts_max`, or other values with a text; then none may be visited.
    fn for_each_text(&self, names: &Names, texts_max: usize, visit: VisitText<'_>) -> bool;

    /// Adds the rows of `within` with a value at a path that passes a test: of the values that
    /// columns keep, those that repeat, or the others. Each different one is asked for once.
    /// `None`: some paths have no columns.
    fn add_passing(
        &self,
        names: &Names,
        repeated: bool,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) -> Option<()>;

    /// The rows with values at a path that columns do not keep. `None`: some paths have no columns.
    fn unread_rows(&self, names: &Names) -> Option<RowSet>;

    /// The key of a row. Keys ascend.
    fn key(&self, row: u32) -> Option<&str>;

    /// The value of a row, without the rest of the record.
    fn value(&self, row: u32) -> Option<ValueRef<'_>>;

    /// The record of a row.
    fn record(&self, row: u32) -> Option<RecordRef<'_>>;
}

/// Rows of a part that fit equally well, as far as that is known without reading them.
#[derive(Clone, Debug)]
pub(crate) struct RankedRows {
    /// The best number that any of them can have.
    pub(crate) key: SortKey,
    pub(crate) level: Level,
    pub(crate) rows: RowSet,
}

/// The words of the rows of one part. Immutable.
#[derive(Debug)]
pub(crate) struct TextIndex {
    terms: Terms,
    words: Option<Words>,
    term_places: TermPlaces,
    postings: Postings,
    paths: Paths,
    /// Whether folding changes none of the keys: then the order of keys is that of folded keys.
    keys_are_folded: bool,
    recent: RecentWords,
}

/// Bytes of memory that an index takes, by structure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextIndexBytes {
    /// The words themselves.
    pub terms: usize,
    /// The automaton that finds misspelt words.
    pub words: usize,
    /// Which word stands at which paths.
    pub term_places: usize,
    /// Which rows.
    pub postings: usize,
}

impl TextIndexBytes {
    /// All together.
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
    /// How much memory the index takes.
    pub(crate) fn bytes(&self) -> TextIndexBytes {
        TextIndexBytes {
            terms: self.terms.bytes(),
            words: self.words.as_ref().map_or(0, Words::bytes),
            term_places: self.term_places.bytes() + self.paths.bytes(),
            postings: self.postings.bytes(),
        }
    }

    /// How many rows the part has.
    pub(crate) const fn rows(&self) -> u32 {
        self.postings.rows()
    }

    /// Whether folding changes none of the keys.
    pub(crate) const fn keys_are_folded(&self) -> bool {
        self.keys_are_folded
    }
}
