//! The records of a snapshot as rows in parts, and searching them: by index where indexes are
//! built, by reading the records elsewhere.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::Snapshot;
use super::visible::RecentRows;
use crate::paths::Columns;
use crate::record::{Record, RecordRef};
use crate::row_set::RowSet;
use crate::search::{
    ConditionTest, IndexedRows, MatchScratch, PathNames, Query, RankedRows, RowId, RowSource,
    SearchControl, SearchOptions, SearchPlan, SearchResult, SortKey, TextIndex, VisitText,
    search_part, search_rows,
};
use crate::segment::{Bitmap, IndexPart, Segment, VisibleSegment};
use crate::state::State;
use crate::value::ValueRef;

/// The number of rows that one task reads without an index.
const ROWS_PER_TASK: u32 = 2048;
/// The number of rows in a slice that is read, which takes about ten milliseconds: after each slice
/// partial answers may be published.
const ROWS_PER_SLICE: u32 = if cfg!(test) { 100 } else { 8 * 1024 };
/// The number of records between two checks for cancellation.
const RECORDS_PER_CHECK: u32 = 128;

impl Snapshot {
    /// Searches all records, using indexes where they are built. Finds the same as
    /// [`search`](crate::search::search()) over the snapshot, with one exception: if there are more
    /// than [`RERANKED_MAX`](crate::search::RERANKED_MAX) hits by relevance, the order after these
    /// is coarser, and the sort key of a hit is that of the best hit in its group.
    pub fn search(
        &self,
        query: &Query,
        options: &SearchOptions,
        control: &SearchControl<'_>,
    ) -> SearchResult {
        let rows: Arc<dyn RowSource> = Arc::new(SnapshotRows::new(self));
        search_rows(&rows, query, options, None, control)
    }
}

/// The rows of a snapshot at one time.
#[derive(Debug)]
pub(super) struct SnapshotRows {
    state: Arc<State>,
    segments: Vec<VisibleSegment>,
    recent: Arc<OnceLock<RecentRows>>,
    hidden_recent: Arc<Bitmap>,
    /// For each index part its segment and its number there. The memtable is one more part, the
    /// last.
    parts: Vec<(usize, usize)>,
}

