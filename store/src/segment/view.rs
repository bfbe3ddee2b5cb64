//! A segment as seen by one version of the store: without the rows replaced or deleted by then.

use std::ops::Range;
use std::sync::Arc;

use super::{Bitmap, HiddenRows, Segment};
use crate::clock::Millis;

/// A segment and its dead rows. Cloning shares both.
#[derive(Clone, Debug)]
pub(crate) struct SegmentView {
    pub(crate) segment: Arc<Segment>,
    pub(crate) dead: Arc<Bitmap>,
    hidden: HiddenRows,
}

/// A segment at one time, without its dead and its expired rows.
#[derive(Clone, Debug)]
pub(crate) struct VisibleSegment {
    pub(crate) segment: Arc<Segment>,
    pub(crate) hidden: Arc<Bitmap>,
}

impl SegmentView {
    pub(crate) fn new(segment: Arc<Segment>) -> Self {
        let dead = Arc::new(Bitmap::new(segment.len()));
        Self {
            segment,
            dead,
            hidden: HiddenRows::default(),
        }
    }

    /// The number of live rows.
    pub(crate) fn live_len(&self) -> u32 {
        self.segment.len() - self.dead.count()
    }

    /// The row of a key, if it is live.
    pub(crate) fn find_live(&self, key: &str) -> Option<u32> {
        self.segment
            .find(key)
            .ok()
            .filter(|row| !self.dead.contains(*row))
    }

    /// Marks the row of a key dead. Returns `false` if it has no live row here.
    pub(crate) fn kill(&mut self, key: &str) -> bool {
        let found = self.find_live(key);
        if let Some(row) = found {
            self.kill_row(row);
        }
        found.is_some()
    }

    /// Marks a row dead.
    pub(super) fn kill_row(&mut self, row: u32) {
        Arc::make_mut(&mut self.dead).insert(row);
        self.hidden.kill(row);
    }

    /// The rows that are visible at `now`; with `None` all live rows, expired or not.
    pub(crate) fn visible_at(&self, now: Option<Millis>) -> VisibleSegment {
        let hidden = match now {
            Some(now) => self.hidden.at(now, &self.dead, self.segment.expiring()),
            None => Arc::clone(&self.dead),
        };
        VisibleSegment {
            segment: Arc::clone(&self.segment),
            hidden,
        }
    }

    /// The latest expiry among the rows that had expired at the last query.
    pub(super) fn expired_until(&self) -> Option<Millis> {
        self.hidden.expired_until(self.segment.expiring())
    }
}

impl VisibleSegment {
    /// The number of visible rows.
    pub(crate) fn len(&self) -> u32 {
        self.segment.len() - self.hidden.count()
    }

    /// Whether all rows of a range are visible.
    pub(crate) fn are_all_visible(&self, rows: Range<u32>) -> bool {
        let visible =
            self.hidden.unmarked_before(rows.end) - self.hidden.unmarked_before(rows.start);
        visible as usize == rows.len()
    }

    /// The row of a key, if it is visible.
    pub(crate) fn find(&self, key: &str) -> Option<u32> {
        let row = self.segment.find(key).ok()?;
        (!self.hidden.contains(row)).then_some(row)
    }

    /// The number of visible rows with smaller keys.
    pub(crate) fn rank(&self, key: &str) -> u32 {
        let row = self.segment.find(key).unwrap_or_else(|row| row);
        self.hidden.unmarked_before(row)
    }

    /// The `n`th visible row, from 0.
    pub(crate) fn nth(&self, n: u32) -> Option<u32> {
        self.hidden.nth_unmarked(n)
    }

    /// The first visible row from `row` on, or the number of rows if there is none.
    pub(crate) fn next(&self, row: u32) -> u32 {
        self.hidden.next_unmarked(row)
    }
}
