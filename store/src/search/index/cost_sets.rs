//! Rows by the cost of their match.

use crate::row_set::RowSet;
use crate::search::matcher::Cost;

/// For each cost, ascending, the rows whose cheapest match has it.
#[derive(Clone, Debug)]
pub(super) struct CostSets {
    sets: Vec<(Cost, RowSet)>,
    rows: u32,
}

impl CostSets {
    /// No rows.
    pub(super) const fn new(rows: u32) -> Self {
        Self {
            sets: Vec::new(),
            rows,
        }
    }

    /// Rows that match exactly, at no cost.
    pub(super) fn free(set: RowSet) -> Self {
        Self {
            rows: set.rows(),
            sets: vec![(Cost::default(), set)],
        }
    }

    /// The number of rows of the part.
    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Cost, RowSet)> {
        self.sets.iter()
    }

    /// The rows of a cost, for adding rows. A row may be in several sets until
    /// [`settle`](Self::settle).
    pub(super) fn at(&mut self, cost: Cost) -> &mut RowSet {
        let index = match self.sets.binary_search_by(|(known, _)| known.cmp(&cost)) {
            Ok(index) => index,
            Err(index) => {
                self.sets.insert(index, (cost, RowSet::new(self.rows)));
                index
            }
        };
        &mut self.sets[index].1
    }

    /// Keeps each row only at its least cost, and only if it is in `within`.
    pub(super) fn settle(&mut self, within: &RowSet) {
        let mut left = within.clone();
        for (_, set) in &mut self.sets {
            set.intersect(&left);
            left.subtract(set);
        }
        self.sets.retain(|(_, set)| !set.is_empty());
    }

    /// All rows.
    pub(super) fn union(&self) -> RowSet {
        let mut all = RowSet::new(self.rows);
        for (_, set) in &self.sets {
            all.unite(set);
        }
        all
    }

    /// The rows with a cost below `cost`.
    pub(super) fn below(&self, cost: Cost) -> RowSet {
        let mut below = RowSet::new(self.rows);
        for (_, set) in self.sets.iter().filter(|(known, _)| *known < cost) {
            below.unite(set);
        }
        below
    }

    /// Moves a row to `cost` unless it has a lower one. The sets are settled before and after.
    pub(super) fn improve(&mut self, row: u32, cost: Cost) {
        let known = self.sets.iter_mut().find(|(_, set)| set.contains(row));
        if let Some((known, set)) = known {
            if *known <= cost {
                return;
            }
            set.remove(row);
        }
        self.at(cost).insert(row);
    }

    /// Moves rows to their cost in `other` unless they have a lower one. Both are settled before
    /// and after.
    pub(super) fn improve_all(&mut self, other: &Self) {
        for (cost, rows) in &other.sets {
            let mut gained = rows.clone();
            gained.subtract(&self.below(*cost));
            for (_, set) in &mut self.sets {
                set.subtract(&gained);
            }
            self.at(*cost).unite(&gained);
        }
    }

    /// Adds the weight of typos to all costs.
    pub(super) fn add_misspelling(&mut self, weight: u32) {
        for (cost, _) in &mut self.sets {
            cost.misspelling += weight;
        }
    }

    /// Adds the rows that are in both, at the sum of their costs.
    pub(super) fn add_sums(&mut self, left: &Self, right: &Self) {
        for (left_cost, left_set) in &left.sets {
            for (right_cost, right_set) in &right.sets {
                let both = || left_set.words().iter().zip(right_set.words());
                if both().any(|(left, right)| left & right != 0) {
                    let cost = left_cost.plus(*right_cost);
                    self.at(cost).unite_common(left_set, right_set);
                }
            }
        }
    }

    /// Adds the rows of `other` at their costs.
    pub(super) fn add(&mut self, other: &Self) {
        for (cost, set) in &other.sets {
            self.at(*cost).unite(set);
        }
    }
}
