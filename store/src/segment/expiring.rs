//! Which rows are hidden at a time: those that are dead, and those whose records have expired.
//!
//! When a row expires never changes: a record that gets another expiry gets another row. So which
//! rows are due depends on the time alone, and is told by a number of rows in the order in which
//! they expire. What is hidden is kept as a bitmap that moves with the time: a look costs what
//! expired since the look before, wherever in the store's versions that was.

use std::sync::{Arc, Mutex, PoisonError};

use super::Bitmap;
use crate::clock::Millis;

/// Rows that expire, in the order in which they do.
#[derive(Debug, Default)]
pub(crate) struct ExpiringRows {
    times: Box<[Millis]>,
    /// Which row expires at each of the times.
    rows: Box<[u32]>,
}

impl ExpiringRows {
    pub(crate) fn new(mut expiring: Vec<(Millis, u32)>) -> Self {
        expiring.sort_unstable();
        let (times, rows): (Vec<_>, Vec<_>) = expiring.into_iter().unzip();
        Self {
            times: times.into(),
            rows: rows.into(),
        }
    }

    /// How many are due at `now`.
    fn due(&self, now: Millis) -> usize {
        self.times.partition_point(|at| *at <= now)
    }
}

/// The rows that were hidden when somebody looked last, for all who look at the same version.
#[derive(Debug, Default)]
pub(crate) struct HiddenRows(Mutex<Option<Hidden>>);

#[derive(Clone, Debug)]
struct Hidden {
    /// How many of the expiring rows are among the rows.
    due: usize,
    rows: Arc<Bitmap>,
}

impl HiddenRows {
    /// The rows that are dead, or due at `now`.
    pub(crate) fn at(
        &self,
        now: Millis,
        dead: &Arc<Bitmap>,
        expiring: &ExpiringRows,
    ) -> Arc<Bitmap> {
        let due = expiring.due(now);
        if due == 0 {
            return Arc::clone(dead);
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hidden = last.get_or_insert_with(|| Hidden {
            due: 0,
            rows: Arc::clone(dead),
        });
        if hidden.due != due {
            let rows = Arc::make_mut(&mut hidden.rows);
            let expired = expiring.rows.get(hidden.due..due).unwrap_or_default();
            for row in expired {
                rows.insert(*row);
            }
            // Somebody looks with an earlier time, or the clock was set back.
            let upcoming = expiring.rows.get(due..hidden.due).unwrap_or_default();
            for row in upcoming.iter().filter(|row| !dead.contains(**row)) {
                rows.remove(*row);
            }
            hidden.due = due;
        }
        Arc::clone(&hidden.rows)
    }

    /// A row dies.
    pub(super) fn kill(&mut self, row: u32) {
        let last = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(hidden) = last {
            Arc::make_mut(&mut hidden.rows).insert(row);
        }
    }

    /// Until when rows were looked at that expire.
    pub(super) fn looked_until(&self, expiring: &ExpiringRows) -> Option<Millis> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.as_ref()?.due;
        expiring.times.get(due.checked_sub(1)?).copied()
    }
}

/// The next version begins with what was known of the one before.
impl Clone for HiddenRows {
    fn clone(&self) -> Self {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Mutex::new(last.clone()))
    }
}
