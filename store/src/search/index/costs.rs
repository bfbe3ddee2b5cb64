//! Rows by the cost at which they fit.

use crate::row_set::RowSet;
use crate::search::matcher::Cost;

/// For each cost the rows that fit at it and at none below. Costs ascend.
#[derive(Clone, Debug)]
pub(super) struct CostSets {
    sets: Vec<(Cost, RowSet)>,
    rows: u32,
}

impl CostSets {
    /// No rows fit.
    pub(super) const fn new(rows: u32) -> Self {
        Self {
            sets: Vec::new(),
            rows,
        }
    }

    /// These rows fit as well as can be.
    pub(super) fn free(set: RowSet) -> Self {
        Self {
            rows: set.rows(),
            sets: vec![(Cost::default(), set)],
        }
    }

    /// How many rows the part has.
    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Cost, RowSet)> {
        self.sets.iter()
    }

    /// The rows of a cost, to add some. Rows may be at several costs until [`settle`](Self::settle).
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

    /// Leaves each row at its least cost only, and drops what is not in `within`.
    pub(super) fn settle(&mut self, within: &RowSet) {
        let mut left = within.clone();
        for (_, set) in &mut self.sets {
            set.intersect(&left);
            left.subtract(set);
        }
        self.sets.retain(|(_, set)| !set.is_empty());
    }

    /// All rows that fit.
    pub(super) fn union(&self) -> RowSet {
        let mut all = RowSet::new(self.rows);
        for (_, set) in &self.sets {
            all.unite(set);
        }
        all
    }

    /// The rows that fit at a cost below `cost`.
    pub(super) fn below(&self, cost: Cost) -> RowSet {
        let mut below = RowSet::new(self.rows);
        for (_, set) in self.sets.iter().filter(|(known, _)| *known < cost) {
            below.unite(set);
        }
        below
    }

    /// Notes that a row fits at `cost`, if it is not known to fit better. The sets are settled
    /// before and after.
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

    /// Notes that rows fit at the costs they have in `other`, where they are not known to fit
    /// better. Both are settled before and after.
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

    /// All costs rise by what typos weigh.
    pub(super) fn add_misspelling(&mut self, weight: u32) {
        for (cost, _) in &mut self.sets {
            cost.misspelling += weight;
        }
    }

    /// Adds the rows that fit both, at the sum of their costs.
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

    /// Adds the rows of others at their costs.
    pub(super) fn add(&mut self, other: &Self) {
        for (cost, set) in &other.sets {
            self.at(*cost).unite(set);
        }
    }
}
