//! The terms of an index part, sorted, in one buffer. The rank of a term is its number in that
//! order.
//!
//! Searching for a substring is one pass over the buffer, and the terms with a prefix are a range
//! of ranks.

use std::ops::Range;

/// The byte before and after each term; folded words do not contain it.
const SEPARATOR: u8 = 0;
/// The first byte of terms of scripts without spaces: pairs of adjacent characters, and the last
/// character.
pub(super) const PAIR: u8 = 1;
/// The first byte of the first piece of a word longer than a term.
pub(super) const FIRST_PIECE: u8 = 2;
/// The first byte of the other pieces of a word longer than a term.
pub(super) const LATER_PIECE: u8 = 3;

/// The number of terms of which only the first has its offset stored. The others are found by
/// counting separators, which costs less than the cache miss of a larger table.
const BLOCK_TERMS: u32 = 16;
/// Up to this distance separators are counted instead of looking up the block.
const COUNTED_BYTES_MAX: usize = 256;

/// Sorted terms: words as they are; pieces and pairs with their first byte.
#[derive(Debug)]
pub(super) struct Terms {
    /// `\0term\0term\0`.
    arena: Box<[u8]>,
    /// The offset of the first of each [`BLOCK_TERMS`] terms.
    blocks: Box<[u32]>,
    len: u32,
}

/// Builds terms from ascending ones. Its memory is reused for the next part.
#[derive(Debug, Default)]
pub(super) struct TermsBuilder {
    arena: Vec<u8>,
    blocks: Vec<u32>,
    len: u32,
}

impl TermsBuilder {
    /// Adds a term, given in two parts, that is greater than all before. `None` if there is no room
    /// left.
    pub(super) fn push(&mut self, head: &[u8], rest: &[u8]) -> Option<()> {
        if self.arena.is_empty() {
            self.arena.push(SEPARATOR);
        }
        if self.len.is_multiple_of(BLOCK_TERMS) {
            self.blocks.push(u32::try_from(self.arena.len()).ok()?);
        }
        self.arena.extend_from_slice(head);
        self.arena.extend_from_slice(rest);
        self.arena.push(SEPARATOR);
        self.len += 1;
        Some(())
    }

    /// Returns the terms and empties the builder.
    pub(super) fn finish(&mut self) -> Terms {
        let terms = Terms {
            arena: self.arena.as_slice().into(),
            blocks: self.blocks.as_slice().into(),
            len: self.len,
        };
        self.arena.clear();
        self.blocks.clear();
        self.len = 0;
        terms
    }
}

/// Reads all terms in order.
#[derive(Clone, Debug)]
pub(super) struct TermReader<'a> {
    arena: &'a [u8],
    at: usize,
}

impl<'a> Iterator for TermReader<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.arena.get(self.at..)?;
        let len = rest.iter().position(|byte| *byte == SEPARATOR)?;
        self.at += len + 1;
        rest.get(..len)
    }
}

impl Terms {
    pub(super) fn get(&self, rank: u32) -> &[u8] {
        if rank < self.len {
            self.at(self.start(rank))
        } else {
            &[]
        }
    }

    /// The terms of a range, with their ranks.
    pub(super) fn iter(&self, ranks: Range<u32>) -> impl Iterator<Item = (u32, &[u8])> {
        let mut at = self.start(ranks.start);
        (ranks.start..ranks.end.min(self.len)).map(move |rank| {
            let term = self.at(at);
            at += term.len() + 1;
            (rank, term)
        })
    }

