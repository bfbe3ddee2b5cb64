//! Merging several text indexes into one: their sorted terms are merged, and rows are renumbered.
//!
//! The result equals what [`TextIndexBuilder`](super::TextIndexBuilder) would build from the same
//! records, but no record is read. Knows no segments, only parts and the new numbers of their rows.

use std::cmp::Ordering;

use super::TextIndex;
use super::collector::{HEAD_BYTES, head_of};
use super::fuzzy::TermAutomaton;
use super::places::{PathTable, TextPlace};
use super::postings::{PostingsBuilder, PostingsRef};
use super::term_places::{TermPlacesBuilder, TermPlacesReader};
use super::terms::{TermReader, TermsBuilder};
use super::word_cache::WordCache;
use crate::row_set::RowSet;

/// The number of terms between two checks for cancellation.
const TERMS_PER_CHECK: u32 = 1024;

/// With at least one row in this number, rows are sorted by a bit set of all rows.
const ROWS_PER_SORTED: u32 = 16;

/// The new number of a row that is not in the merged index, in [`MovedPart::rows`].
pub(crate) const ROW_DROPPED: u32 = u32::MAX;

/// A part that is merged into another, with or without some of its rows.
#[derive(Debug)]
pub(crate) struct MovedPart<'a> {
    /// The index of the part.
    pub(crate) text: &'a TextIndex,
    /// For each of its rows the new number, or [`ROW_DROPPED`]. The new numbers ascend.
    pub(crate) rows: &'a [u32],
}

/// Merges indexes. Its memory is reused for the next merge.
#[derive(Debug, Default)]
pub(crate) struct TextIndexMerger {
    terms: TermsBuilder,
    term_places: TermPlacesBuilder,
    postings: PostingsBuilder,
    found: Vec<SourcePlace>,
    rows: Vec<u32>,
}

/// A term place of the current term in one source.
#[derive(Clone, Copy, Debug)]
struct SourcePlace {
    place: TextPlace,
    postings: PostingsRef,
    source: usize,
}

/// A part that is read term by term.
struct Source<'a> {
    part: &'a MovedPart<'a>,
    terms: TermReader<'a>,
    term_places: TermPlacesReader<'a>,
    next: Next<'a>,
    /// The places of the part, converted to those of the merged index.
    places: Vec<TextPlace>,
}

impl<'a> Source<'a> {
    /// `None` if the part has no terms.
    fn new(part: &'a MovedPart<'a>, paths: &mut PathTable) -> Option<Self> {
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

    /// Moves to the next term. Returns `false` at the end, where the term is empty.
    fn advance(&mut self) -> bool {
        let next = self.terms.next();
        self.next = Next::new(next.unwrap_or_default());
        next.is_some()
    }
}

/// The next term of a part, with its head for fast comparison.
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
            // Heads are padded with zeros, which no term contains: short terms with equal heads are
            // equal.
            if self.term.len().max(other.term.len()) <= HEAD_BYTES {
                Ordering::Equal
            } else {
                self.term.cmp(other.term)
            }
        })
    }
}

impl TextIndexMerger {
    /// Merges parts into an index of `rows` rows. `None` if it would exceed its number ranges, if a
    /// part has paths without a number (which are only known from the records), or once `go_on`,
    /// which is called regularly, returns `false`.
    pub(crate) fn merge(
        &mut self,
        parts: &[MovedPart<'_>],
        rows: u32,
        keys_are_folded: bool,
        go_on: &dyn Fn() -> bool,
    ) -> Option<TextIndex> {
        let mut paths = PathTable::default();
        let sources = parts.iter();
        let sources = sources.filter_map(|part| Source::new(part, &mut paths));
        let mut sources: Vec<_> = sources.collect();
        if paths.are_full() || parts.iter().any(|part| part.text.paths.are_full()) {
            return None;
        }
        let written = self.write(&mut sources, rows, go_on);
        // Taken even on failure, so that the builders are empty for the next merge.
        let (terms, term_places) = (self.terms.finish(), self.term_places.finish());
        let postings = self.postings.finish(rows);
        written?;
        Some(TextIndex {
            automaton: TermAutomaton::of(&terms, go_on),
            terms,
            term_places,
            postings,
            paths,
            keys_are_folded,
            cache: WordCache::new(rows),
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
                        Some(SourcePlace {
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

    /// Writes a term with its places, unless all of its rows are dropped.
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
                    kept.extend(row.filter(|row| *row != ROW_DROPPED));
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

/// Sorts distinct rows of a part of `len` rows.
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
