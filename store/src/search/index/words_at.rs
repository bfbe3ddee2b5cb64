//! The words at one path and in how many rows each stands there: what a list of the most frequent
//! words is made of.

use super::TextIndex;
use super::terms::text_of;
use crate::row_set::RowSet;

/// Whether the answer is still wanted is asked after this many words.
const WORDS_PER_CHECK: u32 = 4096;

impl TextIndex {
    /// Visits each word of the texts at a path of values with how many rows have it there: of all
    /// rows, or of those in a set. Words of scripts without spaces and words longer than a term are
    /// left out; numbers are no texts. `false`: the path has no number of its own, and the records
    /// have to be read.
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
            .slots
            .places()
            .iter()
            .map(|place| place.path() == path && !place.is_number())
            .collect();
        let mut rows = Vec::new();
        for (rank, term) in self.terms.iter(self.terms.whole_words()) {
            if rank % WORDS_PER_CHECK == 0 && !go_on() {
                return true;
            }
            let count = self.count_at(rank, &is_here, within, &mut rows);
            if count > 0 {
                visit(text_of(term), count);
            }
        }
        true
    }

    /// Bytes of memory that the words at a path take, without the words themselves, which stand at
    /// other paths too.
    pub(crate) fn bytes_at(&self, names: &[String]) -> usize {
        let Some(path) = self.paths.find(names) else {
            return 0;
        };
        let places = self.slots.places();
        let is_here = |place: usize| places.get(place).is_some_and(|place| place.path() == path);
        let words = self.terms.whole_words();
        let slots = self.slots.get(self.slots.of_terms(words));
        let here = slots.filter(|(place, _)| is_here(*place));
        here.map(|(_, postings)| self.slots.slot_bytes() + self.postings.bytes_of(postings))
            .sum()
    }

    fn count_at(
        &self,
        rank: u32,
        is_here: &[bool],
        within: Option<&RowSet>,
        rows: &mut Vec<u32>,
    ) -> u32 {
        let slots = self.slots.get(self.slots.of_terms(rank..rank + 1));
        let mut here = slots
            .filter(|(place, _)| is_here.get(*place).is_some_and(|is_here| *is_here))
            .map(|(_, postings)| postings);
        let Some(first) = here.next() else {
            return 0;
        };
        let second = here.next();
        if within.is_none() && second.is_none() {
            return self.postings.count(first);
        }
        // In one text a word may start it, in another of the same row stand elsewhere.
        rows.clear();
        for postings in [Some(first), second].into_iter().flatten().chain(here) {
            self.postings.for_each(postings, &mut |row| {
                if within.is_none_or(|within| within.contains(row)) {
                    rows.push(row);
                }
            });
        }
        if second.is_some() {
            rows.sort_unstable();
            rows.dedup();
        }
        rows.len() as u32
    }
}
