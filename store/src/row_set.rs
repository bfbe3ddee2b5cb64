//! A set of rows of one index part, as a bit set.
//!
//! Parts have at most 128 Ki rows, so a set has at most 16 KiB: queries are evaluated by operations
//! on such sets within the CPU caches.

use std::ops::Range;

const BITS: u32 = u64::BITS;

/// A subset of the rows `0..len` of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowSet {
    /// Bits at and beyond `len` are never set.
    words: Box<[u64]>,
    len: u32,
}

impl RowSet {
    /// The empty set over `len` rows.
    pub(crate) fn new(len: u32) -> Self {
        Self {
            words: vec![0; len.div_ceil(BITS) as usize].into(),
            len,
        }
    }

    /// The set of all `len` rows.
    pub(crate) fn full(len: u32) -> Self {
        let mut set = Self::new(len);
        set.words.fill(u64::MAX);
        set.clear_tail();
        set
    }

    /// The number of rows of the part, in the set or not.
    pub(crate) const fn rows(&self) -> u32 {
        self.len
    }

    /// The bits, 64 rows to a word, the lowest bit first.
    pub(crate) const fn words(&self) -> &[u64] {
        &self.words
    }

    /// Adds a row. Rows beyond the end are ignored.
    #[inline]
    pub(crate) fn insert(&mut self, row: u32) {
        if row < self.len
            && let Some(word) = self.words.get_mut((row / BITS) as usize)
        {
            *word |= 1 << (row % BITS);
        }
    }

    /// Adds all rows of a range.
    pub(crate) fn insert_range(&mut self, rows: Range<u32>) {
        let end = rows.end.min(self.len);
        let mut row = rows.start;
        while row < end {
            let behind = end.min((row / BITS + 1) * BITS);
            let bits = (u64::MAX >> (BITS - (behind - row))) << (row % BITS);
            self.unite_word((row / BITS) as usize, bits);
            row = behind;
        }
    }

