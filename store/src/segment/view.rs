//! A segment as one version of the store sees it: without the rows replaced or deleted since.

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

/// A segment as it is shown at one time: without its dead rows and without those that are due.
#[derive(Clone, Debug)]
pub(crate) struct ShownSegment {
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

    /// How many rows live.
    pub(crate) fn live_len(&self) -> u32 {
        self.segment.len() - self.dead.count()
    }

    /// The row of a key, if it lives.
    pub(crate) fn find_live(&self, key: &str) -> Option<u32> {
        self.segment
            .find(key)
            .ok()
            .filter(|row| !self.dead.contains(*row))
    }

    /// Marks the row of a key dead, if the key lives here.
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

    /// What is shown at `now`; without a time whatever lives, due or not.
    pub(crate) fn shown(&self, now: Option<Millis>) -> ShownSegment {
        let hidden = match now {
            Some(now) => self.hidden.at(now, &self.dead, self.segment.expiring()),
            None => Arc::clone(&self.dead),
        };
        ShownSegment {
            segment: Arc::clone(&self.segment),
            hidden,
        }
    }

    /// Until when somebody looked for rows that are due, and found some.
    pub(super) fn looked_until(&self) -> Option<Millis> {
        self.hidden.looked_until(self.segment.expiring())
    }
}

impl ShownSegment {
    /// How many rows are shown.
    pub(crate) fn len(&self) -> u32 {
        self.segment.len() - self.hidden.count()
    }

    /// Whether all rows of a range are shown.
    pub(crate) fn shows_all(&self, rows: Range<u32>) -> bool {
        let shown = self.hidden.unmarked_before(rows.end) - self.hidden.unmarked_before(rows.start);
        shown as usize == rows.len()
    }

    /// The row of a key, if it is shown.
    pub(crate) fn find(&self, key: &str) -> Option<u32> {
        let row = self.segment.find(key).ok()?;
        (!self.hidden.contains(row)).then_some(row)
    }

    /// How many rows that are shown have smaller keys.
    pub(crate) fn rank(&self, key: &str) -> u32 {
        let row = self.segment.find(key).unwrap_or_else(|row| row);
        self.hidden.unmarked_before(row)
    }

    /// The row that has `n` shown ones before it.
    pub(crate) fn nth(&self, n: u32) -> Option<u32> {
        self.hidden.nth_unmarked(n)
    }

    /// The first row from `row` on that is shown, or the number of rows if there is none.
    pub(crate) fn next(&self, row: u32) -> u32 {
        self.hidden.next_unmarked(row)
    }
}
