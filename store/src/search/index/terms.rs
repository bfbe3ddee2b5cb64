//! The words of an index part, sorted, in one run of bytes. A word's rank is its number.
//!
//! One run of bytes makes a search for a part of a word a single pass, and a search for the
//! beginning of a word a range of ranks.

use std::ops::Range;

/// Stands before and after each term; folded text has none.
const SEPARATOR: u8 = 0;
/// Starts the terms of scripts without spaces: pairs of neighbours, and the last character.
pub(super) const PAIR: u8 = 1;
/// Starts the first piece of a word longer than a term.
pub(super) const FIRST_PIECE: u8 = 2;
/// Starts the further pieces of a word longer than a term.
pub(super) const LATER_PIECE: u8 = 3;

/// Sorted terms. Words as they are; pieces and pairs behind their marks.
#[derive(Debug)]
pub(super) struct Terms {
    /// `\0term\0term\0`.
    arena: Box<[u8]>,
    /// Where each term starts, and where one more would.
    starts: Box<[u32]>,
}

/// Collects terms that ascend.
#[derive(Debug)]
pub(super) struct TermsBuilder {
    arena: Vec<u8>,
    starts: Vec<u32>,
}

impl TermsBuilder {
    pub(super) fn with_capacity(terms: usize, bytes: usize) -> Self {
        let mut arena = Vec::with_capacity(bytes + terms + 1);
        arena.push(SEPARATOR);
        let mut starts = Vec::with_capacity(terms + 1);
        starts.push(1);
        Self { arena, starts }
    }

    /// Adds a term greater than all before. `None` if there is no room left.
    pub(super) fn push(&mut self, term: &[u8]) -> Option<()> {
        self.arena.extend_from_slice(term);
        self.arena.push(SEPARATOR);
        self.starts.push(u32::try_from(self.arena.len()).ok()?);
        Some(())
    }

    pub(super) fn finish(self) -> Terms {
        Terms {
            arena: self.arena.into(),
            starts: self.starts.into(),
        }
    }
}

impl Terms {
    pub(super) const fn len(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    pub(super) fn get(&self, rank: u32) -> &[u8] {
        let rank = rank as usize;
        match (self.starts.get(rank), self.starts.get(rank + 1)) {
            (Some(&start), Some(&next)) => self
                .arena
                .get(start as usize..next as usize - 1)
                .unwrap_or_default(),
            _ => &[],
        }
    }

    /// The term as text, without its mark.
    pub(super) fn text(&self, rank: u32) -> &str {
        let term = self.get(rank);
        let marked = matches!(term.first(), Some(&(PAIR..=LATER_PIECE)));
        std::str::from_utf8(term.get(usize::from(marked)..).unwrap_or_default()).unwrap_or_default()
    }

    pub(super) fn find(&self, term: &[u8]) -> Option<u32> {
        let rank = self.lower_bound(term);
        (rank < self.len() && self.get(rank) == term).then_some(rank)
    }

    /// The rank of the first term that is not less.
    pub(super) fn lower_bound(&self, bytes: &[u8]) -> u32 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle) < bytes {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The ranks of the terms that start with `prefix`, which is not empty.
    pub(super) fn prefix(&self, prefix: &[u8]) -> Range<u32> {
        let start = self.lower_bound(prefix);
        let mut end = prefix.to_vec();
        // No byte of UTF-8 is 255, so the last one has a successor.
        if let Some(last) = end.last_mut() {
            *last = last.saturating_add(1);
        }
        start..self.lower_bound(&end).max(start)
    }

    /// The ranks of whole words, behind pairs and pieces.
    pub(super) fn whole_words(&self) -> Range<u32> {
        self.lower_bound(&[LATER_PIECE + 1])..self.len()
    }

    /// The ranks of the pieces of long words.
    pub(super) fn pieces(&self) -> Range<u32> {
        self.lower_bound(&[FIRST_PIECE])..self.lower_bound(&[LATER_PIECE + 1])
    }

    /// Visits each term of a range that contains `needle`, once, with where it first stands in it.
    /// Breaks off when `visit` says `false`.
    pub(super) fn containing(
        &self,
        ranks: Range<u32>,
        needle: &[u8],
        visit: &mut dyn FnMut(u32, usize) -> bool,
    ) {
        let (Some(&start), Some(&end)) = (
            self.starts.get(ranks.start as usize),
            self.starts.get(ranks.end as usize),
        ) else {
            return;
        };
        let finder = memchr::memmem::Finder::new(needle);
        let mut from = start as usize;
        let mut rank = ranks.start;
        while let Some(found) = self
            .arena
            .get(from..end as usize)
            .and_then(|bytes| finder.find(bytes))
        {
            let at = from + found;
            rank = self.rank_at(at, rank);
            let start = self.starts.get(rank as usize).map_or(0, |&start| start);
            if !visit(rank, at.saturating_sub(start as usize)) {
                return;
            }
            rank += 1;
            match self.starts.get(rank as usize) {
                Some(&next) if rank < ranks.end => from = next as usize,
                _ => return,
            }
        }
    }

    /// The term that a byte of the arena belongs to; `rank` is a term not behind it.
    fn rank_at(&self, at: usize, rank: u32) -> u32 {
        // Hits are often close to each other: steps that double before the binary search.
        let is_before = |rank: u32| {
            self.starts
                .get(rank as usize)
                .is_some_and(|&start| start as usize <= at)
        };
        let (mut low, mut step) = (rank, 1);
        while low + step < self.len() && is_before(low + step) {
            low += step;
            step *= 2;
        }
        let mut high = self.len().min(low + step);
        while high - low > 1 {
            let middle = low.midpoint(high);
            if is_before(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.arena.len() + size_of_val(self.starts.as_ref())
    }
}