    /// Whether all rows of `other` are in the set.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let both = self.words.iter().zip(&other.words);
        both.into_iter().all(|(word, other)| other & !word == 0)
    }

    /// Removes a row.
    pub(crate) fn remove(&mut self, row: u32) {
        if let Some(word) = self.words.get_mut((row / BITS) as usize) {
            *word &= !(1 << (row % BITS));
        }
    }

    /// Whether a row is in the set.
    #[inline]
    pub(crate) fn contains(&self, row: u32) -> bool {
        self.words
            .get((row / BITS) as usize)
            .is_some_and(|word| word >> (row % BITS) & 1 == 1)
    }

    /// The number of rows in the set.
    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// The number of rows of the set before a row.
    pub(crate) fn count_below(&self, row: u32) -> u32 {
        let row = row.min(self.len);
        let (whole, rest) = ((row / BITS) as usize, row % BITS);
        let before: u32 = self
            .words
            .iter()
            .take(whole)
            .map(|word| word.count_ones())
            .sum();
        let last = self.words.get(whole).copied().unwrap_or_default();
        before + (last & ((1 << rest) - 1)).count_ones()
    }

    /// Whether no row is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Removes the rows that are not in `other`.
    pub(crate) fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds the rows of `other`, which must be of the same part.
    pub(crate) fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
        self.clear_tail();
    }

    /// Removes the rows that are in `other`.
    pub(crate) fn subtract(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Adds the rows that are in both `left` and `right`.
    pub(crate) fn unite_common(&mut self, left: &Self, right: &Self) {
        let both = left.words.iter().zip(&right.words);
        for (word, (left, right)) in self.words.iter_mut().zip(both) {
            *word |= left & right;
        }
        self.clear_tail();
    }

    /// Adds a word of 64 rows at once.
    pub(crate) fn unite_word(&mut self, index: usize, bits: u64) {
        if let Some(word) = self.words.get_mut(index) {
            *word |= bits;
            if index + 1 == self.words.len() {
                self.clear_tail();
            }
        }
    }

    /// Adds rows given as bits, the words as bytes in little-endian order.
    pub(crate) fn unite_bytes(&mut self, bytes: &[u8]) {
        for (word, bytes) in self.words.iter_mut().zip(bytes.as_chunks().0) {
            *word |= u64::from_le_bytes(*bytes);
        }
        self.clear_tail();
    }

    /// The set of all other rows.
    pub(crate) fn complement(&self) -> Self {
        let mut set = Self {
            words: self.words.iter().map(|word| !word).collect(),
            len: self.len,
        };
        set.clear_tail();
        set
    }

    /// The rows in the set, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.iter_from(0)
    }

    /// The rows in the set except the first `n`, ascending.
    pub(crate) fn iter_skip(&self, n: u32) -> impl Iterator<Item = u32> + '_ {
        self.iter_from(self.nth(n).unwrap_or(self.len))
    }

    /// The rows in the set from a row on, ascending.
    fn iter_from(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let first = row / BITS;
        let words = self.words.get(first as usize..).unwrap_or_default();
        words.iter().zip(first..).flat_map(move |(word, index)| {
            let passed = if index == first { row % BITS } else { 0 };
            let mut left = *word & (u64::MAX << passed);
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros();
                left &= left - 1;
                Some(index * BITS + bit)
            })
        })
    }

    /// The `n`th row of the set, from 0.
    pub(crate) fn nth(&self, mut n: u32) -> Option<u32> {
        for (word, index) in self.words.iter().zip(0_u32..) {
            let count = word.count_ones();
            if n < count {
                let mut left = *word;
                for _ in 0..n {
                    left &= left - 1;
                }
                return Some(index * BITS + left.trailing_zeros());
            }
            n -= count;
        }
        None
    }

    fn clear_tail(&mut self) {
        let used = self.len % BITS;
        if used != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(len: u32, rows: &BTreeSet<u32>) -> RowSet {
        let mut set = RowSet::new(len);
        for row in rows {
            set.insert(*row);
        }
        set
    }

    proptest! {
        #[test]
        fn operations_agree_with_those_of_ordered_sets(
            len in 1_u32..300,
            left in prop::collection::btree_set(0_u32..300, 0..200),
            right in prop::collection::btree_set(0_u32..300, 0..200),
            probe in 0_u32..300,
        ) {
            let inside = |rows: &BTreeSet<u32>| -> BTreeSet<u32> {
                rows.iter().copied().filter(|row| *row < len).collect()
            };
            let (left, right) = (inside(&left), inside(&right));
            let (a, b) = (set(len, &left), set(len, &right));
            let rows = |set: &RowSet| set.iter().collect::<BTreeSet<u32>>();
            let mut both = a.clone();
            both.intersect(&b);
            prop_assert_eq!(rows(&both), &left & &right);
            let mut any = a.clone();
            any.unite(&b);
            prop_assert_eq!(rows(&any), &left | &right);
            let mut rest = a.clone();
            rest.subtract(&b);
            prop_assert_eq!(rows(&rest), &left - &right);
            let all: BTreeSet<u32> = (0..len).collect();
            prop_assert_eq!(rows(&a.complement()), &all - &left);
            prop_assert_eq!(rows(&RowSet::full(len)), all);
            prop_assert_eq!(a.covers(&b), left.is_superset(&right));
            let mut ranged = a.clone();
            ranged.insert_range(probe / 2..probe);
            prop_assert_eq!(rows(&ranged), &left | &(probe / 2..probe.min(len)).collect());
            prop_assert_eq!(a.count() as usize, left.len());
            prop_assert_eq!(a.is_empty(), left.is_empty());
            prop_assert_eq!(a.contains(probe), left.contains(&probe));
            prop_assert_eq!(a.count_below(probe) as usize, left.range(..probe).count());
            prop_assert_eq!(a.nth(probe), left.iter().nth(probe as usize).copied());
            let rest: Vec<u32> = a.iter_skip(probe / 2).collect();
            prop_assert!(rest.iter().eq(left.iter().skip(probe as usize / 2)));
            let mut common = b.clone();
            common.unite_common(&a, &b);
            prop_assert_eq!(common, b);
        }
    }
}
