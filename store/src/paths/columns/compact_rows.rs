//! CompactRows in which something stands, in as little memory as their number needs.

use crate::row_set::RowSet;

/// Below one row in this number, rows are kept as numbers, above it as bits.
const BITS_PER_NUMBER: usize = 32;

/// A set of the rows of a part.
#[derive(Debug)]
pub(super) enum CompactRows {
    /// All of them.
    All,
    /// These, ascending.
    Few(Box<[u32]>),
    /// Those with a bit.
    Many(RowSet),
}

impl CompactRows {
    /// The set of some rows that ascend, of `len`. Repeated rows count once.
    pub(super) fn new(mut rows: Vec<u32>, len: u32) -> Self {
        rows.dedup();
        if rows.len() == len as usize {
            Self::All
        } else if rows.len() * BITS_PER_NUMBER < len as usize {
            Self::Few(rows.into())
        } else {
            let mut set = RowSet::new(len);
            for row in rows {
                set.insert(row);
            }
            Self::Many(set)
        }
    }

    /// Adds the rows to a set.
    pub(super) fn add_to(&self, set: &mut RowSet) {
        match self {
            Self::All => set.unite(&RowSet::full(set.rows())),
            Self::Few(rows) => rows.iter().for_each(|row| set.insert(*row)),
            Self::Many(rows) => set.unite(rows),
        }
    }

    /// Takes all other rows out of a set.
    pub(super) fn keep_in(&self, set: &mut RowSet) {
        match self {
            Self::All => {}
            Self::Few(_) => {
                let mut rows = RowSet::new(set.rows());
                self.add_to(&mut rows);
                set.intersect(&rows);
            }
            Self::Many(rows) => set.intersect(rows),
        }
    }

    /// Visits the rows, of `len` there are.
    pub(super) fn for_each(&self, len: u32, visit: &mut dyn FnMut(u32)) {
        match self {
            Self::All => (0..len).for_each(visit),
            Self::Few(rows) => rows.iter().copied().for_each(visit),
            Self::Many(rows) => rows.iter().for_each(visit),
        }
    }

    /// Bytes of memory besides the structure itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Few(rows) => size_of_val(&**rows),
            Self::Many(rows) => size_of_val(rows.words()),
        }
    }
}

/// Where values stand that are not kept: in which rows, and in which of them more than once.
#[derive(Debug)]
pub(super) struct OmittedValues {
    pub(super) rows: CompactRows,
    /// A row for every further value in it.
    repeats: Box<[u32]>,
}

impl OmittedValues {
    /// A row for each value, ascending; `len` rows there are.
    pub(super) fn new(values: Vec<u32>, len: u32) -> Self {
        let repeats = values
            .array_windows()
            .filter(|[before, row]| before == row)
            .map(|[_, row]| *row);
        Self {
            repeats: repeats.collect(),
            rows: CompactRows::new(values, len),
        }
    }

    /// How many values stand in the rows of a set.
    pub(super) fn count_in(&self, set: &RowSet) -> u64 {
        let mut rows = set.clone();
        self.rows.keep_in(&mut rows);
        let repeats = self
            .repeats
            .iter()
            .filter(|row| set.contains(**row))
            .count();
        u64::from(rows.count()) + repeats as u64
    }

    /// Bytes of memory besides the structure itself.
    pub(super) fn bytes(&self) -> usize {
        self.rows.bytes() + size_of_val(&*self.repeats)
    }
}
