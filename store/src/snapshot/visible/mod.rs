//! The visible rows of a snapshot at one time: counts, rank and select, without iterating.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Snapshot;
use crate::clock::Millis;
use crate::memtable::Memtable;
use crate::record::Record;
use crate::segment::{Bitmap, ExpiringRows, HiddenRows, VisibleSegment};

/// The records of a memtable as rows.
#[derive(Debug)]
pub(super) struct RecentRows {
    records: Box<[Arc<Record>]>,
    expiring: ExpiringRows,
    /// Always empty: a memtable has no dead rows.
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

    /// The rows that have expired at `now`.
    pub(super) fn hidden(&self, now: Millis) -> Arc<Bitmap> {
        self.hidden.at(now, &self.dead, &self.expiring)
    }
}

/// The rows of a snapshot that are neither dead nor expired.
pub(super) struct VisibleRows<'a> {
    segments: Vec<VisibleSegment>,
    recent: &'a [Arc<Record>],
    hidden_recent: Arc<Bitmap>,
}

impl<'a> VisibleRows<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, now: Millis) -> Self {
        let segments = snapshot.state.segments.iter();
        let recent = snapshot.recent_rows();
        Self {
            segments: segments.map(|view| view.visible_at(Some(now))).collect(),
            recent: recent.records(),
            hidden_recent: recent.hidden(now),
        }
    }

    pub(super) fn len(&self) -> usize {
        let sealed: usize = self.segments.iter().map(|view| view.len() as usize).sum();
        sealed + self.recent_len()
    }

    /// The number of visible records with smaller keys.
    pub(super) fn rank(&self, key: &str) -> usize {
        let segments = self.segments.iter();
        let sealed: usize = segments.map(|view| view.rank(key) as usize).sum();
        let recent = self
            .recent
            .partition_point(|record| record.key.as_str() < key);
        sealed + self.hidden_recent.unmarked_before(recent as u32) as usize
    }

    /// The `n`th visible key, from 0. Found by a binary search in each segment and the memtable,
    /// one of which has it.
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

    /// The index of the key with rank `n` among `len` ascending keys, if it is one of them.
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
