//! Adding, changing, labelling and removing passwords and keys. Every change requires a current
//! password or key; none changes the data.
use crate::{
    control::Control,
    file::{
        format::{
            slot_label::SlotLabel,
            slot_list::{SlotInfo, slot_list},
            slots::{self, EMPTY_SLOT, Slot, SlotBytes, SlotId},
        },
        keys::{credentials::Credentials, kdf::KdfLimits},
        write::{
            change_password::PasswordChange, password_error::PasswordError, store_file::StoreFile,
        },
    },
};

impl StoreFile {
    /// The passwords and keys that open the file, in order. None of this is secret.
    pub fn slots(&self) -> Vec<SlotInfo> {
        slot_list(&self.generation.header.slots)
    }

    /// Adds a password or key to the file, in the first free slot.
    ///
    /// Takes the time of up to two key derivations, like
    /// [`change_password`](Self::change_password).
    pub fn add_slot(
        &mut self,
        current: &Credentials,
        new: &Credentials,
        label: &SlotLabel,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        self.slots_changeable()?;
        let slots = &self.generation.header.slots;
        let free = slots
            .iter()
            .position(|slot| *slot == EMPTY_SLOT)
            .ok_or(PasswordError::NoFreeSlot)?;
        self.authenticate(current, &options.kdf_limits, control)?;
        let mut slot = self.new_slot(new, options, control)?;
        slots::set_label(&mut slot, label);
        self.put_slot(free, slot)
    }

    /// Replaces the password or key of a slot, and keeps its label. `current` may open any slot.
    pub fn change_slot(
        &mut self,
        id: SlotId,
        current: &Credentials,
        new: &Credentials,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        let number = self.slot_number(id)?;
        self.authenticate(current, &options.kdf_limits, control)?;
        self.renew_slot(number, new, options, control)
    }

    /// Changes the label of a slot.
    pub fn label_slot(
        &mut self,
        id: SlotId,
        label: &SlotLabel,
        current: &Credentials,
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        let number = self.slot_number(id)?;
        self.authenticate(current, limits, control)?;
        let mut slot = self.slot_bytes(number)?;
        slots::set_label(&mut slot, label);
        self.put_slot(number, slot)
    }

    /// Removes a password or key from the file, but never the last one that this version supports.
    ///
    /// Copies and backups of the file still open with it. Someone who has such a copy and the
    /// password can also read later data until the data key is exchanged.
    pub fn remove_slot(
        &mut self,
        id: SlotId,
        current: &Credentials,
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<(), PasswordError> {
        let number = self.slot_number(id)?;
        let slots = &self.generation.header.slots;
        let remains = slots
            .iter()
            .enumerate()
            .any(|(other, slot)| other != number && Slot::parse(slot).is_some());
        if !remains {
            return Err(PasswordError::LastSlot);
        }
        self.authenticate(current, limits, control)?;
        let mut slots = self.generation.header.slots;
        if let Some(slot) = slots.get_mut(number) {
            *slot = EMPTY_SLOT;
        }
        self.replace_slots(&slots)
    }

    /// Checks a current password or key; returns the slot that it opens.
    pub(crate) fn authenticate(
        &self,
        current: &Credentials,
        limits: &KdfLimits,
        control: &Control,
    ) -> Result<usize, PasswordError> {
        self.slots_changeable()?;
        let header = &self.generation.header;
        let unlocked = slots::unlock(&header.slots, &header.store_id, current, limits, control)?;
        Ok(unlocked.slot)
    }

    /// Writes new credentials to a slot, and keeps its label.
    pub(crate) fn renew_slot(
        &mut self,
        number: usize,
        new: &Credentials,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<SlotInfo, PasswordError> {
        let label = slots::label_of(&self.slot_bytes(number)?);
        let mut slot = self.new_slot(new, options, control)?;
        slots::set_label(&mut slot, &label);
        self.put_slot(number, slot)
    }

    fn new_slot(
        &self,
        new: &Credentials,
        options: &PasswordChange,
        control: &Control,
    ) -> Result<SlotBytes, PasswordError> {
        let store_id = &self.generation.header.store_id;
        let params = options.kdf.params_for(new)?;
        let slot = slots::new_slot(&self.dek, store_id, new, params, &*self.entropy, control)?;
        control.check()?;
        Ok(slot)
    }

    fn put_slot(&mut self, number: usize, slot: SlotBytes) -> Result<SlotInfo, PasswordError> {
        let mut slots = self.generation.header.slots;
        let place = slots.get_mut(number).ok_or(PasswordError::NoSuchSlot)?;
        *place = slot;
        // The total cost of all slots must stay within the limits, or the last slot tried could not
        // be opened.
        let before = slots::total_work_kib(&self.generation.header.slots);
        let total = slots::total_work_kib(&slots);
        if total > before.max(KdfLimits::default().total_work_kib)
            && let Some(params) = Slot::parse(&slot).and_then(|slot| slot.params())
        {
            return Err(PasswordError::KdfTooExpensive(params));
        }
        self.replace_slots(&slots)?;
        SlotInfo::of(number, &slot).ok_or(PasswordError::NoSuchSlot)
    }

    fn slot_number(&self, id: SlotId) -> Result<usize, PasswordError> {
        self.slots()
            .iter()
            .find(|slot| slot.id == id)
            .map(|slot| usize::from(slot.number))
            .ok_or(PasswordError::NoSuchSlot)
    }

    fn slot_bytes(&self, number: usize) -> Result<SlotBytes, PasswordError> {
        let slots = &self.generation.header.slots;
        slots.get(number).copied().ok_or(PasswordError::NoSuchSlot)
    }
}
