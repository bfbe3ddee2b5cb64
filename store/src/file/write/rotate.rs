//! Exchanging the data key: a compaction under a new one.
//!
//! This is what helps after a password together with a copy of the file fell into wrong hands:
//! whoever has the old data key reads nothing that is written from then on. Only passwords that
//! are presented can be carried over; keeping the others would mean to keep their keys under the
//! data key, and a stolen one would open its successor.
use crate::{
    control::Control,
    file::{
        format::{
            slot_list::{SlotInfo, slot_list},
            slots::{self, EMPTY_SLOT, SLOT_COUNT, Slots},
        },
        keys::{credentials::Credentials, kdf::KdfLimits, seal::Dek},
        write::{
            compact::{Compaction, NewKeys},
            compact_error::CompactError,
            password_error::PasswordError,
            store_file::StoreFile,
        },
    },
};

/// Which passwords and keys open the file after its data key was exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RotationReport {
    /// Those that were presented.
    pub kept: Vec<SlotInfo>,
    /// Those that were not: they have to be added again.
    pub dropped: Vec<SlotInfo>,
}

/// Why the data key was not exchanged. The file is as it was, unless it is reported as poisoned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    /// The passwords and keys that were presented.
    #[error(transparent)]
    Keys(#[from] PasswordError),
    /// Writing the new file.
    #[error(transparent)]
    Compaction(#[from] CompactError),
}

impl StoreFile {
    /// Begins to exchange the data key: a compaction, to be written and finished as any other,
    /// whose file opens with the `presented` passwords and keys only. Labels and costs stay.
    ///
    /// Takes the time of two key derivations for each. Until the compaction is over, slots
    /// cannot be changed. Copies and backups of the old file still open with the old passwords.
    pub fn begin_rotation(
        &mut self,
        presented: &[Credentials],
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<(Compaction, RotationReport), RotateError> {
        let dek = Dek::random(&*self.entropy).map_err(PasswordError::from)?;
        let slots = self.slots_under(&dek, presented, limits, control)?;
        let kept = slot_list(&slots);
        let dropped = self
            .slots()
            .into_iter()
            .filter(|old| kept.iter().all(|new| new.number != old.number))
            .collect();
        let compaction = self.begin_with_keys(Some(NewKeys { dek, slots }))?;
        Ok((compaction, RotationReport { kept, dropped }))
    }

    /// Wraps a new data key in those slots that the presented credentials open.
    fn slots_under(
        &self,
        dek: &Dek,
        presented: &[Credentials],
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<Slots, PasswordError> {
        if self.is_read_only() {
            return Err(PasswordError::ReadOnly);
        }
        let header = &self.generation.header;
        let store_id = &header.store_id;
        let entropy = &*self.entropy;
        let mut new = [EMPTY_SLOT; SLOT_COUNT];
        for credentials in presented {
            let unlocked = slots::unlock(&header.slots, store_id, credentials, limits, control)?;
            let params = unlocked.params;
            let mut slot = slots::new_slot(dek, store_id, credentials, params, entropy, control)?;
            if let (Some(old), Some(place)) =
                (header.slots.get(unlocked.slot), new.get_mut(unlocked.slot))
            {
                slots::set_label(&mut slot, &slots::label_of(old));
                *place = slot;
            }
        }
        control.check()?;
        if new == [EMPTY_SLOT; SLOT_COUNT] {
            return Err(PasswordError::LastSlot);
        }
        Ok(new)
    }
}
