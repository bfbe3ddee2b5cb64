//! What a snapshot shows at one time: counts, and rows by number, without walking what is hidden.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Snapshot;
use crate::clock::Millis;
use crate::memtable::Memtable;
use crate::record::Record;
use crate::segment::{Bitmap, ExpiringRows, HiddenRows, ShownSegment};

/// The records of a memtable by position.
#[derive(Debug)]
pub(super) struct RecentRows {
    records: Box<[Arc<Record>]>,
    expiring: ExpiringRows,
    /// A memtable has no dead rows.
    dead: Arc<Bitmap>,
    hidden: HiddenRows,
}

impl RecentRows {
    pub(super) fn of(memtable: &Memtable) -> Self {
        let records: Box<[Arc<Record>]> = memtable.iter().cloned().collect();
        let expiring = records.iter().zip(0..);
        let expiring = expiring.filter_map(|(record, row)| Some((record.meta.expires_at?, row)));
        Self {
            expiring: ExpiringRows::new(expiring.collect()),
            dead: Arc::new(Bitmap::new(records.len() as u32)),
            hidden: HiddenRows::default(),
            records,
        }
    }

    pub(super) const fn records(&self) -> &[Arc<Record>] {
        &self.records
    }

    /// The rows that are due at `now`.
    pub(super) fn hidden(&self, now: Millis) -> Arc<Bitmap> {
        self.hidden.at(now, &self.dead, &self.expiring)
    }
}

/// The rows of a snapshot without those that are dead or due.
pub(super) struct Shown<'a> {
    segments: Vec<ShownSegment>,
    recent: &'a [Arc<Record>],
    hidden_recent: Arc<Bitmap>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, now: Millis) -> Self {
        let segments = snapshot.state.segments.iter();
        let recent = snapshot.recent_rows();
        Self {
            segments: segments.map(|view| view.shown(Some(now))).collect(),
            recent: recent.records(),
            hidden_recent: recent.hidden(now),
        }
    }

    pub(super) fn len(&self) -> usize {
        let sealed: usize = self.segments.iter().map(|view| view.len() as usize).sum();
        sealed + self.recent_len()
    }

    /// How many visible records have smaller keys.
    pub(super) fn rank(&self, key: &str) -> usize {
        let segments = self.segments.iter();
        let sealed: usize = segments.map(|view| view.rank(key) as usize).sum();
        let recent = self
            .recent
            .partition_point(|record| record.key.as_str() < key);
        sealed + self.hidden_recent.unmarked_before(recent as u32) as usize
    }

    /// The key that has `n` visible ones before it. Each run is searched for it: it stands in one.
    pub(super) fn nth_key(&self, n: usize) -> Option<&str> {
        if n >= self.len() {
            return None;
        }
        let recent_key = |index: usize| {
            let row = self
                .hidden_recent
                .nth_unmarked(u32::try_from(index).ok()?)?;
            let record = self.recent.get(row as usize)?;
            Some(record.key.as_str())
        };
        if let Some(found) = self.search(self.recent_len(), n, recent_key) {
            return recent_key(found);
        }
        self.segments.iter().find_map(|view| {
            let key_at = |index: usize| {
                let row = view.nth(u32::try_from(index).ok()?)?;
                view.segment.key(row)
            };
            key_at(self.search(view.len() as usize, n, key_at)?)
        })
    }

    fn recent_len(&self) -> usize {
        self.recent.len() - self.hidden_recent.count() as usize
    }

    /// The place whose key has exactly `n` visible ones before it, among `len` ascending keys.
    fn search<'k>(
        &self,
        len: usize,
        n: usize,
        key_at: impl Fn(usize) -> Option<&'k str>,
    ) -> Option<usize> {
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = low.midpoint(high);
            match self.rank(key_at(middle)?).cmp(&n) {
                Ordering::Equal => return Some(middle),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
