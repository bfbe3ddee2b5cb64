//! Which records are due. Never reads a clock: the time is given.

use imbl::OrdSet;

use crate::clock::Millis;
use crate::key::Key;
use crate::record::Meta;

/// The records that expire, by the moment at which they do.
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

    /// How many records expire at all.
    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }

    /// When the next record expires, or did.
    pub(crate) fn next(&self) -> Option<Millis> {
        self.due.get_min().map(|(at, _)| *at)
    }

    /// The records whose time has passed at `now`, the longest overdue first.
    pub(crate) fn due(&self, now: Millis) -> impl Iterator<Item = &Key> {
        self.due
            .iter()
            .take_while(move |(at, _)| *at <= now)
            .map(|(_, key)| key)
    }

    /// The records that expire after `now`, the next first.
    pub(crate) fn upcoming(&self, now: Millis) -> impl Iterator<Item = &(Millis, Key)> {
        // A millisecond later nothing begins before this: no key is below it.
        let first = (now.plus_millis(1), Key::below_all());
        self.due.range(first..).filter(move |(at, _)| *at > now)
    }
}
