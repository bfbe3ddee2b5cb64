//! Exchanging the data key: a compaction under a new one.
//!
//! This helps if an attacker has both a password and a copy of the file: the old data key decrypts
//! nothing that is written from then on. Only passwords that are presented can be kept: keeping the
//! others would require storing their keys under the data key, so that a stolen data key would open
//! its successor.
use crate::{
    control::Control,
    file::{
        format::{
            slot_list::{SlotInfo, slot_list},
            slots::{self, EMPTY_SLOT, SLOT_COUNT, Slots},
        },
        keys::{credentials::Credentials, kdf::KdfLimits, seal::Dek},
        write::{
            compact::{FileCompaction, NewKeys},
            compact_error::CompactError,
            password_error::PasswordError,
            store_file::StoreFile,
        },
    },
};

/// The passwords and keys of a file after its data key was exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RotationReport {
    /// The slots that were presented and still open the file.
    pub kept: Vec<SlotInfo>,
    /// The slots that were removed and have to be added again.
    pub dropped: Vec<SlotInfo>,
}

/// Why the data key was not exchanged. The file is unchanged, unless it is reported as poisoned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    /// A presented password or key was refused.
    #[error(transparent)]
    Keys(#[from] PasswordError),
    /// The new file could not be written.
    #[error(transparent)]
    Compaction(#[from] CompactError),
}

impl StoreFile {
    /// Begins to exchange the data key. Returns a compaction, to be written and finished like any
    /// other, after which only the `presented` passwords and keys open the file. Labels and costs
    /// are kept.
    ///
    /// Takes the time of two key derivations for each. Slots cannot be changed until the compaction
    /// is over. Copies and backups of the old file still open with the old passwords.
    pub fn begin_rotation(
        &mut self,
        presented: &[Credentials],
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<(FileCompaction, RotationReport), RotateError> {
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

    /// Wraps a new data key in the slots that the presented credentials open.
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
