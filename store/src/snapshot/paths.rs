//! What stands at a path of the records a snapshot shows: from the columns of indexed parts, from
//! the records of all others.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::Snapshot;
use super::rows::SnapshotRows;
use crate::key::Key;
use crate::path::{Path, PathSegment, visit_at};
use crate::paths::{Columns, Found, PathSource, PathStatistics, Tally, statistics_of, tell_record};
use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::search::{
    Cancelled, Condition, ConditionScratch, ConditionTest, RowSource as _, TextComparison, Ticket,
    names_of,
};
use crate::segment::{IndexPart, SegmentView};
use crate::value::{ValueRef, ValueType, cmp_values};

/// Whether the answer is still wanted is asked after this many records.
const RECORDS_PER_CHECK: usize = 256;

impl Snapshot {
    /// The statistics of one path: of all visible records, or only of those among `within`.
    /// Complete and exact like [`statistics`](crate::statistics()) over the snapshot, but values
    /// that columns keep are counted there instead of in the records.
    pub fn statistics(
        &self,
        path: &Path,
        within: Option<&[Key]>,
        ticket: &Ticket,
    ) -> Result<PathStatistics, Cancelled> {
        let source = SnapshotPath {
            within: within.map(|keys| self.rows_of(keys)),
            rows: SnapshotRows::new(self),
            path: path.segments(),
            ticket,
        };
        statistics_of(&source, ticket)
    }

