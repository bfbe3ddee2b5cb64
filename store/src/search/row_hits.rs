//! Records found by an index, as rows: any hit is available at once, and no keys are copied.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::hit::Hit;
use super::index::{RankedRows, SearchPlan};
use super::matcher::SortKey;
use super::mode::Level;
use crate::record::RecordRef;
use crate::row_set::RowSet;

/// Records in parts, and the search of one part. Hits are rows of a source.
pub(crate) trait RowSource: fmt::Debug + Send + Sync {
    /// The number of parts.
    fn parts(&self) -> usize;

    /// Whether the keys of a part are all greater than those of the part before it.
    fn continues(&self, part: usize) -> bool;

    /// Divides the rows of a part into slices that take a few milliseconds each to search: the
    /// whole part if the index suffices, less if records have to be read.
    fn slices(&self, part: usize, plan: &SearchPlan) -> Vec<Range<u32>>;

    /// The matching rows of a slice of a part, in groups from the best to the worst. The result is
    /// unspecified once `is_cancelled` returns `true`.
    fn search_slice(
        &self,
        part: usize,
        rows: Range<u32>,
        plan: &SearchPlan,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows>;

    /// The record of a row.
    fn record(&self, part: usize, row: u32) -> Option<RecordRef<'_>>;

    /// The number of rows of a part.
    fn rows_in(&self, part: usize) -> u32;

    /// The row of a key, if the source has it.
    fn row_of(&self, key: &str) -> Option<RowId>;

    /// A number that two sources share only if they exist at the same time and have the same rows.
    fn identity(&self) -> usize;
}

/// A row of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowId {
    pub(crate) part: u32,
    pub(crate) row: u32,
}

/// Rows in an order, with their levels.
#[derive(Clone, Debug)]
pub(super) struct RowHits {
    source: Arc<dyn RowSource>,
    order: Order,
    len: usize,
}

#[derive(Clone, Debug)]
enum Order {
    /// Group by group, within a group part by part, within a part by key.
    Groups(Arc<[GroupInPart]>),
    /// Each row listed.
    Rows {
        rows: Arc<[RowId]>,
        /// The groups of each part, for the levels of rows.
        groups: Arc<[Arc<[RankedRows]>]>,
        /// Whether all rows of the groups are listed.
        is_whole: bool,
    },
}

/// The rows of one group in one part.
#[derive(Debug)]
pub(super) struct GroupInPart {
    /// The number of hits before these.
    before: usize,
    part: u32,
    key: SortKey,
    level: Level,
    rows: RowSet,
}