    /// All terms, in order.
    pub(super) const fn reader(&self) -> TermReader<'_> {
        TermReader {
            arena: &self.arena,
            at: 1,
        }
    }

    /// The number of terms.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn find(&self, term: &[u8]) -> Option<u32> {
        let rank = self.lower_bound(term);
        (rank < self.len && self.get(rank) == term).then_some(rank)
    }

    /// The rank of the first term that is not less.
    pub(super) fn lower_bound(&self, bytes: &[u8]) -> u32 {
        let after = self
            .blocks
            .partition_point(|start| self.at(*start as usize) < bytes);
        let first = (after as u32).saturating_sub(1) * BLOCK_TERMS;
        self.iter(first..first + BLOCK_TERMS)
            .find(|(_, term)| *term >= bytes)
            .map_or_else(|| self.len.min(first + BLOCK_TERMS), |(rank, _)| rank)
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

    /// The ranks of whole words; they come after pairs and pieces.
    pub(super) fn whole_words(&self) -> Range<u32> {
        self.lower_bound(&[LATER_PIECE + 1])..self.len
    }

    /// The ranks of the pieces of long words.
    pub(super) fn pieces(&self) -> Range<u32> {
        self.lower_bound(&[FIRST_PIECE])..self.lower_bound(&[LATER_PIECE + 1])
    }

    /// Visits each term of a range that contains `needle` once, with the offset of the first
    /// occurrence and the length of the term, until `visit` returns `false`.
    pub(super) fn containing(
        &self,
        ranks: Range<u32>,
        needle: &[u8],
        visit: &mut dyn FnMut(u32, usize, usize) -> bool,
    ) {
        if let [byte] = needle {
            return self.containing_byte(ranks, *byte, visit);
        }
        let finder = memchr::memmem::Finder::new(needle);
        let (mut start, end) = (self.start(ranks.start), self.start(ranks.end));
        let mut rank = ranks.start;
        while let Some(found) = self
            .arena
            .get(start..end)
            .and_then(|bytes| finder.find(bytes))
        {
            let at = start + found;
            (rank, start) = self.term_at(at, rank, start);
            let len = self.at(start).len();
            if !visit(rank, at - start, len) {
                return;
            }
            rank += 1;
            start += len + 1;
        }
    }

    /// A single byte is in so many terms that tracking the ends of all terms costs less than
    /// finding the term of each occurrence.
    fn containing_byte(
        &self,
        ranks: Range<u32>,
        byte: u8,
        visit: &mut dyn FnMut(u32, usize, usize) -> bool,
    ) {
        let (start, end) = (self.start(ranks.start), self.start(ranks.end));
        let bytes = self.arena.get(start..end).unwrap_or_default();
        let (mut rank, mut term_at, mut found) = (ranks.start, 0, None);
        let (words, tail) = bytes.as_chunks::<8>();
        let mut last = [SEPARATOR; 8];
        last.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        for (word, at) in words.iter().chain([&last]).zip((0..).step_by(8)) {
            let word = u64::from_le_bytes(*word);
            let ends = zero_bytes(word);
            let hits = zero_bytes(word ^ u64::from_le_bytes([byte; 8]));
            if hits == 0 && found.is_none() {
                if ends != 0 {
                    rank += ends.count_ones();
                    term_at = at + 8 - ends.leading_zeros() as usize / 8;
                }
                continue;
            }
            let mut left = hits | ends;
            while left != 0 {
                let place = at + left.trailing_zeros() as usize / 8;
                let is_end = left & left.wrapping_neg() & ends != 0;
                left &= left - 1;
                if !is_end {
                    found = found.or(Some(place - term_at));
                    continue;
                }
                // The padding after the last term looks like ends of terms without a hit.
                if let Some(found) = found.take()
                    && !visit(rank, found, place - term_at)
                {
                    return;
                }
                rank += 1;
                term_at = place + 1;
            }
        }
    }

    /// The term that the byte at offset `at` belongs to, and its start. `rank` is that term or an
    /// earlier one, and starts at `start`.
    fn term_at(&self, at: usize, rank: u32, start: usize) -> (u32, usize) {
        let (mut rank, mut start) = (rank, start);
        if at - start > COUNTED_BYTES_MAX {
            let after = self.blocks.partition_point(|block| *block as usize <= at);
            let block = after.saturating_sub(1);
            rank = block as u32 * BLOCK_TERMS;
            start = self.blocks.get(block).map_or(at, |start| *start as usize);
        }
        for (place, byte) in (start..).zip(self.arena.get(start..at).unwrap_or_default()) {
            if *byte == SEPARATOR {
                rank += 1;
                start = place + 1;
            }
        }
        (rank, start)
    }

    /// The offset of a term, or of the end.
    fn start(&self, rank: u32) -> usize {
        if rank >= self.len {
            return self.arena.len();
        }
        let block = self.blocks.get((rank / BLOCK_TERMS) as usize);
        let start = block.map_or(self.arena.len(), |start| *start as usize);
        start
            + after_separators(
                self.arena.get(start..).unwrap_or_default(),
                rank % BLOCK_TERMS,
            )
    }

    /// The term that starts at an offset.
    fn at(&self, start: usize) -> &[u8] {
        let bytes = self.arena.get(start..).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == SEPARATOR);
        bytes.get(..end.unwrap_or_default()).unwrap_or_default()
    }

    /// Memory used, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.arena.len() + size_of_val(self.blocks.as_ref())
    }
}

