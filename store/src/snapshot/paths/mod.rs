//! Statistics of a path and typed look-ups in a snapshot, from the columns of indexed parts and
//! from the records of other parts.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::Snapshot;
use super::rows::SnapshotRows;
use crate::key::Key;
use crate::path::{Path, PathSegment, visit_at};
use crate::paths::{
    Columns, FoundKeys, PathSource, PathStatistics, Tally, count_record, statistics_of,
};
use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::search::{
    CancelToken, Cancelled, Condition, ConditionScratch, ConditionTest, Hits, RowSource as _,
    TextComparison, TextIndex, names_of,
};
use crate::value::{ValueRef, ValueType};

/// The number of records between two checks for cancellation.
const RECORDS_PER_CHECK: usize = 256;

impl Snapshot {
    /// The statistics of one path, of all visible records or of those among `within`; cheapest if
    /// these are hits of the same snapshot. The same as [`statistics`](crate::statistics()) over
    /// the snapshot, but values in columns are counted there instead of in the records.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
    pub fn statistics(
        &self,
        path: &Path,
        within: Option<&Hits>,
        cancel: &CancelToken,
    ) -> Result<PathStatistics, Cancelled> {
        let rows = SnapshotRows::new(self);
        let source = SnapshotPath {
            within: within.map(|hits| hits.rows_of(&rows)),
            rows,
            path: path.segments(),
            cancel,
        };
        statistics_of(&source, cancel)
    }

    /// Finds the visible records that meet a condition on a path, as [`find`](crate::find()) over
    /// the snapshot does, but using columns where they are built.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end.
    pub fn find(
        &self,
        path: &Path,
        condition: &Condition,
        limit: Option<usize>,
        cancel: &CancelToken,
    ) -> Result<FoundKeys, Cancelled> {
        let rows = SnapshotRows::new(self);
        let test = ConditionTest::new(condition, TextComparison::Exact);
        let names = [names_of(path)];
        let limit = limit.unwrap_or(usize::MAX);
        let in_part = |part: usize| {
            let mut found = FoundKeys::default();
            let mut scratch = ConditionScratch::default();
            let mut visible = rows.visible_in(part);
            let known = rows
                .columns(part)
                .and_then(|columns| columns.rows_matching(&names, &test));
            if let Some(known) = &known {
                visible.intersect(known);
            }
            for (count, row) in visible.iter().enumerate() {
                if count % RECORDS_PER_CHECK == 0 && cancel.is_cancelled() {
                    break;
                }
                if known.is_some() && found.keys.len() >= limit {
                    break;
                }
                let Some(record) = rows.record(part, row) else {
                    continue;
                };
                if known.is_none() {
                    if !test.holds(record.value, &names, &mut scratch) {
                        continue;
                    }
                    found.total += 1;
                }
                if found.keys.len() < limit {
                    found.keys.extend(Key::new(record.key));
                }
            }
            if known.is_some() {
                found.total = u64::from(visible.count());
            }
            found
        };
        let parts = (0..rows.parts()).into_par_iter();
        let found = parts
            .map(in_part)
            .reduce(FoundKeys::default, FoundKeys::joined);
        found.finish(limit, cancel)
    }
}

// The last part is the memtable.
impl SnapshotRows {
    pub(super) fn chosen_in(&self, part: usize, chosen: Option<&[RowSet]>) -> RowSet {
        let mut rows = self.visible_in(part);
        if let Some(chosen) = chosen.and_then(|chosen| chosen.get(part)) {
            rows.intersect(chosen);
        }
        rows
    }

    /// The text index of a part, if it is built.
    pub(super) fn text(&self, part: usize) -> Option<&TextIndex> {
        let (_, part) = self.part(part)?;
        Some(&part.index()?.text)
    }

    /// The columns of a part, if they are built and have all of its paths.
    pub(super) fn columns(&self, part: usize) -> Option<&Columns> {
        let (_, part) = self.part(part)?;
        let columns = &part.index()?.columns;
        (!columns.has_gaps()).then_some(columns)
    }
}

/// One path of a snapshot.
struct SnapshotPath<'a> {
    rows: SnapshotRows,
    within: Option<Vec<RowSet>>,
    path: Vec<PathSegment>,
    cancel: &'a CancelToken,
}

impl SnapshotPath<'_> {
    /// Visits the records of some rows.
    fn read(&self, part: usize, rows: &RowSet, visit: &mut dyn FnMut(RecordRef<'_>)) {
        for (count, row) in rows.iter().enumerate() {
            if count % RECORDS_PER_CHECK == 0 && self.cancel.is_cancelled() {
                return;
            }
            if let Some(record) = self.rows.record(part, row) {
                visit(record);
            }
        }
    }

    /// Counts the values in columns, and reads the records for the scalars that are not in them.
    fn count_columns(&self, columns: &Columns, part: usize, rows: &RowSet, tally: &mut dyn Tally) {
        let Some(column) = columns.get(&self.path) else {
            tally.records(rows.count().into(), 0);
            return;
        };
        let mut present = RowSet::new(columns.rows());
        column.add_rows(&mut present);
        present.intersect(rows);
        tally.records(rows.count().into(), present.count().into());
        column.visit_in(rows, &mut |value, count| {
            tally.types(value.value_type(), count);
            tally.scalar(value, count);
        });
        let mut unread = Vec::new();
        column.visit_types_in(rows, &mut |value_type, count| {
            tally.types(value_type, count);
            match value_type {
                ValueType::Null if count > 0 => tally.scalar(ValueRef::Null, count),
                ValueType::String | ValueType::Bytes | ValueType::Timestamp => {
                    unread.push(value_type);
                }
                _ => {}
            }
        });
        let mut to_read = column.unread_rows(columns.rows());
        to_read.intersect(rows);
        self.read(part, &to_read, &mut |record| {
            visit_at(record.value, &self.path, &mut |found| {
                if unread.contains(&found.value_type()) {
                    tally.scalar(found, 1);
                }
            });
        });
    }
}

impl PathSource for SnapshotPath<'_> {
    fn parts(&self) -> usize {
        self.rows.parts()
    }

    fn count_into(&self, part: usize, tally: &mut dyn Tally) {
        let rows = self.rows.chosen_in(part, self.within.as_deref());
        match self.rows.columns(part) {
            Some(columns) => self.count_columns(columns, part, &rows, tally),
            None => self.read(part, &rows, &mut |record| {
                count_record(record.value, &self.path, tally);
            }),
        }
    }

    fn index_bytes(&self) -> u64 {
        (0..self.rows.parts())
            .filter_map(|part| self.rows.columns(part)?.get(&self.path))
            .map(|column| column.bytes() as u64)
            .sum()
    }
}

#[cfg(test)]
mod tests;
