//! What a snapshot shows, as rows in parts, and the search of it: through the indexes where they
//! are built, by reading the records where they are not.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::Snapshot;
use super::shown::RecentRows;
use crate::paths::Columns;
use crate::record::{Record, RecordRef};
use crate::row_set::RowSet;
use crate::search::{
    ConditionTest, IndexedRows, MatchScratch, Place, Plan, Query, RankedRows, RowId, RowSource,
    SearchControl, SearchOptions, SearchResult, SortKey, TextIndex, VisitText, search_part,
    search_rows,
};
use crate::segment::{Bitmap, IndexPart, Segment, ShownSegment};
use crate::state::State;
use crate::value::ValueRef;

/// Rows that are read without an index are read in runs of this many: each is a task.
const ROWS_PER_TASK: u32 = 2048;
/// So many rows are read before others see what was found: ten milliseconds' worth.
const ROWS_PER_RUN: u32 = if cfg!(test) { 100 } else { 8 * 1024 };
/// Whether the answer is still wanted is asked after this many records.
const RECORDS_PER_CHECK: u32 = 128;

impl Snapshot {
    /// Searches all records. The same answers as [`search`](crate::search::search()) over the
    /// snapshot, found through indexes where there are some, with one exception: of more than
    /// [`RERANKED_MAX`](crate::search::RERANKED_MAX) hits in the order of relevance, those behind
    /// may be in a coarser order, and their sort keys are those of the best of their group.
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

/// The rows of a snapshot at one moment.
#[derive(Debug)]
pub(super) struct SnapshotRows {
    state: Arc<State>,
    segments: Vec<ShownSegment>,
    recent: Arc<OnceLock<RecentRows>>,
    hidden_recent: Arc<Bitmap>,
    /// For each part of an index its segment and its place there; the memtable is one more.
    parts: Vec<(usize, usize)>,
}

impl SnapshotRows {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let now = snapshot.now();
        let segments = snapshot.state.segments.iter();
        let segments: Vec<_> = segments.map(|view| view.shown(Some(now))).collect();
        let parts = segments.iter().enumerate().flat_map(|(index, shown)| {
            let parts = 0..shown.segment.index_parts().len();
            parts.map(move |part| (index, part))
        });
        Self {
            parts: parts.collect(),
            segments,
            state: Arc::clone(&snapshot.state),
            // The memtable's records are laid out now, once for all searches of the snapshot.
            hidden_recent: snapshot.recent_rows().hidden(now),
            recent: Arc::clone(&snapshot.recent),
        }
    }

    pub(super) fn recent(&self) -> &[Arc<Record>] {
        let recent = self.recent.get();
        recent.map(RecentRows::records).unwrap_or_default()
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &ShownSegment> {
        self.segments.iter()
    }

    pub(super) fn part(&self, part: usize) -> Option<(&ShownSegment, &IndexPart)> {
        let (segment, part) = self.parts.get(part)?;
        let shown = self.segments.get(*segment)?;
        Some((shown, shown.segment.index_parts().get(*part)?))
    }

    /// The rows of a part that can be found: neither dead nor due.
    pub(super) fn visible_in(&self, part: usize) -> RowSet {
        match self.part(part) {
            Some((shown, part)) => shown.hidden.unmarked_in(part.rows()),
            None => self
                .hidden_recent
                .unmarked_in(0..self.recent().len() as u32),
        }
    }

    /// Reads the records of some rows.
    fn scan(
        &self,
        part: usize,
        plan: &Plan,
        within: &RowSet,
        rows: Range<u32>,
        is_stale: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows> {
        let groups = Mutex::new(Vec::new());
        let tasks = (rows.end - rows.start).div_ceil(ROWS_PER_TASK);
        (0..tasks)
            .into_par_iter()
            .for_each_init(MatchScratch::default, |scratch, task| {
                let mut found: Vec<(SortKey, crate::search::Level, u32)> = Vec::new();
                let start = rows.start + task * ROWS_PER_TASK;
                for row in start..(start + ROWS_PER_TASK).min(rows.end) {
                    if row % RECORDS_PER_CHECK == 0 && is_stale() {
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

/// Adds a row to its group. Groups ascend by key.
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

    fn runs(&self, part: usize, plan: &Plan) -> Vec<Range<u32>> {
        let (len, is_read) = match self.part(part) {
            Some((_, index_part)) => {
                let rows = index_part.rows();
                let is_read = index_part.index().is_none() || plan.reads_records();
                (rows.end - rows.start, is_read)
            }
            // The memtable is small, and read by several threads at once.
            None => (self.recent().len() as u32, false),
        };
        let step = if is_read { ROWS_PER_RUN } else { len.max(1) };
        (0..len)
            .step_by(step as usize)
            .map(|start| start..len.min(start + step))
            .collect()
    }

    fn search_run(
        &self,
        part: usize,
        rows: Range<u32>,
        plan: &Plan,
        is_stale: &(dyn Fn() -> bool + Sync),
    ) -> Vec<RankedRows> {
        let mut within = self.visible_in(part);
        let Some((shown, index_part)) = self.part(part) else {
            return self.scan(part, plan, &within, rows, is_stale);
        };
        if rows.len() < within.rows() as usize {
            let mut run = RowSet::new(within.rows());
            run.insert_range(rows.clone());
            within.intersect(&run);
        }
        let Some(index) = index_part.index() else {
            return self.scan(part, plan, &within, rows, is_stale);
        };
        let rows = PartRows {
            segment: &shown.segment,
            rows: index_part.rows(),
            text: &index.text,
            columns: &index.columns,
        };
        search_part(plan, &rows, &within, is_stale)
    }

    fn record(&self, part: usize, row: u32) -> Option<RecordRef<'_>> {
        if part == self.parts.len() {
            let record = self.recent().get(row as usize)?;
            return Some(record.as_ref().as_ref());
        }
        let (shown, part) = self.part(part)?;
        shown.segment.get(part.rows().start + row)
    }

    fn rows_in(&self, part: usize) -> u32 {
        match self.part(part) {
            Some((_, part)) => part.rows().end - part.rows().start,
            None => self.recent().len() as u32,
        }
    }

    fn place_of(&self, key: &str) -> Option<RowId> {
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
        for shown in self.segments() {
            let parts = shown.segment.index_parts();
            if let Some(row) = shown.find(key) {
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
        // A state is not changed while anybody holds it.
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

    fn rows_matching(&self, places: &[Place], test: &ConditionTest) -> Option<RowSet> {
        self.columns.rows_matching(places, test)
    }

    fn for_each_text(&self, names: &Place, texts_max: usize, visit: VisitText<'_>) -> bool {
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
        names: &Place,
        repeated: bool,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) -> Option<()> {
        self.columns
            .add_passing(names, repeated, within, passes, set)
    }

    fn unread_rows(&self, names: &Place) -> Option<RowSet> {
        self.columns.unread_rows(names)
    }

    fn key(&self, row: u32) -> Option<&str> {
        self.segment.key(self.rows.start + row)
    }

    fn value(&self, row: u32) -> Option<ValueRef<'_>> {
        let row = self.rows.start + row;
        let is_there = self.rows.contains(&row);
        is_there.then(|| ValueRef::read(self.segment.value_bytes(row)))
    }

    fn record(&self, row: u32) -> Option<RecordRef<'_>> {
        self.segment.get(self.rows.start + row)
    }
}

#[cfg(test)]
mod tests;
