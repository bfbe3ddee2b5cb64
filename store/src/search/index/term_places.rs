//! The places of each term. A term place is one of the part's places, with the postings of the term
//! there.
//!
//! The term places of all terms are stored one after another, as numbers of equal bit width: the
//! number of the place and the reference to the postings. A bit for each marks the first of a term.

use std::ops::Range;

use super::places::TextPlace;
use super::postings::PostingsRef;

/// The number of terms of which only the first has the index of its first term place stored; for
/// the others it is found by counting bits.
const BLOCK_TERMS: u32 = 16;
const WORD_BITS: usize = u64::BITS as usize;
/// Numbers are read eight bytes at a time, including the last ones.
const PADDING: usize = 8;

/// The term places of a part.
#[derive(Debug)]
pub(super) struct TermPlaces {
    /// A bit for each term place: whether it is the first of its term.
    firsts: Box<[u64]>,
    /// The first term place of the first of each [`BLOCK_TERMS`] terms.
    blocks: Box<[u32]>,
    /// The places that occur; term places refer to them by index.
    places: Box<[TextPlace]>,
    /// The packed term places: the index of the place in the low bits, then the postings.
    packed: Box<[u8]>,
    place_bits: u32,
    /// The bits of a whole term place.
    bits: u32,
    terms: u32,
    len: u32,
}

/// Builds term places in the order of their terms. Its memory is reused for the next part.
#[derive(Debug, Default)]
pub(super) struct TermPlacesBuilder {
    firsts: Vec<u64>,
    blocks: Vec<u32>,
    term_places: Vec<(PostingsRef, TextPlace)>,
    /// The index in `places` of each place, by the number of the place.
    codes: Vec<Option<u16>>,
    places: Vec<TextPlace>,
    terms: u32,
}

impl TermPlacesBuilder {
    /// Adds a term place of a new term or of the previous one.
    pub(super) fn push(&mut self, is_new_term: bool, place: TextPlace, postings: PostingsRef) {
        let term_place = self.term_places.len();
        if is_new_term {
            if self.terms.is_multiple_of(BLOCK_TERMS) {
                self.blocks.push(term_place as u32);
            }
            self.terms += 1;
        }
        if term_place.is_multiple_of(WORD_BITS) {
            self.firsts.push(0);
        }
        if let Some(word) = self.firsts.last_mut() {
            *word |= u64::from(is_new_term) << (term_place % WORD_BITS);
        }
        let number = place.number();
        if self.codes.len() <= number {
            self.codes.resize(number + 1, None);
        }
        if let Some(code @ None) = self.codes.get_mut(number) {
            *code = Some(self.places.len() as u16);
            self.places.push(place);
        }
        self.term_places.push((postings, place));
    }

    /// Returns the term places and empties the builder.
    pub(super) fn finish(&mut self) -> TermPlaces {
        let postings = self.term_places.iter().map(|(postings, _)| postings.0);
        let postings_bits = bits_of(postings.max().unwrap_or_default());
        let place_bits = bits_of((self.places.len() as u32).saturating_sub(1));
        let bits = place_bits + postings_bits;
        let mut packed = vec![0; (self.term_places.len() * bits as usize).div_ceil(8) + PADDING];
        for (index, (postings, place)) in self.term_places.iter().enumerate() {
            let code = self.codes.get(place.number()).copied().flatten();
            let number = u64::from(postings.0) << place_bits | u64::from(code.unwrap_or_default());
            write_at(&mut packed, index * bits as usize, number);
        }
        let term_places = TermPlaces {
            firsts: self.firsts.as_slice().into(),
            blocks: self.blocks.as_slice().into(),
            places: self.places.as_slice().into(),
            packed: packed.into(),
            place_bits,
            bits,
            terms: self.terms,
            len: self.term_places.len() as u32,
        };
        self.firsts.clear();
        self.blocks.clear();
        self.term_places.clear();
        self.codes.clear();
        self.places.clear();
        self.terms = 0;
        term_places
    }
}

/// The number of bits needed for numbers up to `greatest`.
const fn bits_of(greatest: u32) -> u32 {
    u32::BITS - greatest.leading_zeros()
}

/// Writes a number of at most 48 bits over zeros.
fn write_at(packed: &mut [u8], bit: usize, number: u64) {
    if let Some(bytes) = packed.get_mut(bit / 8..).and_then(<[u8]>::first_chunk_mut) {
        let together = u64::from_le_bytes(*bytes) | number << (bit % 8);
        *bytes = together.to_le_bytes();
    }
}

impl TermPlaces {
    /// The places that occur in this part.
    pub(super) fn places(&self) -> &[TextPlace] {
        &self.places
    }

    /// The term places of some terms.
    pub(super) fn of_terms(&self, ranks: Range<u32>) -> Range<u32> {
        self.first_of(ranks.start)..self.first_of(ranks.end)
    }

