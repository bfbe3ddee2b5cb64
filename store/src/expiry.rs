//! The index of records by expiry. Does not read a clock; callers pass the time.

use imbl::OrdSet;

use crate::clock::Millis;
use crate::key::Key;
use crate::record::Meta;

/// The records that have an expiry, sorted by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExpiryIndex {
    due: OrdSet<(Millis, Key)>,
}

impl ExpiryIndex {
    pub(crate) fn insert(&mut self, key: &Key, meta: Meta) {
        if let Some(at) = meta.expires_at {
            self.due.insert((at, key.clone()));
        }
    }

    pub(crate) fn remove(&mut self, key: &Key, meta: Meta) {
        if let Some(at) = meta.expires_at {
            self.due.remove(&(at, key.clone()));
        }
    }

    /// The number of records with an expiry.
    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }

    /// The earliest expiry, past or future.
    pub(crate) fn next(&self) -> Option<Millis> {
        self.due.get_min().map(|(at, _)| *at)
    }

    /// The records that have expired at `now`, the longest overdue first.
    pub(crate) fn due(&self, now: Millis) -> impl Iterator<Item = &Key> {
        self.due
            .iter()
            .take_while(move |(at, _)| *at <= now)
            .map(|(_, key)| key)
    }

    /// The records that expire after `now`, the next first.
    pub(crate) fn upcoming(&self, now: Millis) -> impl Iterator<Item = &(Millis, Key)> {
        // No key is below this one, so this is the start of the next millisecond. (The filter is
        // for a saturated time.)
        let first = (now.plus_millis(1), Key::below_all());
        self.due.range(first..).filter(move |(at, _)| *at > now)
    }
}
