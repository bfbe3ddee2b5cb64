//! Everything an index says, in an order that does not depend on how it was made: for comparing
//! two of them in tests.

use super::TextIndex;
use super::places::PathId;

/// A path: one of the fixed ones, or names.
type ListedPath = (Option<u16>, Vec<String>);
/// A path, whether a number stands there, where in the text, and the rows.
type ListedSlot = (ListedPath, bool, usize, Vec<u32>);

/// An index, written out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    terms: Vec<(Vec<u8>, Vec<ListedSlot>)>,
    rows: u32,
    keys_are_folded: bool,
    /// Of terms, automaton and rows.
    bytes: [usize; 3],
}

impl TextIndex {
    /// Writes everything out.
    pub(crate) fn listed(&self) -> Listed {
        let bytes = self.bytes();
        let terms = self.terms.iter(0..self.terms.len());
        Listed {
            terms: terms
                .map(|(rank, term)| (term.to_vec(), self.listed_term_places(rank)))
                .collect(),
            rows: self.rows(),
            keys_are_folded: self.keys_are_folded,
            bytes: [bytes.terms, bytes.words, bytes.postings],
        }
    }

    fn listed_term_places(&self, rank: u32) -> Vec<ListedSlot> {
        let term_places = self
            .term_places
            .get(self.term_places.of_terms(rank..rank + 1));
        let mut listed: Vec<_> = term_places
            .map(|(place, postings)| {
                let place = self.term_places.places()[place];
                let path = place.path();
                let fixed = (path <= PathId::ROOT).then_some(path.0);
                let mut rows = Vec::new();
                self.postings.for_each(postings, &mut |row| rows.push(row));
                (
                    (fixed, self.paths.names(path)),
                    place.is_number(),
                    place.number() % 3,
                    rows,
                )
            })
            .collect();
        listed.sort();
        listed
    }
}
