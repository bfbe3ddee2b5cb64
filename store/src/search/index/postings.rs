//! Postings: the rows that have a term at one place, compressed.
//!
//! Most terms are in a single row, which is stored in the reference itself. Other lists are their
//! length, then the differences between rows, as variable-length integers (7 bits per byte, the
//! last byte without the high bit). A list that would be larger than a bit set of all rows is a 0
//! and that bit set.

use crate::row_set::RowSet;

/// The flag of a reference that is a row.
const SINGLE: u32 = 1;
/// The size of a word of a bit set in bytes.
const WORD_BYTES: usize = 8;

/// The rows of one term at one place: a single row, or the offset of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PostingsRef(pub(super) u32);

/// The rows of all terms of a part.
#[derive(Debug)]
pub(super) struct Postings {
    lists: Box<[u8]>,
    rows: u32,
}

/// Builds the lists of a part. Its memory is reused for the next part.
#[derive(Debug, Default)]
pub(super) struct PostingsBuilder {
    lists: Vec<u8>,
    differences: Vec<u8>,
}

impl PostingsBuilder {
    /// A reference to a single row. `None` if the row is too large.
    pub(super) fn push_row(row: u32) -> Option<PostingsRef> {
        (row < 1 << 31).then_some(PostingsRef(row << 1 | SINGLE))
    }

    /// Adds a list of `count` rows, at least two: their differences as written by [`write_varint`],
    /// in pieces. `None` if there is no room left.
    pub(super) fn push_list<'a>(
        &mut self,
        rows: u32,
        count: u32,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Option<PostingsRef> {
        let start = self.lists.len();
        let at = u32::try_from(start).ok().filter(|at| *at < 1 << 31)?;
        let words = (rows as usize).div_ceil(WORD_BYTES * 8);
        write_varint(count, &mut self.lists);
        let differences = self.lists.len();
        for piece in pieces {
            self.lists.extend_from_slice(piece);
        }
        if self.lists.len() - differences > words * WORD_BYTES {
            let mut set = RowSet::new(rows);
            add_list(self.lists.get(start..).unwrap_or_default(), &mut set);
            self.lists.truncate(start);
            self.lists.push(0);
            for word in set.words() {
                self.lists.extend_from_slice(&word.to_le_bytes());
            }
        }
        Some(PostingsRef(at << 1))
    }

    /// Adds a list of at least two ascending rows. `None` if there is no room left.
    pub(super) fn push_rows(&mut self, rows: u32, list: &[u32]) -> Option<PostingsRef> {
        let mut differences = std::mem::take(&mut self.differences);
        differences.clear();
        let mut before = 0;
        for row in list {
            write_varint(row - before, &mut differences);
            before = *row;
        }
        let pieces = std::iter::once(differences.as_slice());
        let pushed = self.push_list(rows, list.len() as u32, pieces);
        self.differences = differences;
        pushed
    }

    /// Returns the lists and empties the builder.
    pub(super) fn finish(&mut self, rows: u32) -> Postings {
        let lists = self.lists.as_slice().into();
        self.lists.clear();
        Postings { lists, rows }
    }
}

/// Writes a number as a variable-length integer.
pub(super) fn write_varint(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a variable-length integer; `None` at the end.
#[inline]
fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut byte = *bytes.get(*at)?;
    *at += 1;
    let mut number = u32::from(byte & 0x7F);
    let mut shift = 7;
    while byte >= 0x80 {
        byte = *bytes.get(*at)?;
        *at += 1;
        number |= u32::from(byte & 0x7F) << (shift & 31);
        shift += 7;
    }
    Some(number)
}

/// Adds the rows of the list at the start of `bytes` to a set.
fn add_list(bytes: &[u8], set: &mut RowSet) {
    let mut at = 0;
    let count = read_varint(bytes, &mut at).unwrap_or_default();
    if count == 0 {
        set.unite_bytes(bytes.get(at..).unwrap_or_default());
        return;
    }
    let mut row = 0_u32;
    for _ in 0..count {
        let Some(difference) = read_varint(bytes, &mut at) else {
            return;
        };
        row = row.wrapping_add(difference);
        set.insert(row);
    }
}

