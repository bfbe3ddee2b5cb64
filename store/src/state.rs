//! One version of a store's records, and the two steps that make the next one.
//!
//! Knows no file: [`State::prepare`] may refuse and changes nothing, [`State::apply`] cannot fail.
//! Opening a file replays its journal through the same two.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;

use crate::batch::{Expiry, Op, Rejection, WriteBatch};
use crate::clock::Millis;
use crate::commit::{Change, Seq, SettingChange};
use crate::expiry::ExpiryIndex;
use crate::key::Key;
use crate::memtable::Memtable;
use crate::paths::PathCatalog;
use crate::record::{Meta, Record};
use crate::segment::{Merge, Merged, Segment, SegmentView, build};
use crate::value::EncodedValue;

/// The longest name of a setting in bytes.
const SETTING_NAME_BYTES_MAX: usize = 255;

/// All records of one version. Cloning is O(1) but for the short list of segments.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) seq: Seq,
    pub(crate) segments: Vec<SegmentView>,
    pub(crate) memtable: Memtable,
    pub(crate) expiry: ExpiryIndex,
    pub(crate) catalog: PathCatalog,
    pub(crate) settings: OrdMap<String, EncodedValue>,
}

/// What a batch will do.
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
        let mut state = Self {
            catalog,
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

    /// How many records there are, due ones included.
    pub(crate) fn len(&self) -> usize {
        let sealed: usize = self
            .segments
            .iter()
            .map(|view| view.live_len() as usize)
            .sum();
        sealed + self.memtable.len()
    }

    /// The record of a key, due or not.
    pub(crate) fn get(&self, key: &str) -> Option<Record> {
        if let Some(record) = self.memtable.get(key) {
            return Some(Record::clone(record));
        }
        self.segments
            .iter()
            .rev()
            .find_map(|view| view.find_live(key).and_then(|row| view.segment.record(row)))
    }

    /// Works out what a batch does at `now`, without doing it.
    pub(crate) fn prepare(&self, batch: &WriteBatch, now: Millis) -> Result<Prepared, Rejection> {
        let mut overlay = Overlay {
            state: self,
            now,
            touched: BTreeMap::new(),
            order: Vec::new(),
        };
        let mut settings: Vec<SettingChange> = Vec::new();
        for op in batch.ops() {
            match op {
                Op::SetSetting { name, value } => {
                    if name.is_empty() || name.len() > SETTING_NAME_BYTES_MAX {
                        return Err(Rejection::SettingName);
                    }
                    let before = self.settings.get(name).cloned();
                    settings.retain(|setting| setting.name != *name);
                    settings.push(SettingChange {
                        name: name.clone(),
                        before,
                        after: value.clone(),
                    });
                }
                op => overlay.apply(op)?,
            }
        }
        settings.retain(|setting| setting.before != setting.after);
        Ok(Prepared {
            changes: overlay.into_changes(),
            settings,
        })
    }

    /// Does what was prepared against this state.
    pub(crate) fn apply(&mut self, prepared: &Prepared) {
        let before = prepared
            .changes
            .iter()
            .filter_map(|change| change.before.as_ref());
        self.catalog.remove_all(before.map(Record::as_ref));
        let after = prepared
            .changes
            .iter()
            .filter_map(|change| change.after.as_ref());
        self.catalog.add_all(after.map(Record::as_ref));
        for change in &prepared.changes {
            if let Some(before) = &change.before {
                self.expiry.remove(&change.key, before.meta);
                if !self.memtable.remove(change.key.as_str()) {
                    self.segments
                        .iter_mut()
                        .any(|view| view.kill(change.key.as_str()));
                }
            }
            if let Some(after) = &change.after {
                self.expiry.insert(&change.key, after.meta);
                self.memtable.insert(after.clone());
            }
        }
        for setting in &prepared.settings {
            match &setting.after {
                Some(value) => self.settings.insert(setting.name.clone(), value.clone()),
                None => self.settings.remove(&setting.name),
            };
        }
        if self.memtable.is_full() {
            self.seal();
        }
    }

    /// Turns the memtable into a segment.
    fn seal(&mut self) {
        let records = self
            .memtable
            .iter()
            .map(|found| (found.as_ref().as_ref(), found.value.as_bytes()));
        // The memtable's records were checked when they were made and it is ordered by key; if
        // building failed all the same, keeping the memtable loses nothing.
        if let Ok(segment) = build(records) {
            self.segments.push(SegmentView::new(Arc::new(segment)));
            self.memtable = self.memtable.emptied();
        }
    }

    /// What should be merged, if anything.
    pub(crate) fn plan_merge(&self) -> Option<Merge> {
        Merge::plan(&self.segments)
    }

    /// Puts a merged segment in the place of its inputs; whether they are still there.
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

/// The records a batch has touched so far, over the state it is prepared against.
struct Overlay<'a> {
    state: &'a State,
    now: Millis,
    touched: BTreeMap<Key, (Option<Record>, Option<Record>)>,
    order: Vec<Key>,
}

