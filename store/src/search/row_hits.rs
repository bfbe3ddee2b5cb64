//! Records found through an index, as rows: any of them is there at once, none is held as text.

use std::fmt;
use std::ops::Range;
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

    /// The rows of a part in runs, each of which is searched within some milliseconds: the whole
    /// part where an index tells all, less where records have to be read.
    fn runs(&self, part: usize, plan: &Plan) -> Vec<Range<u32>>;

    /// The rows of a run of a part that fit, in groups from the best to the worst. May be anything
    /// once `is_stale` says so.
    fn search_run(
        &self,
        part: usize,
        rows: Range<u32>,
        plan: &Plan,
        is_stale: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows>;

    /// The record of a row.
    fn record(&self, part: usize, row: u32) -> Option<RecordRef<'_>>;

    /// How many rows a part has.
    fn rows_in(&self, part: usize) -> u32;

    /// The row of a key.
    fn place_of(&self, key: &str) -> Option<RowId>;

    /// The same number for sources that are there at the same time and whose rows are the same.
    fn identity(&self) -> usize;
}

/// A row of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowId {
    pub(crate) part: u32,
    pub(crate) row: u32,
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
        /// Whether every row of the groups is listed.
        is_whole: bool,
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

    /// The place of a key in the order. Costs a look at each run of rows, or at each hit where they
    /// are in an order of their own, but reads one record at most.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        let id = self.source.place_of(key)?;
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

    /// Whether a key is among the hits. Costs a look at each group of rows, and at each hit only
    /// where not all of a group are listed.
    pub(super) fn contains(&self, key: &str) -> bool {
        match &self.order {
            Order::Rows {
                groups,
                is_whole: true,
                ..
            } => self.source.place_of(key).is_some_and(|id| {
                let groups = groups.get(id.part as usize);
                groups.is_some_and(|groups| groups.iter().any(|group| group.rows.contains(id.row)))
            }),
            _ => self.position(key).is_some(),
        }
    }

    /// The hits at some places of the order, as a set of rows for each part of their source.
    pub(super) fn rows_at(&self, places: Range<usize>) -> (Arc<dyn RowSource>, Vec<RowSet>) {
        let source = &self.source;
        let mut sets: Vec<_> = (0..source.parts())
            .map(|part| RowSet::new(source.rows_in(part)))
            .collect();
        let places = places.start.min(self.len)..places.end.min(self.len);
        match &self.order {
            Order::Groups(runs) => {
                for run in runs.iter() {
                    let count = run.rows.count() as usize;
                    let first = places.start.saturating_sub(run.before).min(count);
                    let end = places.end.saturating_sub(run.before).min(count);
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
                for id in rows.get(places).unwrap_or_default() {
                    if let Some(set) = sets.get_mut(id.part as usize) {
                        set.insert(id.row);
                    }
                }
            }
        }
        (Arc::clone(source), sets)
    }

    /// Adds the hits to the set of each part of a source. Rows of another source are looked up by
    /// their keys.
    pub(super) fn add_to(&self, source: &dyn RowSource, sets: &mut [RowSet]) {
        let mut insert = |id: RowId| {
            if let Some(set) = sets.get_mut(id.part as usize) {
                set.insert(id.row);
            }
        };
        if source.identity() != self.source.identity() {
            let places = self.iter().filter_map(|hit| source.place_of(hit.key));
            return places.for_each(insert);
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

    /// The hits at some places of the order.
    pub(super) fn iter_in(&self, places: Range<usize>) -> Box<dyn Iterator<Item = Hit<'_>> + '_> {
        let places = places.start..places.end.min(self.len);
        match &self.order {
            Order::Groups(runs) => {
                let first = runs.partition_point(|run| run.before <= places.start);
                let first = first.saturating_sub(1);
                let runs = runs.get(first..).unwrap_or_default();
                let start = places.start;
                // Only of the first run are rows passed over, and those not one by one.
                let rows = runs.iter().flat_map(move |run| {
                    let passed = start.saturating_sub(run.before) as u32;
                    run.rows.iter_behind(passed).map(move |row| (run, row))
                });
                let rows = rows.take(places.len());
                Box::new(rows.filter_map(|(run, row)| self.hit_in(run, row)))
            }
            Order::Rows { rows, groups, .. } => {
                let rows = rows.get(places).unwrap_or_default();
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
