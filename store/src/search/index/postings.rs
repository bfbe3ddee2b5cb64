//! Which rows a term stands in, for each place it stands at: numbers in as few bytes as possible.
//!
//! Most terms stand in a single row: that row is kept instead of a reference to a list. Lists are
//! differences as variable-length integers (7 bits a byte, the last without the high bit); what
//! stands in more than an eighth of the rows is kept as a set.

use crate::row_set::RowSet;

const SINGLE: u32 = 1 << 31;
const DENSE: u32 = 1 << 30;

/// The rows of one term at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PostingsRef(u32);

/// The rows of all terms of a part.
#[derive(Debug)]
pub(super) struct Postings {
    lists: Box<[u8]>,
    dense: Box<[RowSet]>,
    rows: u32,
}

#[derive(Debug)]
pub(super) struct PostingsBuilder {
    lists: Vec<u8>,
    dense: Vec<RowSet>,
    rows: u32,
}

impl PostingsBuilder {
    pub(super) const fn new(rows: u32) -> Self {
        Self {
            lists: Vec::new(),
            dense: Vec::new(),
            rows,
        }
    }

    /// Adds rows that ascend; at least one. `None` if there is no room left.
    pub(super) fn push(&mut self, rows: &[u32]) -> Option<PostingsRef> {
        if let [row] = rows {
            return (*row < DENSE).then_some(PostingsRef(SINGLE | row));
        }
        if rows.len() > self.rows as usize / 8 {
            let mut set = RowSet::new(self.rows);
            for row in rows {
                set.insert(*row);
            }
            self.dense.push(set);
            return Some(PostingsRef(DENSE | (self.dense.len() as u32 - 1)));
        }
        let at = u32::try_from(self.lists.len())
            .ok()
            .filter(|at| *at < DENSE)?;
        write_varint(rows.len() as u32, &mut self.lists);
        let mut before = 0;
        for &row in rows {
            write_varint(row - before, &mut self.lists);
            before = row;
        }
        Some(PostingsRef(at))
    }

    pub(super) fn finish(self) -> Postings {
        Postings {
            lists: self.lists.into(),
            dense: self.dense.into(),
            rows: self.rows,
        }
    }
}

fn write_varint(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

impl Postings {
    /// How many rows the part has.
    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    /// Adds the rows to a set.
    #[inline]
    pub(super) fn unite_into(&self, postings: PostingsRef, set: &mut RowSet) {
        if postings.0 & SINGLE != 0 {
            set.insert(postings.0 & !SINGLE);
        } else if postings.0 & DENSE != 0 {
            if let Some(dense) = self.dense.get((postings.0 & !DENSE) as usize) {
                set.unite(dense);
            }
        } else {
            self.list(postings).for_each(|row| set.insert(row));
        }
    }

    fn list(&self, postings: PostingsRef) -> impl Iterator<Item = u32> + '_ {
        let mut bytes = self
            .lists
            .get(postings.0 as usize..)
            .unwrap_or_default()
            .iter();
        let mut next = move || {
            let mut number = 0;
            let mut shift = 0;
            for &byte in bytes.by_ref() {
                number |= u32::from(byte & 0x7F) << shift;
                if byte < 0x80 {
                    break;
                }
                shift += 7;
            }
            number
        };
        let count = next();
        let mut row = 0;
        (0..count).map(move |_| {
            row += next();
            row
        })
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        let dense: usize = self.dense.iter().map(|set| size_of_val(set.words())).sum();
        self.lists.len() + dense
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_come_back_as_they_were_written(
            lists in prop::collection::vec(
                prop::collection::btree_set(0_u32..130_000, 1..400), 1..8,
            ),
            few_rows in any::<bool>(),
        ) {
            // Among few rows the lists are dense, among many they are not.
            let rows = if few_rows { 512 } else { 130_000 };
            let lists: Vec<BTreeSet<u32>> = lists
                .iter()
                .map(|list| list.iter().map(|row| row % rows).collect())
                .collect();
            let mut builder = PostingsBuilder::new(rows);
            let refs: Vec<_> = lists
                .iter()
                .map(|list| builder.push(&list.iter().copied().collect::<Vec<_>>()).unwrap())
                .collect();
            let postings = builder.finish();
            for (list, reference) in lists.iter().zip(refs) {
                let mut set = RowSet::new(rows);
                postings.unite_into(reference, &mut set);
                prop_assert!(set.iter().eq(list.iter().copied()));
            }
        }
    }
}
