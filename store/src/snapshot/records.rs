//! Iterating over the records of a snapshot in key order.

use std::iter::Peekable;
use std::ops::Bound;

use bytes::Bytes;

use crate::clock::Millis;
use crate::memtable::MemtableRange;
use crate::record::RecordRef;
use crate::segment::{SegmentView, VisibleSegment};
use crate::state::State;

/// The visible records of a range, in key order.
#[derive(Debug)]
pub struct Records<'a> {
    cursors: Vec<SegmentCursor<'a>>,
    recent: Peekable<MemtableRange<'a>>,
    end: Bound<String>,
    /// Records that have expired by then are left out; with `None` all are included.
    now: Option<Millis>,
}

/// A segment and its next visible row.
#[derive(Debug)]
struct SegmentCursor<'a> {
    view: &'a SegmentView,
    visible: VisibleSegment,
    row: u32,
}

/// A block that a checkpoint can reuse unchanged.
pub(super) struct WholeBlock {
    cursor: usize,
    chunk: Bytes,
    /// The row after its last one.
    end: u32,
}

impl SegmentCursor<'_> {
    fn move_to(&mut self, row: u32) {
        self.row = self.visible.next(row);
    }
}

impl<'a> Records<'a> {
    /// The records between two keys that are visible at `now`; with `None` expired ones too.
    pub(super) fn new(
        state: &'a State,
        now: Option<Millis>,
        start: Bound<&str>,
        end: Bound<&str>,
    ) -> Self {
        let cursors = state.segments.iter().map(|view| {
            let row = match start {
                Bound::Unbounded => 0,
                Bound::Included(key) => view.segment.find(key).unwrap_or_else(|row| row),
                Bound::Excluded(key) => {
                    view.segment.find(key).map_or_else(|row| row, |row| row + 1)
                }
            };
            let visible = view.visible_at(now);
            SegmentCursor {
                row: visible.next(row),
                view,
                visible,
            }
        });
        Self {
            cursors: cursors.collect(),
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
            // Only needed for records of the memtable; segments skip expired rows.
            if self.now.is_none_or(|now| !record.meta.is_due(now)) {
                return Some((record, value));
            }
        }
    }

    /// The next records, if they are exactly those of one block.
    pub(super) fn whole_block(&mut self, bytes_min: usize) -> Option<WholeBlock> {
        let next_keys = self.cursors.iter().enumerate();
        let next_keys = next_keys
            .filter_map(|(index, cursor)| Some((index, cursor.view.segment.key(cursor.row)?)));
        let (index, _) = next_keys.clone().min_by_key(|(_, key)| *key)?;
        let cursor = self.cursors.get(index)?;
        let (block, rows) = cursor.view.segment.block_at(cursor.row)?;
        if cursor.row != rows.start {
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
        (is_alone && cursor.visible.are_all_visible(rows.clone())).then(|| WholeBlock {
            cursor: index,
            chunk: chunk.clone(),
            end: rows.end,
        })
    }

    /// Skips a block and returns its chunk.
    pub(super) fn pass(&mut self, whole: WholeBlock) -> Bytes {
        if let Some(cursor) = self.cursors.get_mut(whole.cursor) {
            cursor.move_to(whole.end);
        }
        whole.chunk
    }

    fn next_live(&mut self) -> Option<(RecordRef<'a>, &'a [u8])> {
        let sealed = self
            .cursors
            .iter()
            .enumerate()
            .filter_map(|(index, cursor)| Some((index, cursor.view.segment.get(cursor.row)?)))
            .min_by_key(|(_, record)| record.key);
        let recent = self.recent.peek().map(|(_, record)| *record);
        match (sealed, recent) {
            (Some((index, record)), recent)
                if recent.is_none_or(|recent| record.key < recent.key.as_str()) =>
            {
                let cursor = self.cursors.get_mut(index)?;
                let value = cursor.view.segment.value_bytes(cursor.row);
                cursor.move_to(cursor.row + 1);
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
