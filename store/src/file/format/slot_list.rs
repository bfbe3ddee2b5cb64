//! What can be said about key slots without a password.
use crate::file::{
    format::{
        slot_label::SlotLabel,
        slots::{self, Slot, SlotBytes, SlotId, SlotKind, Slots},
    },
    keys::kdf::KdfParams,
};

/// A key slot as shown to people. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotInfo {
    /// Names the slot; another one after its password was changed.
    pub id: SlotId,
    /// Its place in the header, 0 to 7, which stays when its password is changed.
    pub number: u8,
    /// What it asks for.
    pub kind: SlotKind,
    /// A name for people; may be empty.
    pub label: SlotLabel,
    /// What deriving its key costs; a recovery key costs nothing.
    pub kdf: Option<KdfParams>,
}

impl SlotInfo {
    /// `None` for an empty slot.
    pub(crate) fn of(number: usize, bytes: &SlotBytes) -> Option<Self> {
        let kind = slots::kind_of(bytes)?;
        let slot = Slot::parse(bytes);
        Some(Self {
            id: slots::id_of(bytes),
            number: u8::try_from(number).ok()?,
            kind,
            label: slots::label_of(bytes),
            kdf: slot.and_then(|slot| slot.params()),
        })
    }
}

/// The slots in use, in their order.
pub(crate) fn slot_list(slots: &Slots) -> Vec<SlotInfo> {
    slots
        .iter()
        .enumerate()
        .filter_map(|(number, bytes)| SlotInfo::of(number, bytes))
        .collect()
}