impl RowHits {
    /// Hits in the order of pairs `(part, group)`, at most `limit`.
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
                ordered.push(GroupInPart {
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

    /// Hits in the order of `rows`; `groups` are the groups of each part.
    pub(super) fn listed(
        source: Arc<dyn RowSource>,
        rows: Vec<RowId>,
        groups: Arc<[Arc<[RankedRows]>]>,
    ) -> Self {
        let counts = groups.iter().flat_map(|groups| groups.iter());
        let found: usize = counts.map(|group| group.rows.count() as usize).sum();
        Self {
            source,
            len: rows.len(),
            order: Order::Rows {
                is_whole: found == rows.len(),
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
            Order::Rows { rows, groups, .. } => self.listed_hit(groups, *rows.get(index)?),
        }
    }

    /// The index of a key in the order. Looks at each group in each part, or at each hit if the
    /// rows are listed, but reads at most one record.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        let id = self.source.row_of(key)?;
        let place = match &self.order {
            Order::Groups(runs) => {
                let run = runs
                    .iter()
                    .find(|run| run.part == id.part && run.rows.contains(id.row))?;
                run.before + run.rows.count_below(id.row) as usize
            }
            Order::Rows { rows, .. } => rows.iter().position(|row| *row == id)?,
        };
        (place < self.len).then_some(place)
    }

    /// Whether a key is among the hits. Looks at each group of a part, or at each hit if only some
    /// rows of the groups are listed.
    pub(super) fn contains(&self, key: &str) -> bool {
        match &self.order {
            Order::Rows {
                groups,
                is_whole: true,
                ..
            } => self.source.row_of(key).is_some_and(|id| {
                let groups = groups.get(id.part as usize);
                groups.is_some_and(|groups| groups.iter().any(|group| group.rows.contains(id.row)))
            }),
            _ => self.position(key).is_some(),
        }
    }

    /// The hits in a range of the order, as a set of rows for each part of their source.
    pub(super) fn rows_in(&self, range: Range<usize>) -> (Arc<dyn RowSource>, Vec<RowSet>) {
        let source = &self.source;
        let mut sets: Vec<_> = (0..source.parts())
            .map(|part| RowSet::new(source.rows_in(part)))
            .collect();
        let range = range.start.min(self.len)..range.end.min(self.len);
        match &self.order {
            Order::Groups(runs) => {
                for run in runs.iter() {
                    let count = run.rows.count() as usize;
                    let first = range.start.saturating_sub(run.before).min(count);
                    let end = range.end.saturating_sub(run.before).min(count);
                    let Some(set) = sets.get_mut(run.part as usize) else {
                        continue;
                    };
                    if end - first.min(end) == count {
                        set.unite(&run.rows);
                    } else if first < end {
                        let rows = run.rows.iter().skip(first).take(end - first);
                        rows.for_each(|row| set.insert(row));
                    }
                }
            }
            Order::Rows { rows, .. } => {
                for id in rows.get(range).unwrap_or_default() {
                    if let Some(set) = sets.get_mut(id.part as usize) {
                        set.insert(id.row);
                    }
                }
            }
        }
        (Arc::clone(source), sets)
    }

    /// Adds the hits to the sets of the parts of a source. If that is not the source of these hits,
    /// they are looked up by key.
    pub(super) fn add_to(&self, source: &dyn RowSource, sets: &mut [RowSet]) {
        let mut insert = |id: RowId| {
            if let Some(set) = sets.get_mut(id.part as usize) {
                set.insert(id.row);
            }
        };
        if source.identity() != self.source.identity() {
            let rows = self.iter().filter_map(|hit| source.row_of(hit.key));
            return rows.for_each(insert);
        }
        match &self.order {
            Order::Groups(runs) => {
                let mut room = self.len;
                for run in runs.iter() {
                    let count = run.rows.count() as usize;
                    match sets.get_mut(run.part as usize) {
                        Some(set) if count <= room => set.unite(&run.rows),
                        Some(set) => run.rows.iter().take(room).for_each(|row| set.insert(row)),
                        None => {}
                    }
                    room = room.saturating_sub(count);
                }
            }
            Order::Rows { rows, .. } => rows.iter().copied().for_each(&mut insert),
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
            Order::Rows { rows, groups, .. } => {
                Box::new(rows.iter().filter_map(|row| self.listed_hit(groups, *row)))
            }
        }
    }

    /// The hits in a range of the order.
    pub(super) fn iter_in(&self, range: Range<usize>) -> Box<dyn Iterator<Item = Hit<'_>> + '_> {
        let range = range.start..range.end.min(self.len);
        match &self.order {
            Order::Groups(runs) => {
                let first = runs.partition_point(|run| run.before <= range.start);
                let first = first.saturating_sub(1);
                let runs = runs.get(first..).unwrap_or_default();
                let start = range.start;
                // Rows are skipped only in the first run, and not one by one.
                let rows = runs.iter().flat_map(move |run| {
                    let skipped = start.saturating_sub(run.before) as u32;
                    run.rows.iter_skip(skipped).map(move |row| (run, row))
                });
                let rows = rows.take(range.len());
                Box::new(rows.filter_map(|(run, row)| self.hit_in(run, row)))
            }
            Order::Rows { rows, groups, .. } => {
                let rows = rows.get(range).unwrap_or_default();
                Box::new(rows.iter().filter_map(|row| self.listed_hit(groups, *row)))
            }
        }
    }

    fn hit_in(&self, run: &GroupInPart, row: u32) -> Option<Hit<'_>> {
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
