//! The rows that punctuation matches, or a regular expression that requires no word. Each distinct
//! value in a column is compared once; then, for rows not found yet, values that are in no column
//! are read from the records, path by path.

use super::PathNames;
use super::lookup::PlaceFilter;
use super::part_access::PartAccess;
use super::places::PathId;
use crate::row_set::RowSet;
use crate::search::matcher::QueryTerm;
use crate::search::text::{TextBuffer, leaf_text};
use crate::value::ValueRef;

/// With more paths, records are read as a whole.
const PATHS_MAX: usize = 64;
/// The number of texts between two checks for cancellation.
const TEXTS_PER_CHECK: u32 = 64;

/// Compares texts until cancelled.
struct TextTest<'a> {
    term: &'a QueryTerm,
    places: &'a PlaceFilter,
    text: TextBuffer,
    printed: String,
    is_cancelled: &'a dyn Fn() -> bool,
    texts: u32,
    has_ended: bool,
}

impl TextTest<'_> {
    fn passes(&mut self, leaf: ValueRef<'_>) -> bool {
        self.texts += 1;
        if self.texts.is_multiple_of(TEXTS_PER_CHECK) {
            self.has_ended |= (self.is_cancelled)();
        }
        if self.has_ended || self.places.ignores(leaf) {
            return false;
        }
        let text = leaf_text(leaf, &mut self.printed);
        let cost = text.and_then(|text| self.term.least_cost(leaf, text, &mut self.text));
        cost.is_some()
    }
}

impl PartAccess<'_> {
    /// The rows of `within` with a text that a term without words matches. `None` if there are too
    /// many paths, or some have no number, so that the records have to be read as a whole.
    pub(super) fn rows_with_text(
        &self,
        term: &QueryTerm,
        places: &PlaceFilter,
        within: &RowSet,
    ) -> Option<RowSet> {
        let index = self.source.text();
        if index.paths.are_full() || index.paths.iter().nth(PATHS_MAX).is_some() {
            return None;
        }
        let is_cancelled = || self.cancel.is_cancelled();
        let mut test = TextTest {
            term,
            places,
            text: TextBuffer::default(),
            printed: String::new(),
            is_cancelled: &is_cancelled,
            texts: 0,
            has_ended: false,
        };
        let paths: Vec<(PathId, PathNames)> = index
            .paths
            .iter()
            .filter(|path| places.include(*path))
            .map(|path| (path, index.paths.names(path)))
            .collect();
        let mut found = RowSet::new(within.rows());
        let mut left = within.clone();
        // Columns with few distinct values are cheapest, and often find all rows.
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
        let key = [(PathId::KEY, PathNames::new())];
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