    /// The content of term places: the index of the place in [`places`](Self::places), and the
    /// postings.
    pub(super) fn get(
        &self,
        term_places: Range<u32>,
    ) -> impl Iterator<Item = (usize, PostingsRef)> {
        let place_mask = (1_u64 << self.place_bits) - 1;
        let mask = (1_u64 << self.bits) - 1;
        let mut bit = term_places.start as usize * self.bits as usize;
        term_places.map(move |_| {
            let bytes = self.packed.get(bit / 8..).and_then(<[u8]>::first_chunk);
            let number = bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes)) >> (bit % 8) & mask;
            bit += self.bits as usize;
            let place = (number & place_mask) as usize;
            (place, PostingsRef((number >> self.place_bits) as u32))
        })
    }

    /// The content of all term places of some terms, each with the rank of its term.
    pub(super) fn with_terms(
        &self,
        ranks: Range<u32>,
    ) -> impl Iterator<Item = (u32, usize, PostingsRef)> {
        let term_places = self.of_terms(ranks.clone());
        let is_first = |term_place: u32| {
            let word = self.firsts.get(term_place as usize / WORD_BITS);
            word.is_some_and(|word| word >> (term_place as usize % WORD_BITS) & 1 == 1)
        };
        let start = term_places.start;
        let mut rank = ranks.start;
        let numbered = term_places.clone().zip(self.get(term_places));
        numbered.map(move |(term_place, (place, postings))| {
            rank += u32::from(term_place != start && is_first(term_place));
            (rank, place, postings)
        })
    }

    /// Reads all term places, term by term.
    pub(super) const fn reader(&self) -> TermPlacesReader<'_> {
        TermPlacesReader {
            term_places: self,
            next: 0,
        }
    }

    fn first_of(&self, rank: u32) -> u32 {
        let Some(first) = self.blocks.get((rank / BLOCK_TERMS) as usize) else {
            return self.len;
        };
        if rank >= self.terms {
            return self.len;
        }
        let mut before = rank % BLOCK_TERMS;
        let start = *first as usize / WORD_BITS;
        let mut from = *first as usize % WORD_BITS;
        for (word, index) in self
            .firsts
            .get(start..)
            .unwrap_or_default()
            .iter()
            .zip(start..)
        {
            let mut left = word >> from << from;
            from = 0;
            let firsts = left.count_ones();
            if before < firsts {
                for _ in 0..before {
                    left &= left - 1;
                }
                return (index * WORD_BITS) as u32 + left.trailing_zeros();
            }
            before -= firsts;
        }
        self.len
    }

    /// Memory used by one term place in bytes, rounded up.
    pub(super) const fn term_place_bytes(&self) -> usize {
        self.bits.div_ceil(8) as usize
    }

    /// Memory used, in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.firsts.as_ref())
            + size_of_val(self.blocks.as_ref())
            + size_of_val(self.places.as_ref())
            + self.packed.len()
    }
}

/// Reads the term places of all terms in order.
#[derive(Debug)]
pub(super) struct TermPlacesReader<'a> {
    term_places: &'a TermPlaces,
    next: u32,
}

impl TermPlacesReader<'_> {
    /// The term places of the next term; empty at the end.
    pub(super) fn next_term(&mut self) -> Range<u32> {
        let start = self.next;
        let mut end = start.saturating_add(1).min(self.term_places.len);
        while end < self.term_places.len {
            let word = self.term_places.firsts.get(end as usize / WORD_BITS);
            let left = word.map_or(0, |word| word >> (end as usize % WORD_BITS));
            if left != 0 {
                end += left.trailing_zeros();
                break;
            }
            end = (end / WORD_BITS as u32 + 1) * WORD_BITS as u32;
        }
        self.next = end.min(self.term_places.len);
        start..self.next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::places::{PathId, PlaceInText};
    use super::*;

    proptest! {
        #[test]
        fn term_places_come_back_by_term(
            terms in prop::collection::vec(
                prop::collection::vec((0_u16..200, any::<u32>(), 0_u32..33), 1..5), 0..100,
            ),
            repeats in 1_usize..3,
        ) {
            let mut builder = TermPlacesBuilder::default();
            for _ in 0..repeats {
                for term in &terms {
                    for (index, (path, postings, shift)) in term.iter().enumerate() {
                        let place = TextPlace::new(PathId(*path), false, PlaceInText::Whole);
                        let postings = PostingsRef(postings.checked_shr(*shift).unwrap_or(0));
                        builder.push(index == 0, place, postings);
                    }
                }
                let term_places = builder.finish();
                for (rank, term) in (0..).zip(&terms) {
                    let found: Vec<_> = term_places
                        .get(term_places.of_terms(rank..rank + 1))
                        .map(|(place, postings)| (term_places.places()[place].path().0, postings.0))
                        .collect();
                    let expected: Vec<_> = term
                        .iter()
                        .map(|(path, postings, shift)| {
                            (*path, postings.checked_shr(*shift).unwrap_or(0))
                        })
                        .collect();
                    prop_assert_eq!(found, expected);
                }
                let mut reader = term_places.reader();
                for rank in 0..terms.len() as u32 {
                    prop_assert_eq!(reader.next_term(), term_places.of_terms(rank..rank + 1));
                }
                prop_assert!(reader.next_term().is_empty());
                let all = term_places.of_terms(0..terms.len() as u32);
                prop_assert_eq!(all.len(), terms.iter().map(Vec::len).sum::<usize>());
            }
        }
    }
}