/// A term as text, without the first byte of pairs and pieces.
pub(super) fn text_of(term: &[u8]) -> &str {
    let marked = matches!(term.first(), Some(&(PAIR..=LATER_PIECE)));
    std::str::from_utf8(term.get(usize::from(marked)..).unwrap_or_default()).unwrap_or_default()
}

/// A word with the high bit of each byte that is 0 in `word`, and no other bit.
const fn zero_bytes(word: u64) -> u64 {
    const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    !(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS)
}

/// The offset after this number of separators, found eight bytes at a time.
fn after_separators(bytes: &[u8], mut separators: u32) -> usize {
    if separators == 0 {
        return 0;
    }
    for (word, at) in bytes.as_chunks::<8>().0.iter().zip((0..).step_by(8)) {
        let mut zeros = zero_bytes(u64::from_le_bytes(*word));
        let found = zeros.count_ones();
        if found >= separators {
            for _ in 1..separators {
                zeros &= zeros - 1;
            }
            return at + zeros.trailing_zeros() as usize / 8 + 1;
        }
        separators -= found;
    }
    let rest = bytes.len() - bytes.len() % 8;
    let tail = bytes.get(rest..).unwrap_or_default().iter().zip(rest..);
    let mut places = tail.filter(|(byte, _)| **byte == SEPARATOR);
    places
        .nth(separators as usize - 1)
        .map_or(bytes.len(), |(_, at)| at + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_behave_like_a_sorted_list(
            words in prop::collection::btree_set(
                prop_oneof![
                    6 => "[\u{1}-\u{3}]?[a-cé]{1,12}",
                    1 => "[\u{1}-\u{3}]?[a-cé]{50,150}",
                    1 => "[b-cé]{60,70}",
                ],
                0..120,
            ),
            probe in "[\u{1}-\u{3}]?[a-cé]{1,3}",
        ) {
            let words: BTreeSet<Vec<u8>> = words.into_iter().map(String::into_bytes).collect();
            let mut builder = TermsBuilder::default();
            for word in &words {
                let (head, rest) = word.split_at(word.len().min(8));
                builder.push(head, rest).unwrap();
            }
            let terms = builder.finish();
            let words: Vec<Vec<u8>> = words.into_iter().collect();
            let len = words.len() as u32;
            prop_assert_eq!(terms.len(), len);
            prop_assert!(terms.reader().eq(words.iter().map(Vec::as_slice)));
            for (rank, word) in (0..).zip(&words) {
                prop_assert_eq!(terms.get(rank), word.as_slice());
                prop_assert_eq!(terms.find(word), Some(rank));
            }
            prop_assert_eq!(terms.get(len), b"");
            let probe = probe.as_bytes();
            let less = words.partition_point(|word| word.as_slice() < probe) as u32;
            prop_assert_eq!(terms.lower_bound(probe), less);
            let prefix: Vec<u32> = terms.prefix(probe).collect();
            let starting: Vec<u32> = (0..)
                .zip(&words)
                .filter(|(_, word)| word.starts_with(probe))
                .map(|(rank, _)| rank)
                .collect();
            prop_assert_eq!(prefix, starting);
            let mut found = Vec::new();
            terms.containing(less / 2..len, probe, &mut |rank, at, len| {
                found.push((rank, at, len));
                true
            });
            let expected: Vec<_> = (0..)
                .zip(&words)
                .skip(less as usize / 2)
                .filter_map(|(rank, word)| {
                    let at = memchr::memmem::find(word, probe)?;
                    Some((rank, at, word.len()))
                })
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