impl Postings {
    /// The number of rows of the part.
    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    /// Adds the rows to a set.
    #[inline]
    pub(super) fn unite_into(&self, postings: PostingsRef, set: &mut RowSet) {
        if postings.0 & SINGLE != 0 {
            set.insert(postings.0 >> 1);
        } else {
            let start = (postings.0 >> 1) as usize;
            add_list(self.lists.get(start..).unwrap_or_default(), set);
        }
    }

    /// Visits the rows, ascending.
    pub(super) fn for_each(&self, postings: PostingsRef, visit: &mut dyn FnMut(u32)) {
        if postings.0 & SINGLE != 0 {
            return visit(postings.0 >> 1);
        }
        let bytes = self.list(postings);
        let mut at = 0;
        let count = read_varint(bytes, &mut at).unwrap_or_default();
        if count == 0 {
            let mut set = RowSet::new(self.rows);
            set.unite_bytes(bytes.get(at..).unwrap_or_default());
            return set.iter().for_each(visit);
        }
        let mut row = 0_u32;
        for _ in 0..count {
            let Some(difference) = read_varint(bytes, &mut at) else {
                return;
            };
            row = row.wrapping_add(difference);
            visit(row);
        }
    }

    /// The number of rows of a list.
    pub(super) fn count(&self, postings: PostingsRef) -> u32 {
        if postings.0 & SINGLE != 0 {
            return 1;
        }
        let count = read_varint(self.list(postings), &mut 0).unwrap_or_default();
        if count > 0 {
            return count;
        }
        let mut count = 0;
        self.for_each(postings, &mut |_| count += 1);
        count
    }

    /// Memory used by a list besides the reference, in bytes.
    pub(super) fn bytes_of(&self, postings: PostingsRef) -> usize {
        if postings.0 & SINGLE != 0 {
            return 0;
        }
        let bytes = self.list(postings);
        let mut at = 0;
        let count = read_varint(bytes, &mut at).unwrap_or_default();
        if count == 0 {
            return at + (self.rows as usize).div_ceil(WORD_BYTES * 8) * WORD_BYTES;
        }
        for _ in 0..count {
            read_varint(bytes, &mut at);
        }
        at
    }

    fn list(&self, postings: PostingsRef) -> &[u8] {
        let start = (postings.0 >> 1) as usize;
        self.lists.get(start..).unwrap_or_default()
    }

    /// Memory used, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.lists.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_can_be_read_back(
            lists in prop::collection::vec(
                prop::collection::btree_set(0_u32..130_000, 1..400), 1..8,
            ),
            few_rows in any::<bool>(),
            pieces in 1_usize..9,
            in_rows in any::<bool>(),
        ) {
            // Among few rows the lists are dense, among many they are not.
            let rows = if few_rows { 512 } else { 130_000 };
            let lists: Vec<BTreeSet<u32>> = lists
                .iter()
                .map(|list| list.iter().map(|row| row % rows).collect())
                .collect();
            let mut builder = PostingsBuilder::default();
            let mut push = |list: &BTreeSet<u32>| {
                if let (1, Some(row)) = (list.len(), list.first()) {
                    return PostingsBuilder::push_row(*row).unwrap();
                }
                if in_rows {
                    let list: Vec<u32> = list.iter().copied().collect();
                    return builder.push_rows(rows, &list).unwrap();
                }
                let (mut bytes, mut before) = (Vec::new(), 0);
                for row in list {
                    write_varint(row - before, &mut bytes);
                    before = *row;
                }
                let count = list.len() as u32;
                builder.push_list(rows, count, bytes.chunks(pieces)).unwrap()
            };
            let refs: Vec<_> = lists.iter().map(&mut push).collect();
            let postings = builder.finish(rows);
            let bytes: usize = refs.iter().map(|list| postings.bytes_of(*list)).sum();
            prop_assert_eq!(bytes, postings.bytes());
            for (list, reference) in lists.iter().zip(refs) {
                let mut set = RowSet::new(rows);
                postings.unite_into(reference, &mut set);
                prop_assert!(set.iter().eq(list.iter().copied()));
                let mut visited = Vec::new();
                postings.for_each(reference, &mut |row| visited.push(row));
                prop_assert!(visited.iter().eq(list));
                prop_assert_eq!(postings.count(reference) as usize, list.len());
            }
        }
    }
}
