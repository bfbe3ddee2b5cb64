//! Making one index of several: their sorted terms are merged, and rows get new numbers.
//!
//! Says what [`TextIndexBuilder`](super::TextIndexBuilder) would say of the same records, without
//! reading, folding or sorting any. Knows no segments: only parts, and where their rows go.

use std::cmp::Ordering;

use super::TextIndex;
use super::collector::{HEAD_BYTES, head_of};
use super::fuzzy::Words;
use super::places::{Paths, Place};
use super::postings::{PostingsBuilder, PostingsRef};
use super::recent::RecentWords;
use super::term_places::{TermPlacesBuilder, TermPlacesReader};
use super::terms::{TermReader, TermsBuilder};
use crate::row_set::RowSet;

/// The number of terms between two looks at whether the merge was cancelled.
const TERMS_PER_CHECK: u32 = 1024;

/// Above one row in this number, rows are put in order by marking them among all.
const ROWS_PER_SORTED: u32 = 16;

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
    term_places: TermPlacesBuilder,
    postings: PostingsBuilder,
    found: Vec<Found>,
    rows: Vec<u32>,
}

/// A term place of the term that is being merged.
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
    term_places: TermPlacesReader<'a>,
    next: Next<'a>,
    /// What the part's places are in the merged index.
    places: Vec<Place>,
}

impl<'a> Source<'a> {
    /// `None`: the part has no terms.
    fn new(part: &'a MovedPart<'a>, paths: &mut Paths) -> Option<Self> {
        let places = part.text.term_places.places().iter();
        let mut source = Self {
            part,
            terms: part.text.terms.reader(),
            term_places: part.text.term_places.reader(),
            next: Next::new(&[]),
            places: places
                .map(|place| place.at(paths.adopt(&part.text.paths, place.path())))
                .collect(),
        };
        source.advance().then_some(source)
    }

    /// Goes on to the next term; `false`: there is none, and it is empty.
    fn advance(&mut self) -> bool {
        let next = self.terms.next();
        self.next = Next::new(next.unwrap_or_default());
        next.is_some()
    }
}

/// The term that comes next in a part, and what decides its order most of the time.
#[derive(Clone, Copy)]
struct Next<'a> {
    head: u64,
    term: &'a [u8],
}

impl<'a> Next<'a> {
    fn new(term: &'a [u8]) -> Self {
        Self {
            head: head_of(term),
            term,
        }
    }

    /// The order of the terms.
    fn cmp(&self, other: &Self) -> Ordering {
        self.head.cmp(&other.head).then_with(|| {
            // Heads are filled up with zeros, which no term has: they are all of short terms.
            if self.term.len().max(other.term.len()) <= HEAD_BYTES {
                Ordering::Equal
            } else {
                self.term.cmp(other.term)
            }
        })
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
        let (terms, term_places) = (self.terms.finish(), self.term_places.finish());
        let postings = self.postings.finish(rows);
        written?;
        Some(TextIndex {
            words: Words::of(&terms, go_on),
            terms,
            term_places,
            postings,
            paths,
            keys_are_folded,
            recent: RecentWords::new(rows),
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
        while let Some(least) = least(sources) {
            if terms.is_multiple_of(TERMS_PER_CHECK) && !go_on() {
                return None;
            }
            terms += 1;
            self.found.clear();
            let mut is_one_over = false;
            for (index, source) in sources.iter_mut().enumerate() {
                if source.next.cmp(&least).is_ne() {
                    continue;
                }
                let term_places = source.term_places.next_term();
                let term_places = source.part.text.term_places.get(term_places);
                self.found
                    .extend(term_places.filter_map(|(place, postings)| {
                        Some(Found {
                            place: *source.places.get(place)?,
                            postings,
                            source: index,
                        })
                    }));
                is_one_over |= !source.advance();
            }
            self.write_term(least.term, sources, rows)?;
            if is_one_over {
                sources.retain(|source| !source.next.term.is_empty());
            }
        }
        Some(())
    }

    /// Writes a term that was found in some term places, unless all of its rows are left behind.
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
                sort(&mut self.rows, rows);
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
            self.term_places.push(is_new, place.place, postings);
            is_new = false;
        }
        Some(())
    }
}

/// Sorts rows of `len` there are, each different.
fn sort(rows: &mut Vec<u32>, len: u32) {
    if rows.len() < (len / ROWS_PER_SORTED) as usize {
        rows.sort_unstable();
        return;
    }
    let mut set = RowSet::new(len);
    for row in rows.drain(..) {
        set.insert(row);
    }
    rows.extend(set.iter());
}

/// The least of the terms that come next.
fn least<'a>(sources: &[Source<'a>]) -> Option<Next<'a>> {
    let next = sources.iter().map(|source| source.next);
    next.min_by(Next::cmp)
}
