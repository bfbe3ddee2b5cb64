//! The rows of what is no word, punctuation or a regular expression of which nothing is required:
//! each different value that columns keep is compared once, and what they do not keep is read,
//! for rows that are not found yet. Of a record only the texts at such paths are read.

use super::Names;
use super::evaluate::PartSearch;
use super::lookup::Places;
use super::places::PathId;
use crate::row_set::RowSet;
use crate::search::matcher::Term;
use crate::search::text::{TextBuffer, leaf_text};
use crate::value::ValueRef;

/// With more paths than these, records are read as a whole.
const PATHS_MAX: usize = 64;
/// Whether the answer is still wanted is asked after this many texts.
const TEXTS_PER_CHECK: u32 = 64;

/// Compares texts while the answer is wanted.
struct TextTest<'a> {
    term: &'a Term,
    places: &'a Places,
    text: TextBuffer,
    printed: String,
    is_stale: &'a dyn Fn() -> bool,
    texts: u32,
    has_ended: bool,
}

impl TextTest<'_> {
    fn passes(&mut self, leaf: ValueRef<'_>) -> bool {
        self.texts += 1;
        if self.texts.is_multiple_of(TEXTS_PER_CHECK) {
            self.has_ended |= (self.is_stale)();
        }
        if self.has_ended || self.places.passes_over(leaf) {
            return false;
        }
        let text = leaf_text(leaf, &mut self.printed);
        text.is_some_and(|text| self.term.least_cost(text, &mut self.text).is_some())
    }
}

impl PartSearch<'_> {
    /// The rows of `within` that have a text which a term fits that is no word. `None`: there are
    /// too many paths, or some have no number, and the records have to be read as a whole.
    pub(super) fn rows_with_text(
        &self,
        term: &Term,
        places: &Places,
        within: &RowSet,
    ) -> Option<RowSet> {
        let index = self.source.text();
        if index.paths.are_full() || index.paths.iter().nth(PATHS_MAX).is_some() {
            return None;
        }
        let is_stale = || self.watch.is_stale();
        let mut test = TextTest {
            term,
            places,
            text: TextBuffer::default(),
            printed: String::new(),
            is_stale: &is_stale,
            texts: 0,
            has_ended: false,
        };
        let paths: Vec<(PathId, Names)> = index
            .paths
            .iter()
            .filter(|path| places.include(*path))
            .map(|path| (path, index.paths.names(path)))
            .collect();
        let mut found = RowSet::new(within.rows());
        let mut left = within.clone();
        // Values that repeat cost least, and often leave nothing to read.
        for repeated in [true, false] {
            for (_, names) in &paths {
                let mut passes = |value: ValueRef<'_>| test.passes(value);
                self.source
                    .add_passing(names, repeated, &left, &mut passes, &mut found)?;
                left.subtract(&found);
                if left.is_empty() {
                    return Some(found);
                }
            }
        }
        let key = [(PathId::KEY, Names::new())];
        for (path, names) in key
            .iter()
            .filter(|_| places.include(PathId::KEY))
            .chain(&paths)
        {
            let mut to_read = left.clone();
            if *path != PathId::KEY {
                to_read.intersect(&self.source.unread_rows(names)?);
            }
            for row in to_read.iter() {
                if test.has_ended {
                    return Some(found);
                }
                let mut is_met = false;
                self.visit_path(row, *path, names, &mut |leaf| {
                    is_met = is_met || test.passes(leaf);
                });
                if is_met {
                    found.insert(row);
                }
            }
            left.subtract(&found);
        }
        Some(found)
    }
}
