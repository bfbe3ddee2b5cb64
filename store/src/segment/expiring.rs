//! The rows that are hidden at a time: those that are dead, and those whose records have expired.
//!
//! The expiry of a row never changes: a record with a new expiry gets a new row. So the expired
//! rows depend only on the time: they are a prefix of the rows sorted by expiry. The hidden rows
//! are cached as a bitmap: a query only costs the rows that expired since the last query, whichever
//! version of the store that was for.

use std::sync::{Arc, Mutex, PoisonError};

use super::Bitmap;
use crate::clock::Millis;

/// The rows with an expiry, sorted by it.
#[derive(Debug, Default)]
pub(crate) struct ExpiringRows {
    times: Box<[Millis]>,
    /// The row that expires at each of the times.
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

    /// The number of rows that have expired at `now`.
    fn due(&self, now: Millis) -> usize {
        self.times.partition_point(|at| *at <= now)
    }
}

/// The rows that were hidden at the last query, shared by all users of the same version.
#[derive(Debug, Default)]
pub(crate) struct HiddenRows(Mutex<Option<Hidden>>);

#[derive(Clone, Debug)]
struct Hidden {
    /// The number of expired rows among the hidden ones.
    due: usize,
    rows: Arc<Bitmap>,
}

impl HiddenRows {
    /// The rows that are dead or have expired at `now`.
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
            // A query for an earlier time, or the clock was set back.
            let upcoming = expiring.rows.get(due..hidden.due).unwrap_or_default();
            for row in upcoming.iter().filter(|row| !dead.contains(**row)) {
                rows.remove(*row);
            }
            hidden.due = due;
        }
        Arc::clone(&hidden.rows)
    }

    /// Adds a row that was marked dead.
    pub(super) fn kill(&mut self, row: u32) {
        let last = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(hidden) = last {
            Arc::make_mut(&mut hidden.rows).insert(row);
        }
    }

    /// The latest expiry among the rows that had expired at the last query.
    pub(super) fn expired_until(&self, expiring: &ExpiringRows) -> Option<Millis> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.as_ref()?.due;
        expiring.times.get(due.checked_sub(1)?).copied()
    }
}

/// A new version starts with the cache of the previous one.
impl Clone for HiddenRows {
    fn clone(&self) -> Self {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Mutex::new(last.clone()))
    }
}
