//! Sets of rows, stored in as little memory as their number allows.

use crate::row_set::RowSet;

/// Below one row in 32 a list of row numbers is smaller than a bit set.
const BITS_PER_NUMBER: usize = 32;

/// A set of the rows of a part.
#[derive(Debug)]
pub(super) enum CompactRows {
    /// All rows.
    All,
    /// Few rows: their numbers, ascending.
    Few(Box<[u32]>),
    /// Many rows: a bit set.
    Many(RowSet),
}

impl CompactRows {
    /// A set of ascending rows of a part of `len` rows. Repeated rows count once.
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

    /// Removes all other rows from a set.
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

    /// Visits the rows; the part has `len` rows.
    pub(super) fn for_each(&self, len: u32, visit: &mut dyn FnMut(u32)) {
        match self {
            Self::All => (0..len).for_each(visit),
            Self::Few(rows) => rows.iter().copied().for_each(visit),
            Self::Many(rows) => rows.iter().for_each(visit),
        }
    }

    /// Memory used besides the structure itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Few(rows) => size_of_val(&**rows),
            Self::Many(rows) => size_of_val(rows.words()),
        }
    }
}

/// The rows of values that are not stored, and how many such values each row has.
#[derive(Debug)]
pub(super) struct OmittedValues {
    pub(super) rows: CompactRows,
    /// The row of every value but the first in that row.
    repeats: Box<[u32]>,
}

impl OmittedValues {
    /// From the row of each value, ascending, of a part of `len` rows.
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

    /// The number of values in the rows of a set.
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

    /// Memory used besides the structure itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.rows.bytes() + size_of_val(&*self.repeats)
    }
}
