//! A segment as one version of the store sees it: without the rows replaced or deleted since.

use std::ops::Range;
use std::sync::Arc;

use super::{Bitmap, Segment};

/// A segment and its dead rows. Cloning shares both.
#[derive(Clone, Debug)]
pub(crate) struct SegmentView {
    pub(crate) segment: Arc<Segment>,
    pub(crate) dead: Arc<Bitmap>,
}

impl SegmentView {
    pub(crate) fn new(segment: Arc<Segment>) -> Self {
        let dead = Arc::new(Bitmap::new(segment.len()));
        Self { segment, dead }
    }

    /// How many rows live.
    pub(crate) fn live_len(&self) -> u32 {
        self.segment.len() - self.dead.count()
    }

    /// Whether all rows of a range live.
    pub(crate) fn all_live(&self, rows: Range<u32>) -> bool {
        let live = self.dead.unmarked_before(rows.end) - self.dead.unmarked_before(rows.start);
        live as usize == rows.len()
    }

    /// The row of a key, if it lives.
    pub(crate) fn find_live(&self, key: &str) -> Option<u32> {
        self.segment
            .find(key)
            .ok()
            .filter(|row| !self.dead.contains(*row))
    }

    /// How many live rows have smaller keys.
    pub(crate) fn live_rank(&self, key: &str) -> u32 {
        let row = self.segment.find(key).unwrap_or_else(|row| row);
        self.dead.unmarked_before(row)
    }

    /// The row of the `n`th live record.
    pub(crate) fn nth_live(&self, n: u32) -> Option<u32> {
        self.dead.nth_unmarked(n)
    }

    /// Marks the row of a key dead, if the key lives here.
    pub(crate) fn kill(&mut self, key: &str) -> bool {
        let found = self.find_live(key);
        if let Some(row) = found {
            Arc::make_mut(&mut self.dead).insert(row);
        }
        found.is_some()
    }
}
