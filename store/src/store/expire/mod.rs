//! Deleting what has expired, unless the clock is not to be believed.
//!
//! A record that is due is hidden whatever the clock says: a clock that is set right brings it back.
//! Deleting cannot be taken back when the program has ended, so a clock that is far ahead of all
//! that is known of the time must be confirmed first.
//!
//! Known is the newest time in the records: each commit writes the time into what it changes. While
//! a clock is doubted the times it writes prove nothing. So the first such commit notes, in a setting
//! of the file, which time was known before; from then on that setting counts and the records' times
//! do not, and commits under a clock that is not doubted keep it up to date.

use std::fmt;

use super::{CommitError, Store};
use crate::batch::WriteBatch;
use crate::change::{Cause, SettingChange};
use crate::clock::Millis;
use crate::commit::Commit;
use crate::state::State;
use crate::transfer::rfc3339;
use crate::value::{EncodedValue, Value, ValueRef};

/// How many records one call of [`Store::expire_due`] deletes at most, so that a million records
/// that expired over the weekend do not become one commit.
const EXPIRE_RECORDS_MAX: usize = 10_000;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A clock is doubted when it is further ahead than this of the newest time that is known. Files
/// that are in use are written to more often; of one that was left alone for longer it is asked
/// once whether the time is right.
const AHEAD_MILLIS_MAX: i64 = 366 * DAY_MILLIS;

/// The setting that holds the newest time known, once a clock was doubted or confirmed.
pub(super) const TIME_SETTING: &str = "vstore.time";
/// It is written anew, with a commit that is made anyway, when it is older than this.
const NOTED_MILLIS_MAX: i64 = DAY_MILLIS;

/// The clock is so far ahead of all that is known of the time that records which are due by it are
/// hidden and not deleted, until it is confirmed ([`Store::confirm_clock`]) or set right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSuspect {
    /// The newest time known.
    pub newest: Millis,
    /// What the clock says.
    pub now: Millis,
    /// How many records are due by it.
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
            "the clock says {}, but the newest change is of {}: {records} that would have expired \
             {are} hidden and not deleted",
            day(self.now),
            day(self.newest),
        )
    }
}

/// Why nothing was deleted.
#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    /// The clock is not to be believed.
    #[error("{0}")]
    ClockSuspect(ClockSuspect),
    /// The deletion was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// The newest time that is known to have passed; `None` where nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KnownTime(Option<Millis>);

impl KnownTime {
    /// What the records of a file say, or the file itself.
    pub(super) fn of(state: &State) -> Self {
        Self(noted(state).or(state.newest))
    }

    fn doubts(self, now: Millis) -> bool {
        self.0
            .is_some_and(|known| now.since(known) > AHEAD_MILLIS_MAX)
    }

    /// A clock that is not doubted says what time it is.
    pub(super) fn learn(&mut self, now: Millis) {
        if !self.doubts(now) {
            self.0 = self.0.max(Some(now));
        }
    }

    /// What a commit notes about the time beside its changes to records, if anything.
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
    /// Deletes records whose time has passed, at most ten thousand: `None` if there are none.
    /// Refused under a clock that is more than a year ahead of the newest time known
    /// ([`ClockSuspect`]); the records stay hidden.
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

    /// Why records that are due are hidden and not deleted; `None` if none is due, or the clock may
    /// be right.
    pub fn clock_suspect(&self) -> Option<ClockSuspect> {
        self.suspect_at(self.clock.now())
    }

    /// Somebody says that the clock is right: what is due by it may be deleted. Kept in the file.
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