    /// Finds the visible records that fulfil a condition on a path, as
    /// [`find`](crate::find()) does over the snapshot, through columns where there are some.
    pub fn find(
        &self,
        path: &Path,
        condition: &Condition,
        limit: Option<usize>,
        ticket: &Ticket,
    ) -> Result<Found, Cancelled> {
        let rows = SnapshotRows::new(self);
        let test = ConditionTest::new(condition, TextComparison::Exact);
        let places = [names_of(path)];
        let limit = limit.unwrap_or(usize::MAX);
        let in_part = |part: usize| {
            let mut found = Found::default();
            let mut scratch = ConditionScratch::default();
            let mut visible = rows.visible_in(part);
            let known = rows
                .columns(part)
                .and_then(|columns| columns.rows_matching(&places, &test));
            if let Some(known) = &known {
                visible.intersect(known);
            }
            for (count, row) in visible.iter().enumerate() {
                if count % RECORDS_PER_CHECK == 0 && !ticket.is_current() {
                    break;
                }
                if known.is_some() && found.keys.len() >= limit {
                    break;
                }
                let Some(record) = rows.record(part, row) else {
                    continue;
                };
                if known.is_none() {
                    if !test.holds(record.value, &places, &mut scratch) {
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
        let found = parts.map(in_part).reduce(Found::default, Found::joined);
        found.finish(limit, ticket)
    }

    /// Orders records by the first scalar at a path: all visible ones, or those among `within`.
    /// Records without one come last in both directions, and equal ones in the order of their
    /// keys. With a limit only the first in the order are found, which costs less.
    pub fn sorted_by_path(
        &self,
        path: &Path,
        descending: bool,
        within: Option<&[Key]>,
        limit: Option<usize>,
        ticket: &Ticket,
    ) -> Result<Vec<Key>, Cancelled> {
        let rows = SnapshotRows::new(self);
        let segments = path.segments();
        let chosen = within.map(|keys| self.rows_of(keys));
        let in_part = |part: usize| {
            let mut entries = Vec::new();
            for (count, row) in rows.chosen_in(part, chosen.as_deref()).iter().enumerate() {
                if count % RECORDS_PER_CHECK == 0 && !ticket.is_current() {
                    break;
                }
                if let Some(record) = rows.record(part, row) {
                    entries.push((first_scalar(record.value, &segments), record.key));
                }
            }
            entries
        };
        let parts: Vec<Vec<_>> = (0..rows.parts()).into_par_iter().map(in_part).collect();
        let mut entries: Vec<(Option<ValueRef<'_>>, &str)> = parts.into_iter().flatten().collect();
        let order = |left: &(Option<ValueRef<'_>>, &str), right: &(Option<ValueRef<'_>>, &str)| {
            let by_value = match (left.0, right.0) {
                (Some(left), Some(right)) if descending => cmp_values(right, left),
                (Some(left), Some(right)) => cmp_values(left, right),
                (left, right) => right.is_some().cmp(&left.is_some()),
            };
            by_value.then_with(|| left.1.cmp(right.1))
        };
        if let Some(limit) = limit.filter(|limit| *limit < entries.len()) {
            if limit > 0 {
                entries.select_nth_unstable_by(limit - 1, order);
            }
            entries.truncate(limit);
        }
        entries.par_sort_unstable_by(order);
        if !ticket.is_current() {
            return Err(Cancelled);
        }
        let keys = entries.into_iter();
        Ok(keys.filter_map(|(_, key)| Key::new(key).ok()).collect())
    }

    /// The rows of some keys, as a set for each part.
    fn rows_of(&self, keys: &[Key]) -> Vec<RowSet> {
        let rows = SnapshotRows::new(self);
        let mut sets: Vec<RowSet> = (0..rows.parts())
            .map(|part| RowSet::new(rows.rows_in(part)))
            .collect();
        for key in keys {
            if let Some((part, row)) = rows.place_of(key)
                && let Some(set) = sets.get_mut(part)
            {
                set.insert(row);
            }
        }
        sets
    }
}

fn first_scalar<'a>(value: ValueRef<'a>, path: &[PathSegment]) -> Option<ValueRef<'a>> {
    let mut first = None;
    visit_at(value, path, &mut |found| {
        if first.is_none() && !matches!(found, ValueRef::List(_) | ValueRef::Map(_)) {
            first = Some(found);
        }
    });
    first
}

/// The last part is the memtable.
impl SnapshotRows {
    fn rows_in(&self, part: usize) -> u32 {
        match self.part(part) {
            Some((_, part)) => part.rows().end - part.rows().start,
            None => self.recent().len() as u32,
        }
    }

    fn visible_in(&self, part: usize) -> RowSet {
        match self.part(part) {
            Some((view, part)) => self.visible(view, part.rows()),
            None => self.visible_recent(),
        }
    }

    fn chosen_in(&self, part: usize, chosen: Option<&[RowSet]>) -> RowSet {
        let mut rows = self.visible_in(part);
        if let Some(chosen) = chosen.and_then(|chosen| chosen.get(part)) {
            rows.intersect(chosen);
        }
        rows
    }

    /// The columns of a part that is indexed and has all its paths in them.
    fn columns(&self, part: usize) -> Option<&Columns> {
        let (_, part): (&SegmentView, &IndexPart) = self.part(part)?;
        let columns = &part.index()?.columns;
        (!columns.has_gaps()).then_some(columns)
    }

    fn place_of(&self, key: &Key) -> Option<(usize, u32)> {
        let last = self.parts() - 1;
        if let Ok(row) = self.recent().binary_search_by(|record| record.key.cmp(key)) {
            return Some((last, row as u32));
        }
        let mut first_part = 0;
        for view in self.segments() {
            if let Some(row) = view.find_live(key.as_str()) {
                let parts = view.segment.index_parts();
                let part = parts.partition_point(|part| part.rows().end <= row);
                let start = parts.get(part)?.rows().start;
                return Some((first_part + part, row - start));
            }
            first_part += view.segment.index_parts().len();
        }
        None
    }
}

/// One path of a snapshot.
struct SnapshotPath<'a> {
    rows: SnapshotRows,
    within: Option<Vec<RowSet>>,
    path: Vec<PathSegment>,
    ticket: &'a Ticket,
}

impl SnapshotPath<'_> {
    /// Reads the records of some rows.
    fn read(&self, part: usize, rows: &RowSet, tell: &mut dyn FnMut(RecordRef<'_>)) {
        for (count, row) in rows.iter().enumerate() {
            if count % RECORDS_PER_CHECK == 0 && !self.ticket.is_current() {
                return;
            }
            if let Some(record) = self.rows.record(part, row) {
                tell(record);
            }
        }
    }

    /// Tells what columns know, and reads the records for the scalars that they do not keep.
    fn tell_columns(&self, columns: &Columns, part: usize, rows: &RowSet, tally: &mut dyn Tally) {
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

    fn tell(&self, part: usize, tally: &mut dyn Tally) {
        let rows = self.rows.chosen_in(part, self.within.as_deref());
        match self.rows.columns(part) {
            Some(columns) => self.tell_columns(columns, part, &rows, tally),
            None => self.read(part, &rows, &mut |record| {
                tell_record(record.value, &self.path, tally);
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
