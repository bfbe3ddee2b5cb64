//! One version of a store's records, and the two steps that make the next one.
//!
//! [`State::prepare`] may refuse a batch and changes nothing; [`State::apply`] cannot fail. Opening
//! a file replays its journal through the same two steps. Knows no file.

mod bulk;
mod overlay;
mod preparing;

use std::sync::Arc;

use imbl::OrdMap;

use self::preparing::Preparing;
use crate::batch::{CodecError, Rejection, StoredBatch, WriteBatch};
use crate::change::{Change, SettingChange};
use crate::clock::Millis;
use crate::commit::Seq;
use crate::expiry::ExpiryIndex;
use crate::key::Key;
use crate::memtable::Memtable;
use crate::paths::PathCatalog;
use crate::record::Record;
use crate::segment::{Merge, Merged, Segment, SegmentView, build};
use crate::value::EncodedValue;

/// All records of one version. Cloning is O(1) except for the short list of segments.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) seq: Seq,
    pub(crate) segments: Vec<SegmentView>,
    pub(crate) memtable: Memtable,
    pub(crate) expiry: ExpiryIndex,
    pub(crate) catalog: PathCatalog,
    /// The latest time of creation or modification of a record.
    pub(crate) newest: Option<Millis>,
    pub(crate) settings: OrdMap<String, EncodedValue>,
}

/// The changes of a batch that is not applied yet.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) changes: Vec<Change>,
    pub(crate) settings: Vec<SettingChange>,
}

impl Prepared {
    pub(crate) const fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.settings.is_empty()
    }
}

impl State {
    /// A state of the records of one segment and the catalogue of their paths.
    pub(crate) fn from_segment(segment: Segment, catalog: PathCatalog) -> Self {
        let blocks = segment.blocks().iter();
        let mut state = Self {
            catalog,
            newest: blocks.filter_map(|block| block.newest()).max(),
            ..Self::default()
        };
        let blocks = segment.blocks().iter();
        for record in blocks.flat_map(|block| block.expiring()) {
            if let Ok(key) = Key::new(record.key) {
                state.expiry.insert(&key, record.meta);
            }
        }
        state.segments.push(SegmentView::new(Arc::new(segment)));
        state
    }

    /// The number of records, including expired ones.
    pub(crate) fn len(&self) -> usize {
        let sealed: usize = self
            .segments
            .iter()
            .map(|view| view.live_len() as usize)
            .sum();
        sealed + self.memtable.len()
    }

    /// The record of a key, expired or not.
    pub(crate) fn get(&self, key: &str) -> Option<Record> {
        if let Some(record) = self.memtable.get(key) {
            return Some(Record::clone(record));
        }
        self.segments
            .iter()
            .rev()
            .find_map(|view| view.find_live(key).and_then(|row| view.segment.record(row)))
    }

    /// Determines the changes of a batch at `now`.
    pub(crate) fn prepare(&self, batch: &WriteBatch, now: Millis) -> Result<Prepared, Rejection> {
        if let Some(changes) = bulk::prepare(self, batch, now) {
            return Ok(Prepared {
                changes,
                settings: Vec::new(),
            });
        }
        let mut preparing = Preparing::new(self, now);
        batch.ops().iter().try_for_each(|op| preparing.add(op))?;
        Ok(preparing.finish())
    }

    /// Like [`prepare`](Self::prepare), for a batch stored in a file. Its ops are decoded all at
    /// once only if their size is in proportion to it.
    pub(crate) fn prepare_stored(
        &self,
        batch: StoredBatch<'_>,
        now: Millis,
    ) -> Result<Result<Prepared, Rejection>, CodecError> {
        if batch.fits_in_memory() {
            return Ok(self.prepare(&batch.read()?, now));
        }
        let mut preparing = Preparing::new(self, now);
        for op in batch.ops()? {
            if let Err(rejection) = preparing.add(&op?) {
                return Ok(Err(rejection));
            }
        }
        Ok(Ok(preparing.finish()))
    }

    /// Applies changes that were prepared against this state.
    pub(crate) fn apply(&mut self, prepared: &Prepared) {
        let written = prepared.changes.iter();
        let written = written.filter_map(|change| change.after.as_ref());
        let newest = written.map(|record| record.meta.newest()).max();
        self.newest = self.newest.max(newest);
        if !bulk::apply(self, &prepared.changes) {
            self.apply_changes(&prepared.changes);
        }
        for setting in &prepared.settings {
            match &setting.after {
                Some(value) => self.settings.insert(setting.name.clone(), value.clone()),
                None => self.settings.remove(&setting.name),
            };
        }
        if self.memtable.is_full(self.segments.len()) {
            self.seal();
        }
    }

    fn apply_changes(&mut self, changes: &[Change]) {
        self.catalog.replace_all(changes.iter().map(|change| {
            let (before, after) = (change.before.as_ref(), change.after.as_ref());
            (before.map(Record::as_ref), after.map(Record::as_ref))
        }));
        for change in changes {
            self.forget(change);
            if let Some(after) = &change.after {
                self.expiry.insert(&change.key, after.meta);
                self.memtable.insert(after.clone());
            }
        }
    }

    /// Removes the record that a change replaces or deletes.
    fn forget(&mut self, change: &Change) {
        if let Some(before) = &change.before {
            self.expiry.remove(&change.key, before.meta);
            if !self.memtable.remove(change.key.as_str()) {
                // Recently written records are the most likely to change, and their segments are
                // small.
                self.segments
                    .iter_mut()
                    .rev()
                    .any(|view| view.kill(change.key.as_str()));
            }
        }
    }

    /// Turns the memtable into a segment.
    fn seal(&mut self) {
        let records = self
            .memtable
            .iter()
            .map(|found| (found.as_ref().as_ref(), found.value.as_bytes()));
        // Cannot fail, since the records are valid and sorted by key; if it did, keeping the
        // memtable would lose nothing.
        if let Ok(segment) = build(records) {
            self.segments.push(SegmentView::new(Arc::new(segment)));
            self.memtable = self.memtable.emptied();
        }
    }

    /// The segments to merge, if any.
    pub(crate) fn plan_merge(&self) -> Option<Merge> {
        Merge::plan(&self.segments)
    }

    /// Replaces the inputs of a merge by the merged segment. Returns `false` if they no longer
    /// exist.
    pub(crate) fn install(&mut self, merged: Merged) -> bool {
        let first = merged
            .inputs
            .first()
            .map(|input| Arc::as_ptr(&input.segment));
        let Some(start) = self
            .segments
            .iter()
            .position(|view| Some(Arc::as_ptr(&view.segment)) == first)
        else {
            return false;
        };
        let end = start + merged.inputs.len();
        let Some(current) = self.segments.get(start..end) else {
            return false;
        };
        let same = current
            .iter()
            .zip(&merged.inputs)
            .all(|(now, before)| Arc::ptr_eq(&now.segment, &before.segment));
        if same {
            let view = merged.into_view(current);
            self.segments.splice(start..end, [view]);
        }
        same
    }
}

#[cfg(test)]
mod tests;
