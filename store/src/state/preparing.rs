//! Preparing a batch op by op: records and settings.

use std::collections::BTreeMap;

use super::overlay::Overlay;
use super::{Prepared, State};
use crate::batch::{Op, Rejection, is_setting_name};
use crate::change::SettingChange;
use crate::clock::Millis;
use crate::value::EncodedValue;

/// The changes of the ops so far.
pub(super) struct Preparing<'a> {
    state: &'a State,
    overlay: Overlay<'a>,
    /// The settings by name: the number of the op that set it last, and its value.
    settings: BTreeMap<String, (u64, Option<EncodedValue>)>,
    ops: u64,
}

impl<'a> Preparing<'a> {
    pub(super) fn new(state: &'a State, now: Millis) -> Self {
        Self {
            state,
            overlay: Overlay::new(state, now),
            settings: BTreeMap::new(),
            ops: 0,
        }
    }

    pub(super) fn add(&mut self, op: &Op) -> Result<(), Rejection> {
        self.ops += 1;
        let Op::SetSetting { name, value } = op else {
            return self.overlay.apply(op);
        };
        if !is_setting_name(name) {
            return Err(Rejection::SettingName);
        }
        self.settings
            .insert(name.clone(), (self.ops, value.clone()));
        Ok(())
    }

    /// The changes of all ops; settings are in the order in which they were set last.
    pub(super) fn finish(self) -> Prepared {
        let mut settings: Vec<_> = self.settings.into_iter().collect();
        settings.sort_unstable_by_key(|(_, (number, _))| *number);
        let changed = settings.into_iter().filter_map(|(name, (_, after))| {
            let before = self.state.settings.get(&name).cloned();
            (before != after).then_some(SettingChange {
                name,
                before,
                after,
            })
        });
        Prepared {
            settings: changed.collect(),
            changes: self.overlay.into_changes(),
        }
    }
}
