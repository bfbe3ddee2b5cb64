//! Making one index of several: their sorted terms are merged, and rows get new numbers.
//!
//! Says what [`TextIndexBuilder`](super::TextIndexBuilder) would say of the same records, without
//! reading, folding or sorting any. Knows no segments: only parts, and where their rows go.

use super::TextIndex;
use super::collector::head_of;
use super::fuzzy::Words;
use super::places::{Paths, Place};
use super::postings::{PostingsBuilder, PostingsRef};
use super::slots::{SlotReader, SlotsBuilder};
use super::terms::{TermReader, TermsBuilder};
use super::word_rows::RecentWords;

/// After so many terms it is asked whether to go on.
const TERMS_PER_CHECK: u32 = 1024;

/// The rows that a part leaves behind, in [`MovedPart::rows`].
pub(crate) const LEFT_BEHIND: u32 = u32::MAX;

/// A part that goes into another, at least in part.
#[derive(Debug)]
pub(crate) struct MovedPart<'a> {
    /// Its index.
    pub(crate) text: &'a TextIndex,
    /// For each of its rows the row that it becomes, or [`LEFT_BEHIND`]. Those that are kept
    /// ascend.
    pub(crate) rows: &'a [u32],
}

/// Merges indexes. Its memory is kept for the next.
#[derive(Debug, Default)]
pub(crate) struct TextIndexMerger {
    terms: TermsBuilder,
    slots: SlotsBuilder,
    postings: PostingsBuilder,
    found: Vec<Found>,
    rows: Vec<u32>,
}

/// A slot of the term that is being merged.
#[derive(Clone, Copy, Debug)]
struct Found {
    place: Place,
    postings: PostingsRef,
    source: usize,
}

/// A part while it is read, term by term.
struct Source<'a> {
    part: &'a MovedPart<'a>,
    terms: TermReader<'a>,
    slots: SlotReader<'a>,
    /// The term that comes next, and what decides its order most of the time.
    term: &'a [u8],
    head: u64,
    /// What the part's places are in the merged index.
    places: Vec<Place>,
}

impl<'a> Source<'a> {
    /// `None`: the part has no terms.
    fn new(part: &'a MovedPart<'a>, paths: &mut Paths) -> Option<Self> {
        let places = part.text.slots.places().iter();
        let mut source = Self {
            part,
            terms: part.text.terms.reader(),
            slots: part.text.slots.reader(),
            term: &[],
            head: 0,
            places: places
                .map(|place| place.at(paths.adopt(&part.text.paths, place.path())))
                .collect(),
        };
        source.advance().then_some(source)
    }

    /// Goes on to the next term; `false`: there is none.
    fn advance(&mut self) -> bool {
        let Some(term) = self.terms.next() else {
            return false;
        };
        self.head = head_of(term);
        self.term = term;
        true
    }

    fn is_at(&self, head: u64, term: &[u8]) -> bool {
        self.head == head && self.term == term
    }
}

impl TextIndexMerger {
    /// The index of `rows` rows that come from some parts, whose keys are folded or not. `None` if
    /// it would exceed its own numbers, or has paths without a number, of which only the records
    /// know which they are; also once `go_on`, which is asked now and then, says no.
    pub(crate) fn merge(
        &mut self,
        parts: &[MovedPart<'_>],
        rows: u32,
        keys_are_folded: bool,
        go_on: &dyn Fn() -> bool,
    ) -> Option<TextIndex> {
        let mut paths = Paths::default();
        let sources = parts.iter();
        let sources = sources.filter_map(|part| Source::new(part, &mut paths));
        let mut sources: Vec<_> = sources.collect();
        if paths.are_full() || parts.iter().any(|part| part.text.paths.are_full()) {
            return None;
        }
        let written = self.write(&mut sources, rows, go_on);
        // Taken in any case, so that the memory is empty for the next.
        let (terms, slots) = (self.terms.finish(), self.slots.finish());
        let postings = self.postings.finish(rows);
        written?;
        Some(TextIndex {
            words: Words::of(&terms, go_on),
            terms,
            slots,
            postings,
            paths,
            keys_are_folded,
            recent: RecentWords::default(),
        })
    }

    /// Writes all terms with their rows, in order.
    fn write(
        &mut self,
        sources: &mut Vec<Source<'_>>,
        rows: u32,
        go_on: &dyn Fn() -> bool,
    ) -> Option<()> {
        let mut terms = 0_u32;
        while let Some((head, term)) = least(sources) {
            if terms.is_multiple_of(TERMS_PER_CHECK) && !go_on() {
                return None;
            }
            terms += 1;
            self.found.clear();
            let mut index = 0;
            while let Some(source) = sources.get_mut(index) {
                if !source.is_at(head, term) {
                    index += 1;
                    continue;
                }
                let slots = source.slots.next_term();
                let slots = source.part.text.slots.get(slots);
                self.found.extend(slots.filter_map(|(place, postings)| {
                    Some(Found {
                        place: *source.places.get(place)?,
                        postings,
                        source: index,
                    })
                }));
                index += 1;
            }
            self.write_term(term, sources, rows)?;
            sources.retain_mut(|source| !source.is_at(head, term) || source.advance());
        }
        Some(())
    }

    /// Writes a term that was found in some slots, unless all of its rows are left behind.
    fn write_term(&mut self, term: &[u8], sources: &[Source<'_>], rows: u32) -> Option<()> {
        self.found.sort_unstable_by_key(|found| found.place);
        let mut is_new = true;
        for alike in self.found.chunk_by(|left, right| left.place == right.place) {
            self.rows.clear();
            for found in alike {
                let Some(source) = sources.get(found.source) else {
                    continue;
                };
                let moved = source.part.rows;
                let kept = &mut self.rows;
                let postings = &source.part.text.postings;
                postings.for_each(found.postings, &mut |row| {
                    let row = moved.get(row as usize).copied();
                    kept.extend(row.filter(|row| *row != LEFT_BEHIND));
                });
            }
            if alike.len() > 1 {
                // Those of each part ascend already, which sorting makes use of.
                self.rows.sort();
            }
            let (Some(first), Some(place)) = (self.rows.first(), alike.first()) else {
                continue;
            };
            if is_new {
                self.terms.push(term, &[])?;
            }
            let postings = match self.rows.as_slice() {
                [_] => PostingsBuilder::push_row(*first)?,
                all => self.postings.push_rows(rows, all)?,
            };
            self.slots.push(is_new, place.place, postings);
            is_new = false;
        }
        Some(())
    }
}

/// The least of the terms that come next.
fn least<'a>(sources: &[Source<'a>]) -> Option<(u64, &'a [u8])> {
    let next = sources.iter().map(|source| (source.head, source.term));
    // Heads are in the order of the terms, so that most terms are never looked at.
    next.min()
}
