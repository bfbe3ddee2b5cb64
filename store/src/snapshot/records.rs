//! Walking what a snapshot shows, in key order.

use std::iter::Peekable;
use std::ops::Bound;

use bytes::Bytes;

use crate::clock::Millis;
use crate::memtable::Recent;
use crate::record::RecordRef;
use crate::segment::{SegmentView, ShownSegment};
use crate::state::State;

/// The visible records of a range, in key order.
#[derive(Debug)]
pub struct Records<'a> {
    runs: Vec<Run<'a>>,
    recent: Peekable<Recent<'a>>,
    end: Bound<String>,
    /// Records that are due by then are left out; without a time none is.
    now: Option<Millis>,
}

/// A segment and the row in it that comes next.
#[derive(Debug)]
struct Run<'a> {
    view: &'a SegmentView,
    shown: ShownSegment,
    row: u32,
}

/// A block that a checkpoint can take over as it stands.
pub(super) struct WholeBlock {
    run: usize,
    chunk: Bytes,
    /// The row behind its last.
    end: u32,
}

impl Run<'_> {
    fn go_on_from(&mut self, row: u32) {
        self.row = self.shown.next(row);
    }
}

impl<'a> Records<'a> {
    /// The records between two keys that are visible at `now`; without a time those that are due
    /// as well.
    pub(super) fn new(
        state: &'a State,
        now: Option<Millis>,
        start: Bound<&str>,
        end: Bound<&str>,
    ) -> Self {
        let runs = state.segments.iter().map(|view| {
            let row = match start {
                Bound::Unbounded => 0,
                Bound::Included(key) => view.segment.find(key).unwrap_or_else(|row| row),
                Bound::Excluded(key) => {
                    view.segment.find(key).map_or_else(|row| row, |row| row + 1)
                }
            };
            let shown = view.shown(now);
            Run {
                row: shown.next(row),
                view,
                shown,
            }
        });
        Self {
            runs: runs.collect(),
            recent: state.memtable.range_from(start).peekable(),
            end: end.map(str::to_owned),
            now,
        }
    }

    pub(super) fn next_with_value(&mut self) -> Option<(RecordRef<'a>, &'a [u8])> {
        loop {
            let (record, value) = self.next_live()?;
            let inside = match &self.end {
                Bound::Unbounded => true,
                Bound::Included(end) => record.key <= end.as_str(),
                Bound::Excluded(end) => record.key < end.as_str(),
            };
            if !inside {
                return None;
            }
            // Of the segments no row comes that is due; the memtable's records are few.
            if self.now.is_none_or(|now| !record.meta.is_due(now)) {
                return Some((record, value));
            }
        }
    }

    /// What comes next, if it is all of a block and nothing else.
    pub(super) fn whole_block(&mut self, bytes_min: usize) -> Option<WholeBlock> {
        let next_keys = self.runs.iter().enumerate();
        let next_keys =
            next_keys.filter_map(|(index, run)| Some((index, run.view.segment.key(run.row)?)));
        let (index, _) = next_keys.clone().min_by_key(|(_, key)| *key)?;
        let run = self.runs.get(index)?;
        let (block, rows) = run.view.segment.block_at(run.row)?;
        if run.row != rows.start {
            return None;
        }
        let chunk = block.chunk().filter(|chunk| chunk.len() >= bytes_min)?;
        let last = block.last_key();
        let recent = self.recent.peek().map(|(key, _)| key.as_str());
        let is_alone = next_keys
            .filter(|(other, _)| *other != index)
            .map(|(_, key)| key)
            .chain(recent)
            .all(|key| last < key);
        (is_alone && run.shown.shows_all(rows.clone())).then(|| WholeBlock {
            run: index,
            chunk: chunk.clone(),
            end: rows.end,
        })
    }

    /// Goes on behind a block; returns the chunk it was made of.
    pub(super) fn pass(&mut self, whole: WholeBlock) -> Bytes {
        if let Some(run) = self.runs.get_mut(whole.run) {
            run.go_on_from(whole.end);
        }
        whole.chunk
    }

    fn next_live(&mut self) -> Option<(RecordRef<'a>, &'a [u8])> {
        let sealed = self
            .runs
            .iter()
            .enumerate()
            .filter_map(|(index, run)| Some((index, run.view.segment.get(run.row)?)))
            .min_by_key(|(_, record)| record.key);
        let recent = self.recent.peek().map(|(_, record)| *record);
        match (sealed, recent) {
            (Some((index, record)), recent)
                if recent.is_none_or(|recent| record.key < recent.key.as_str()) =>
            {
                let run = self.runs.get_mut(index)?;
                let value = run.view.segment.value_bytes(run.row);
                run.go_on_from(run.row + 1);
                Some((record, value))
            }
            _ => {
                let (_, record) = self.recent.next()?;
                Some((record.as_ref().as_ref(), record.value.as_bytes()))
            }
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = RecordRef<'a>;

    fn next(&mut self) -> Option<RecordRef<'a>> {
        self.next_with_value().map(|(record, _)| record)
    }
}
