//! The content of a text index in an order that does not depend on how it was built, for comparing
//! two indexes in tests.

use super::TextIndex;
use super::places::PathId;

/// A path: the number of a fixed one, or names.
type DumpedPath = (Option<u16>, Vec<String>);
/// A path, whether the text is that of a number, the position in the text, and the rows.
type DumpedPlace = (DumpedPath, bool, usize, Vec<u32>);

/// The content of an index.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IndexDump {
    terms: Vec<(Vec<u8>, Vec<DumpedPlace>)>,
    rows: u32,
    keys_are_folded: bool,
    /// The memory of terms, automaton and postings.
    bytes: [usize; 3],
}

impl TextIndex {
    /// The content of the index.
    pub(crate) fn dump(&self) -> IndexDump {
        let bytes = self.bytes();
        let terms = self.terms.iter(0..self.terms.len());
        IndexDump {
            terms: terms
                .map(|(rank, term)| (term.to_vec(), self.dump_term_places(rank)))
                .collect(),
            rows: self.rows(),
            keys_are_folded: self.keys_are_folded,
            bytes: [bytes.terms, bytes.words, bytes.postings],
        }
    }

    fn dump_term_places(&self, rank: u32) -> Vec<DumpedPlace> {
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