impl SnapshotRows {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let now = snapshot.now();
        let segments = snapshot.state.segments.iter();
        let segments: Vec<_> = segments.map(|view| view.visible_at(Some(now))).collect();
        let parts = segments.iter().enumerate().flat_map(|(index, visible)| {
            let parts = 0..visible.segment.index_parts().len();
            parts.map(move |part| (index, part))
        });
        Self {
            parts: parts.collect(),
            segments,
            state: Arc::clone(&snapshot.state),
            // Creates the rows of the memtable, once for all searches of the snapshot.
            hidden_recent: snapshot.recent_rows().hidden(now),
            recent: Arc::clone(&snapshot.recent),
        }
    }

    pub(super) fn recent(&self) -> &[Arc<Record>] {
        let recent = self.recent.get();
        recent.map(RecentRows::records).unwrap_or_default()
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &VisibleSegment> {
        self.segments.iter()
    }

    pub(super) fn part(&self, part: usize) -> Option<(&VisibleSegment, &IndexPart)> {
        let (segment, part) = self.parts.get(part)?;
        let visible = self.segments.get(*segment)?;
        Some((visible, visible.segment.index_parts().get(*part)?))
    }

    /// The rows of a part that are neither dead nor expired.
    pub(super) fn visible_in(&self, part: usize) -> RowSet {
        match self.part(part) {
            Some((visible, part)) => visible.hidden.unmarked_in(part.rows()),
            None => self
                .hidden_recent
                .unmarked_in(0..self.recent().len() as u32),
        }
    }

    /// Searches some rows by reading their records.
    fn scan(
        &self,
        part: usize,
        plan: &SearchPlan,
        within: &RowSet,
        rows: Range<u32>,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows> {
        let groups = Mutex::new(Vec::new());
        let tasks = (rows.end - rows.start).div_ceil(ROWS_PER_TASK);
        (0..tasks)
            .into_par_iter()
            .for_each_init(MatchScratch::default, |scratch, task| {
                let mut found: Vec<(SortKey, crate::search::Level, u32)> = Vec::new();
                let start = rows.start + task * ROWS_PER_TASK;
                for row in start..(start + ROWS_PER_TASK).min(rows.end) {
                    if row % RECORDS_PER_CHECK == 0 && is_cancelled() {
                        return;
                    }
                    if within.contains(row)
                        && let Some(record) = self.record(part, row)
                        && let Some(matched) = plan.matcher.matches_with(record, scratch)
                    {
                        found.push((matched.key.group(), matched.level, row));
                    }
                }
                let mut groups = groups.lock().unwrap_or_else(PoisonError::into_inner);
                for (key, level, row) in found {
                    insert(&mut groups, key, level, row, within.rows());
                }
            });
        groups.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a row to its group. Groups ascend by sort key.
fn insert(
    groups: &mut Vec<RankedRows>,
    key: SortKey,
    level: crate::search::Level,
    row: u32,
    rows: u32,
) {
    let index = groups
        .binary_search_by_key(&key, |group| group.key)
        .unwrap_or_else(|index| {
            let rows = RowSet::new(rows);
            groups.insert(index, RankedRows { key, level, rows });
            index
        });
    if let Some(group) = groups.get_mut(index) {
        group.rows.insert(row);
    }
}

impl RowSource for SnapshotRows {
    fn parts(&self) -> usize {
        self.parts.len() + 1
    }

    fn continues(&self, part: usize) -> bool {
        self.parts.get(part).is_some_and(|(_, part)| *part > 0)
    }

    fn slices(&self, part: usize, plan: &SearchPlan) -> Vec<Range<u32>> {
        let (len, is_read) = match self.part(part) {
            Some((_, index_part)) => {
                let rows = index_part.rows();
                let is_read = index_part.index().is_none() || plan.reads_records();
                (rows.end - rows.start, is_read)
            }
            // The memtable is small; `scan` reads it in parallel.
            None => (self.recent().len() as u32, false),
        };
        let step = if is_read { ROWS_PER_SLICE } else { len.max(1) };
        (0..len)
            .step_by(step as usize)
            .map(|start| start..len.min(start + step))
            .collect()
    }

    fn search_slice(
        &self,
        part: usize,
        rows: Range<u32>,
        plan: &SearchPlan,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows> {
        let mut within = self.visible_in(part);
        let Some((visible, index_part)) = self.part(part) else {
            return self.scan(part, plan, &within, rows, is_cancelled);
        };
        if rows.len() < within.rows() as usize {
            let mut slice = RowSet::new(within.rows());
            slice.insert_range(rows.clone());
            within.intersect(&slice);
        }
        let Some(index) = index_part.index() else {
            return self.scan(part, plan, &within, rows, is_cancelled);
        };
        let rows = PartRows {
            segment: &visible.segment,
            rows: index_part.rows(),
            text: &index.text,
            columns: &index.columns,
        };
        search_part(plan, &rows, &within, is_cancelled)
    }

    fn record(&self, part: usize, row: u32) -> Option<RecordRef<'_>> {
        if part == self.parts.len() {
            let record = self.recent().get(row as usize)?;
            return Some(record.as_ref().as_ref());
        }
        let (visible, part) = self.part(part)?;
        visible.segment.get(part.rows().start + row)
    }

    fn rows_in(&self, part: usize) -> u32 {
        match self.part(part) {
            Some((_, part)) => part.rows().end - part.rows().start,
            None => self.recent().len() as u32,
        }
    }

    fn row_of(&self, key: &str) -> Option<RowId> {
        let found = self
            .recent()
            .binary_search_by(|record| record.key.as_str().cmp(key));
        if let Ok(row) = found {
            return Some(RowId {
                part: self.parts.len() as u32,
                row: row as u32,
            });
        }
        let mut first_part = 0;
        for visible in self.segments() {
            let parts = visible.segment.index_parts();
            if let Some(row) = visible.find(key) {
                let part = parts.partition_point(|part| part.rows().end <= row);
                let start = parts.get(part)?.rows().start;
                return Some(RowId {
                    part: (first_part + part) as u32,
                    row: row - start,
                });
            }
            first_part += parts.len();
        }
        None
    }

    fn identity(&self) -> usize {
        // A state does not change while it is referenced.
        Arc::as_ptr(&self.state).addr()
    }
}

/// The rows of one indexed part.
struct PartRows<'a> {
    segment: &'a Segment,
    rows: Range<u32>,
    text: &'a TextIndex,
    columns: &'a Columns,
}

impl IndexedRows for PartRows<'_> {
    fn text(&self) -> &TextIndex {
        self.text
    }

    fn rows_matching(&self, paths: &[PathNames], test: &ConditionTest) -> Option<RowSet> {
        self.columns.rows_matching(paths, test)
    }

    fn for_each_text(&self, names: &PathNames, texts_max: usize, visit: VisitText<'_>) -> bool {
        let Some(texts) = self.columns.repeated_texts(names, texts_max) else {
            return false;
        };
        for text in texts {
            visit(text.text, &|set| text.add_rows(set));
        }
        true
    }

    fn add_passing(
        &self,
        names: &PathNames,
        repeated: bool,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) -> Option<()> {
        self.columns
            .add_passing(names, repeated, within, passes, set)
    }

    fn unread_rows(&self, names: &PathNames) -> Option<RowSet> {
        self.columns.unread_rows(names)
    }

    fn key(&self, row: u32) -> Option<&str> {
        self.segment.key(self.rows.start + row)
    }

    fn value(&self, row: u32) -> Option<ValueRef<'_>> {
        let row = self.rows.start + row;
        let is_in_part = self.rows.contains(&row);
        is_in_part.then(|| ValueRef::read(self.segment.value_bytes(row)))
    }

    fn record(&self, row: u32) -> Option<RecordRef<'_>> {
        self.segment.get(self.rows.start + row)
    }
}

#[cfg(test)]
mod tests;
