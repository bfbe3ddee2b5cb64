//! The words at one path with their row counts, for a list of the most frequent words.

use super::TextIndex;
use super::postings::PostingsRef;
use super::terms::text_of;

use crate::row_set::RowSet;

/// The number of words between two checks for cancellation.
const WORDS_PER_CHECK: u32 = 4096;

impl TextIndex {
    /// Visits each word of the texts at a path with the number of rows that have it there, of all
    /// rows or of those in a set. Leaves out numbers, words of scripts without spaces, and words
    /// longer than a term. Returns `false` if the path may have no number of its own, so that the
    /// records have to be read.
    pub(crate) fn for_each_word_at(
        &self,
        names: &[String],
        within: Option<&RowSet>,
        go_on: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(&str, u32),
    ) -> bool {
        let Some(path) = self.paths.find(names) else {
            return !self.paths.are_full();
        };
        let is_here: Vec<bool> = self
            .term_places
            .places()
            .iter()
            .map(|place| place.path() == path && !place.is_number())
            .collect();
        let term_places = self.term_places.with_terms(self.terms.whole_words());
        let mut here = term_places
            .filter(|(_, place, _)| is_here.get(*place).is_some_and(|is_here| *is_here))
            .map(|(rank, _, postings)| (rank, postings))
            .peekable();
        let (mut of_word, mut rows) = (Vec::new(), Vec::new());
        let mut words = 0;
        while let Some((rank, postings)) = here.next() {
            words += 1;
            if words % WORDS_PER_CHECK == 0 && !go_on() {
                return true;
            }
            of_word.clear();
            of_word.push(postings);
            while let Some((_, more)) = here.next_if(|(next, _)| *next == rank) {
                of_word.push(more);
            }
            let count = self.count_rows(&of_word, within, &mut rows);
            if count > 0 {
                visit(text_of(self.terms.get(rank)), count);
            }
        }
        true
    }

    /// Memory used by the words at a path in bytes, without the words themselves, which other paths
    /// share.
    pub(crate) fn bytes_at(&self, names: &[String]) -> usize {
        let Some(path) = self.paths.find(names) else {
            return 0;
        };
        let places = self.term_places.places();
        let is_here = |place: usize| places.get(place).is_some_and(|place| place.path() == path);
        let words = self.terms.whole_words();
        let term_places = self.term_places.get(self.term_places.of_terms(words));
        let here = term_places.filter(|(place, _)| is_here(*place));
        here.map(|(_, postings)| {
            self.term_places.term_place_bytes() + self.postings.bytes_of(postings)
        })
        .sum()
    }

    /// The number of rows that have a word at any of some places.
    fn count_rows(
        &self,
        places: &[PostingsRef],
        within: Option<&RowSet>,
        rows: &mut Vec<u32>,
    ) -> u32 {
        if let ([postings], None) = (places, within) {
            return self.postings.count(*postings);
        }
        // A row may have the word at several places: at the start of one text and inside another.
        rows.clear();
        for postings in places {
            self.postings.for_each(*postings, &mut |row| {
                if within.is_none_or(|within| within.contains(row)) {
                    rows.push(row);
                }
            });
        }
        if places.len() > 1 {
            rows.sort_unstable();
            rows.dedup();
        }
        rows.len() as u32
    }
}
