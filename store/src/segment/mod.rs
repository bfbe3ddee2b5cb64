//! Segments: immutable sorted runs of records. A record is addressed by its row.

mod bitmap;
mod block;
mod builder;
mod expiring;
mod index;
mod merge;
mod reindex;
mod view;

pub(crate) use bitmap::Bitmap;
pub(crate) use block::Block;
pub(crate) use builder::{build, build_blocks};
pub(crate) use expiring::{ExpiringRows, HiddenRows};
pub(crate) use index::{IndexPart, ROWS_PER_CHECK};
pub use merge::{Merge, Merged};
pub(crate) use view::{SegmentView, VisibleSegment};

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use crate::record::{Record, RecordRef, Scan};

/// Records in key order, in blocks. The chunks of a checkpoint become the blocks of the first
/// segment, so opening a file needs no sorting.
#[derive(Debug)]
pub(crate) struct Segment {
    blocks: Box<[Arc<Block>]>,
    /// The row at which each block starts.
    starts: Box<[u32]>,
    parts: Box<[IndexPart]>,
    expiring: ExpiringRows,
    len: u32,
}

impl Segment {
    /// A segment of blocks that ascend by key; `None` if they do not, or if there are more than
    /// 2^32 records.
    pub(crate) fn new(blocks: Vec<Arc<Block>>) -> Option<Self> {
        let blocks: Vec<_> = blocks.into_iter().filter(|block| block.len() > 0).collect();
        if blocks
            .array_windows()
            .any(|[left, right]| left.last_key() >= right.first_key())
        {
            return None;
        }
        let mut starts = Vec::with_capacity(blocks.len());
        let mut len = 0_u32;
        let mut expiring = Vec::new();
        for block in &blocks {
            starts.push(len);
            expiring.extend(block.expiry_times().map(|(at, row)| (at, len + row)));
            len = len.checked_add(u32::try_from(block.len()).ok()?)?;
        }
        Some(Self {
            blocks: blocks.into(),
            starts: starts.into(),
            parts: IndexPart::divide(len),
            expiring: ExpiringRows::new(expiring),
            len,
        })
    }

    /// The number of records.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// The blocks in order.
    pub(crate) fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// The rows whose records have an expiry.
    pub(crate) const fn expiring(&self) -> &ExpiringRows {
        &self.expiring
    }

    /// The parts of the index, in the order of their rows.
    pub(crate) const fn index_parts(&self) -> &[IndexPart] {
        &self.parts
    }

    /// The row at which a block starts.
    pub(crate) fn block_start(&self, block: usize) -> u32 {
        self.starts.get(block).copied().unwrap_or(self.len)
    }

    /// The row of a key, or the row at which it would be inserted.
    pub(crate) fn find(&self, key: &str) -> Result<u32, u32> {
        let after = self
            .blocks
            .partition_point(|block| block.first_key_bytes() <= key.as_bytes());
        let Some(index) = after.checked_sub(1) else {
            return Err(0);
        };
        let start = self.block_start(index);
        match self
            .blocks
            .get(index)
            .map_or(Err(0), |block| block.find(key))
        {
            Ok(row) => Ok(start + row as u32),
            Err(row) => Err(start + row as u32),
        }
    }

    /// The key of a row.
    pub(crate) fn key(&self, row: u32) -> Option<&str> {
        let (block, index) = self.locate(row)?;
        block.key_at(index)
    }

    /// The block of a row, and the rows of that block.
    pub(crate) fn block_at(&self, row: u32) -> Option<(&Block, Range<u32>)> {
        let (block, index) = self.locate(row)?;
        let start = row - index as u32;
        Some((block, start..start + block.len() as u32))
    }

    /// The record of a row.
    pub(crate) fn get(&self, row: u32) -> Option<RecordRef<'_>> {
        let (block, index) = self.locate(row)?;
        block.get(index)
    }

    /// The record of a row, owned; it shares the bytes of the block.
    pub(crate) fn record(&self, row: u32) -> Option<Record> {
        let (block, index) = self.locate(row)?;
        block.record(index)
    }

    /// The encoded value of a row.
    pub(crate) fn value_bytes(&self, row: u32) -> &[u8] {
        self.locate(row)
            .map_or(&[], |(block, index)| block.value_bytes(index))
    }

    fn locate(&self, row: u32) -> Option<(&Block, usize)> {
        let index = self
            .starts
            .partition_point(|start| *start <= row)
            .checked_sub(1)?;
        let start = self.starts.get(index)?;
        Some((self.blocks.get(index)?, (row - start) as usize))
    }
}

/// Includes dead rows: for structures that are built together with the segment.
impl Scan for Segment {
    fn parts(&self) -> usize {
        self.blocks.len()
    }

    fn scan_part(&self, part: usize, visit: &mut dyn FnMut(RecordRef<'_>) -> ControlFlow<()>) {
        let Some(block) = self.blocks.get(part) else {
            return;
        };
        for record in (0..block.len()).filter_map(|row| block.get(row)) {
            if visit(record).is_break() {
                return;
            }
        }
    }

    fn record_count(&self) -> u64 {
        u64::from(self.len)
    }
}

#[cfg(test)]
mod tests;
