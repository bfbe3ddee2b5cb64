//! A bitmap over the rows of a segment, with rank and select.

use std::ops::Range;

use crate::row_set::RowSet;

const BITS_PER_WORD: u32 = 64;
const WORDS_PER_GROUP: u32 = 64;
const BITS_PER_GROUP: u32 = BITS_PER_WORD * WORDS_PER_GROUP;

/// Marks rows. One count per 4 096 rows makes rank and select short walks while setting a bit
/// stays O(1).
#[derive(Clone, Debug)]
pub(crate) struct Bitmap {
    words: Vec<u64>,
    group_counts: Vec<u16>,
    len: u32,
    count: u32,
}

impl Bitmap {
    /// `len` rows, none marked.
    pub(crate) fn new(len: u32) -> Self {
        Self {
            words: vec![0; len.div_ceil(BITS_PER_WORD) as usize],
            group_counts: vec![0; len.div_ceil(BITS_PER_GROUP) as usize],
            len,
            count: 0,
        }
    }

    /// How many rows are marked.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn contains(&self, row: u32) -> bool {
        self.words
            .get((row / BITS_PER_WORD) as usize)
            .is_some_and(|word| word >> (row % BITS_PER_WORD) & 1 == 1)
    }

    /// Marks a row. Rows beyond the end are ignored.
    pub(crate) fn insert(&mut self, row: u32) {
        if row >= self.len || self.contains(row) {
            return;
        }
        if let Some(word) = self.words.get_mut((row / BITS_PER_WORD) as usize) {
            *word |= 1 << (row % BITS_PER_WORD);
        }
        if let Some(count) = self.group_counts.get_mut((row / BITS_PER_GROUP) as usize) {
            *count += 1;
        }
        self.count += 1;
    }

    /// The rows of a range that are not marked. The range starts at a multiple of 64.
    pub(crate) fn unmarked_in(&self, rows: Range<u32>) -> RowSet {
        let len = rows.end.min(self.len).saturating_sub(rows.start);
        let mut unmarked = RowSet::new(len);
        let first = (rows.start / BITS_PER_WORD) as usize;
        let words = self.words.iter().skip(first);
        for (index, word) in words.take(len.div_ceil(BITS_PER_WORD) as usize).enumerate() {
            unmarked.unite_word(index, !word);
        }
        unmarked
    }

    /// How many rows before `row` are not marked.
    pub(crate) fn unmarked_before(&self, row: u32) -> u32 {
        let row = row.min(self.len);
        let group = row / BITS_PER_GROUP;
        let whole: u32 = self
            .group_counts
            .iter()
            .take(group as usize)
            .map(|count| u32::from(*count))
            .sum();
        let first_word = group * WORDS_PER_GROUP;
        let last_word = row / BITS_PER_WORD;
        let words: u32 = self
            .words
            .get(first_word as usize..last_word as usize)
            .unwrap_or_default()
            .iter()
            .map(|word| word.count_ones())
            .sum();
        let mask = (1_u64 << (row % BITS_PER_WORD)) - 1;
        let bits = self
            .words
            .get(last_word as usize)
            .map_or(0, |word| (word & mask).count_ones());
        row - whole - words - bits
    }

    /// The row of the `n`th row that is not marked, counted from 0.
    pub(crate) fn nth_unmarked(&self, n: u32) -> Option<u32> {
        let mut left = n;
        let mut start = 0;
        for count in &self.group_counts {
            let unmarked = BITS_PER_GROUP.min(self.len - start) - u32::from(*count);
            if left < unmarked {
                break;
            }
            left -= unmarked;
            start += BITS_PER_GROUP;
        }
        let first_word = (start / BITS_PER_WORD) as usize;
        for (index, word) in self.words.iter().enumerate().skip(first_word) {
            let unmarked = word.count_zeros();
            if left < unmarked {
                let base = index as u32 * BITS_PER_WORD;
                let row = base + nth_zero(*word, left);
                return (row < self.len).then_some(row);
            }
            left -= unmarked;
        }
        None
    }
}

fn nth_zero(word: u64, n: u32) -> u32 {
    let mut zeros = !word;
    for _ in 0..n {
        zeros &= zeros.wrapping_sub(1);
    }
    zeros.trailing_zeros()
}
