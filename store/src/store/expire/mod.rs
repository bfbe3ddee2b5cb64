//! Deletes expired records, unless the clock is implausible.
//!
//! A record that is due by the clock is always hidden; correcting the clock brings it back. A
//! deletion cannot be undone once the program has ended, so a clock that is far ahead of every
//! known time must be confirmed first.
//!
//! The known time is the newest time in the records: each commit writes the current time into the
//! records it changes. Times written under a doubted clock prove nothing. The first commit under
//! such a clock therefore records the time known before in a setting of the file. From then on that
//! setting counts instead of the times in the records, and commits under a clock that is not
//! doubted keep it up to date.

use std::fmt;

use super::{CommitError, Store};
use crate::batch::WriteBatch;
use crate::change::{Cause, SettingChange};
use crate::clock::Millis;
use crate::commit::Commit;
use crate::state::State;
use crate::transfer::rfc3339;
use crate::value::{EncodedValue, Value, ValueRef};

/// Records that one call of [`Store::expire_due`] deletes at most, so that a million records that
/// expired over the weekend do not become one commit.
const EXPIRE_RECORDS_MAX: usize = 10_000;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A clock is doubted if it is further than this ahead of the newest known time. Files in use are
/// written more often than that; for one left alone for longer the user confirms the time once.
const AHEAD_MILLIS_MAX: i64 = 366 * DAY_MILLIS;

/// The setting that holds the newest known time, once a clock has been doubted or confirmed.
pub(super) const TIME_SETTING: &str = "vstore.time";
/// A commit updates the setting when it is older than this.
const NOTED_MILLIS_MAX: i64 = DAY_MILLIS;

/// The clock is so far ahead of every known time that records due by it are only hidden, not
/// deleted, until it is confirmed ([`Store::confirm_clock`]) or corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSuspect {
    /// The newest known time.
    pub newest: Millis,
    /// The time according to the clock.
    pub now: Millis,
    /// Number of records due at `now`.
    pub due: usize,
}

impl fmt::Display for ClockSuspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |at| rfc3339(at).chars().take(10).collect::<String>();
        let (records, are) = match self.due {
            1 => ("1 record".to_owned(), "is"),
            due => (format!("{due} records"), "are"),
        };
        write!(
            f,
            "the clock says {}, but the newest change is from {}: {records} that would have expired \
             {are} hidden and not deleted",
            day(self.now),
            day(self.newest),
        )
    }
}

/// Why nothing was deleted.
#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    /// The clock is implausible.
    #[error("{0}")]
    ClockSuspect(ClockSuspect),
    /// The deletion was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// The newest time that is known to have passed, if any is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KnownTime(Option<Millis>);

impl KnownTime {
    /// From the setting of the file, or else from its records.
    pub(super) fn of(state: &State) -> Self {
        Self(noted(state).or(state.newest))
    }

    fn doubts(self, now: Millis) -> bool {
        self.0
            .is_some_and(|known| now.since(known) > AHEAD_MILLIS_MAX)
    }

    /// Moves forward to `now`, unless that is doubted.
    pub(super) fn learn(&mut self, now: Millis) {
        if !self.doubts(now) {
            self.0 = self.0.max(Some(now));
        }
    }

    /// The change of [`TIME_SETTING`] that a commit has to make, if any.
    pub(super) fn note(self, state: &State, now: Millis) -> Option<SettingChange> {
        let at = match (noted(state), self.doubts(now)) {
            // Nothing is at stake where no record expires.
            (None, true) if state.expiry.len() > 0 => self.0?,
            (Some(noted), false) if now.since(noted) > NOTED_MILLIS_MAX => now,
            _ => return None,
        };
        Some(SettingChange {
            name: TIME_SETTING.to_owned(),
            before: state.settings.get(TIME_SETTING).cloned(),
            after: Some(encoded(at)?),
        })
    }
}

fn noted(state: &State) -> Option<Millis> {
    match state.settings.get(TIME_SETTING)?.view() {
        ValueRef::Int(at) => Some(Millis(at)),
        _ => None,
    }
}

fn encoded(at: Millis) -> Option<EncodedValue> {
    EncodedValue::encode(&Value::Int(at.0)).ok()
}

impl Store {
    /// Deletes expired records, at most ten thousand per call; `None` if there are none.
    ///
    /// # Errors
    ///
    /// [`ExpireError::ClockSuspect`] if the clock is more than 366 days ahead of the newest known
    /// time; the records stay hidden. [`ExpireError::Commit`] if the deletion was not committed.
    pub fn expire_due(&mut self) -> Result<Option<Commit>, ExpireError> {
        let now = self.clock.now();
        if let Some(suspect) = self.suspect_at(now) {
            return Err(ExpireError::ClockSuspect(suspect));
        }
        self.known_time.learn(now);
        let mut batch = WriteBatch::new(Cause::Expired);
        for key in self.state.expiry.due(now).take(EXPIRE_RECORDS_MAX) {
            batch.delete(key.clone());
        }
        if batch.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.commit(&batch)?))
    }

    /// Why records that are due are hidden but not deleted; `None` if none is due or the clock is
    /// plausible.
    pub fn clock_suspect(&self) -> Option<ClockSuspect> {
        self.suspect_at(self.clock.now())
    }

    /// Accepts the clock as correct, so that records due by it may be deleted. Stored in the file.
    pub fn confirm_clock(&mut self) -> Result<(), CommitError> {
        let now = self.clock.now();
        let before = std::mem::replace(&mut self.known_time, KnownTime(Some(now)));
        let mut batch = WriteBatch::new(Cause::Edit);
        batch.set_setting(TIME_SETTING, encoded(now));
        self.commit(&batch).map(drop).inspect_err(|_| {
            self.known_time = before;
        })
    }

    fn suspect_at(&self, now: Millis) -> Option<ClockSuspect> {
        let newest = self.known_time.0.filter(|_| self.known_time.doubts(now))?;
        let due = self.snapshot().due_len();
        (due > 0).then_some(ClockSuspect { newest, now, due })
    }
}

#[cfg(test)]
mod tests;
