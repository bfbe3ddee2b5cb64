//! Preparing a batch op by op: later ops see what earlier ones did.

use std::collections::BTreeMap;

use super::State;
use crate::batch::{Expiry, Op, Rejection};
use crate::clock::Millis;
use crate::commit::Change;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::value::EncodedValue;

/// The records a batch has touched so far, over the state it is prepared against.
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
        match op {
            Op::Put { key, value, expiry } => {
                let current = self.visible(key);
                let record = put(key, value, *expiry, current.as_ref(), self.now);
                self.set(key, Some(record));
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

/// The record that a put makes of the one that is visible now.
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