impl Overlay<'_> {
    fn apply(&mut self, op: &Op) -> Result<(), Rejection> {
        match op {
            Op::Put { key, value, expiry } => {
                let current = self.visible(key);
                let expires_at = match expiry {
                    Expiry::Keep => current.as_ref().and_then(|record| record.meta.expires_at),
                    Expiry::At(at) => Some(*at),
                    Expiry::Never => None,
                };
                let created_at = current.map_or(self.now, |record| record.meta.created_at);
                let meta = Meta {
                    created_at,
                    modified_at: self.now,
                    expires_at,
                };
                self.set(
                    key,
                    Some(Record {
                        key: key.clone(),
                        value: value.clone(),
                        meta,
                    }),
                );
            }
            Op::Delete { key } => self.set(key, None),
            Op::SetExpiry { key, expires_at } => {
                let mut record = self.existing(key)?;
                if record.meta.expires_at != *expires_at {
                    record.meta.expires_at = *expires_at;
                    record.meta.modified_at = self.now;
                    self.set(key, Some(record));
                }
            }
            Op::SetMeta { key, meta } => {
                let record = self.current(key).ok_or_else(|| no_such(key))?;
                self.set(
                    key,
                    Some(Record {
                        meta: *meta,
                        ..record
                    }),
                );
            }
            Op::Rename { from, to } if from == to => {
                self.existing(from)?;
            }
            Op::Rename { from, to } => {
                let mut record = self.existing(from)?;
                if self.visible(to).is_some() {
                    return Err(Rejection::KeyTaken { key: to.clone() });
                }
                record.key = to.clone();
                record.meta.modified_at = self.now;
                self.set(from, None);
                self.set(to, Some(record));
            }
            Op::Restore(record) => self.set(&record.key, Some(record.clone())),
            Op::SetSetting { .. } => {}
        }
        Ok(())
    }

    fn existing(&self, key: &Key) -> Result<Record, Rejection> {
        self.visible(key).ok_or_else(|| no_such(key))
    }

    /// The record as everybody sees it: one whose time has passed is not there.
    fn visible(&self, key: &Key) -> Option<Record> {
        self.current(key)
            .filter(|record| !record.meta.is_due(self.now))
    }

    fn current(&self, key: &Key) -> Option<Record> {
        match self.touched.get(key) {
            Some((_, after)) => after.clone(),
            None => self.state.get(key.as_str()),
        }
    }

    fn set(&mut self, key: &Key, after: Option<Record>) {
        if let Some(entry) = self.touched.get_mut(key) {
            entry.1 = after;
            return;
        }
        let before = self.state.get(key.as_str());
        self.order.push(key.clone());
        self.touched.insert(key.clone(), (before, after));
    }

    /// One change for each record that is not as it was, in the order they were first touched.
    fn into_changes(mut self) -> Vec<Change> {
        let mut changes = Vec::with_capacity(self.order.len());
        for key in self.order {
            if let Some((before, after)) = self.touched.remove(&key)
                && before != after
            {
                changes.push(Change { key, before, after });
            }
        }
        changes
    }
}

fn no_such(key: &Key) -> Rejection {
    Rejection::NoSuchRecord { key: key.clone() }
}

#[cfg(test)]
mod tests;
