//! Preparing a batch op by op, so that later ops see the effects of earlier ones.

use std::collections::BTreeMap;

use super::State;
use crate::batch::{Expiry, Op, Rejection};
use crate::change::Change;
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::value::EncodedValue;

/// The records that a batch has accessed so far, on top of the state it is prepared against.
pub(super) struct Overlay<'a> {
    state: &'a State,
    now: Millis,
    touched: BTreeMap<Key, (Option<Record>, Option<Record>)>,
    order: Vec<Key>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(state: &'a State, now: Millis) -> Self {
        Self {
            state,
            now,
            touched: BTreeMap::new(),
            order: Vec::new(),
        }
    }

    pub(super) fn apply(&mut self, op: &Op) -> Result<(), Rejection> {
        let now = self.now;
        match op {
            Op::Put { key, value, expiry } => {
                let record = self.touch(key);
                let visible = record.as_ref().filter(|record| !record.meta.is_due(now));
                *record = Some(put(key, value, *expiry, visible, now));
            }
            Op::Delete { key } => *self.touch(key) = None,
            Op::SetExpiry { key, expires_at } => {
                let record = self.existing(key)?;
                if record.meta.expires_at != *expires_at {
                    record.meta.expires_at = *expires_at;
                    record.meta.modified_at = now;
                }
            }
            Op::SetMeta { key, meta } => {
                let record = self.touch(key).as_mut();
                record.ok_or_else(|| no_such(key))?.meta = *meta;
            }
            Op::Rename { from, to } if from == to => {
                self.existing(from)?;
            }
            Op::Rename { from, to } => {
                let mut record = self.existing(from)?.clone();
                if self.visible(to).is_some() {
                    return Err(Rejection::KeyTaken { key: to.clone() });
                }
                record.key = to.clone();
                record.meta.modified_at = now;
                *self.touch(from) = None;
                *self.touch(to) = Some(record);
            }
            Op::Restore(record) => *self.touch(&record.key) = Some(record.clone()),
            Op::SetSetting { .. } => {}
        }
        Ok(())
    }

    fn existing(&mut self, key: &Key) -> Result<&mut Record, Rejection> {
        self.visible(key).ok_or_else(|| no_such(key))
    }

    /// The visible record; an expired one does not exist.
    fn visible(&mut self, key: &Key) -> Option<&mut Record> {
        let now = self.now;
        let record = self.touch(key).as_mut();
        record.filter(|record| !record.meta.is_due(now))
    }

    /// The record after the ops so far; looked up on first access.
    fn touch(&mut self, key: &Key) -> &mut Option<Record> {
        let entry = self.touched.entry(key.clone());
        let (_, after) = entry.or_insert_with_key(|key| {
            self.order.push(key.clone());
            let before = self.state.get(key.as_str());
            (before.clone(), before)
        });
        after
    }

    /// One change for each record that differs from the state, in the order of first access.
    pub(super) fn into_changes(mut self) -> Vec<Change> {
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

/// The record after a put, given the visible record before it.
pub(super) fn put(
    key: &Key,
    value: &EncodedValue,
    expiry: Expiry,
    current: Option<&Record>,
    now: Millis,
) -> Record {
    let expires_at = match expiry {
        Expiry::Keep => current.and_then(|record| record.meta.expires_at),
        Expiry::At(at) => Some(at),
        Expiry::Never => None,
    };
    Record {
        key: key.clone(),
        value: value.clone(),
        meta: Meta {
            created_at: current.map_or(now, |record| record.meta.created_at),
            modified_at: now,
            expires_at,
        },
    }
}

fn no_such(key: &Key) -> Rejection {
    Rejection::NoSuchRecord { key: key.clone() }
}
