//! Records found through an index, as rows: any of them is there at once, none is held as text.

use std::fmt;
use std::sync::Arc;

use super::hits::Hit;
use super::index::{Plan, RankedRows};
use super::matcher::SortKey;
use super::mode::Level;
use crate::record::RecordRef;
use crate::row_set::RowSet;

/// Records in parts of rows, and the search of one part. What hits are rows of.
pub(crate) trait RowSource: fmt::Debug + Send + Sync {
    /// How many parts there are.
    fn parts(&self) -> usize;

    /// Whether the rows of a part go on in key order where those of the part before end.
    fn continues(&self, part: usize) -> bool;

    /// The rows of a part that fit, in groups from the best to the worst. May be anything once
    /// `is_stale` says so.
    fn search_part(
        &self,
        part: usize,
        plan: &Plan,
        is_stale: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows>;

    /// The record of a row.
    fn record(&self, part: usize, row: u32) -> Option<RecordRef<'_>>;
}

/// A row of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowId {
    pub(super) part: u32,
    pub(super) row: u32,
}

/// Rows in an order.
#[derive(Clone, Debug)]
pub(super) struct RowHits {
    source: Arc<dyn RowSource>,
    order: Order,
    len: usize,
}

#[derive(Clone, Debug)]
enum Order {
    /// Group by group, in a group part by part, in a part by key.
    Groups(Arc<[Run]>),
    /// One by one.
    Rows {
        rows: Arc<[RowId]>,
        /// For each part its groups, which know the levels.
        groups: Arc<[Arc<[RankedRows]>]>,
    },
}

/// The rows of one group in one part.
#[derive(Debug)]
pub(super) struct Run {
    /// How many hits come before.
    before: usize,
    part: u32,
    key: SortKey,
    level: Level,
    rows: RowSet,
}

impl RowHits {
    /// Hits in the order of the runs `(part, group)`, at most `limit`.
    pub(super) fn grouped(
        source: Arc<dyn RowSource>,
        runs: impl Iterator<Item = (u32, RankedRows)>,
        limit: usize,
    ) -> Self {
        let mut before = 0;
        let mut ordered = Vec::new();
        for (part, group) in runs {
            let count = group.rows.count() as usize;
            if count > 0 && before < limit {
                ordered.push(Run {
                    before,
                    part,
                    key: group.key,
                    level: group.level,
                    rows: group.rows,
                });
                before += count;
            }
        }
        Self {
            source,
            order: Order::Groups(ordered.into()),
            len: before.min(limit),
        }
    }

    /// Hits one by one; `groups` are those of each part.
    pub(super) fn listed(
        source: Arc<dyn RowSource>,
        rows: Vec<RowId>,
        groups: Arc<[Arc<[RankedRows]>]>,
    ) -> Self {
        Self {
            source,
            len: rows.len(),
            order: Order::Rows {
                rows: rows.into(),
                groups,
            },
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, index: usize) -> Option<Hit<'_>> {
        if index >= self.len {
            return None;
        }
        match &self.order {
            Order::Groups(runs) => {
                let run = runs.partition_point(|run| run.before <= index);
                let run = runs.get(run.checked_sub(1)?)?;
                let row = run.rows.nth((index - run.before) as u32)?;
                self.hit_in(run, row)
            }
            Order::Rows { rows, groups } => self.listed_hit(groups, *rows.get(index)?),
        }
    }

    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = Hit<'_>> + '_> {
        match &self.order {
            Order::Groups(runs) => {
                let hits = runs.iter().flat_map(move |run| {
                    run.rows.iter().filter_map(move |row| self.hit_in(run, row))
                });
                Box::new(hits.take(self.len))
            }
            Order::Rows { rows, groups } => {
                Box::new(rows.iter().filter_map(|row| self.listed_hit(groups, *row)))
            }
        }
    }

    fn hit_in(&self, run: &Run, row: u32) -> Option<Hit<'_>> {
        Some(Hit {
            key: self.source.record(run.part as usize, row)?.key,
            level: run.level,
            sort_key: run.key,
        })
    }

    fn listed_hit(&self, groups: &[Arc<[RankedRows]>], id: RowId) -> Option<Hit<'_>> {
        let group = groups
            .get(id.part as usize)?
            .iter()
            .find(|group| group.rows.contains(id.row))?;
        Some(Hit {
            key: self.source.record(id.part as usize, id.row)?.key,
            level: group.level,
            sort_key: group.key,
        })
    }
}
