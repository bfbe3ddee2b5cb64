//! The properties of key slots that are known without a password.
use crate::file::{
    format::{
        slot_label::SlotLabel,
        slots::{self, Slot, SlotBytes, SlotId, SlotKind, Slots},
    },
    keys::kdf::KdfParams,
};

/// A key slot as shown to users. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotInfo {
    /// The identity of the slot, which changes with its password.
    pub id: SlotId,
    /// Its number in the header, 0 to 7, which stays the same when its password is changed.
    pub number: u8,
    /// What opens it.
    pub kind: SlotKind,
    /// A name for users; may be empty.
    pub label: SlotLabel,
    /// The cost of deriving its key; `None` for a recovery key.
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

/// The slots in use, in order.
pub(crate) fn slot_list(slots: &Slots) -> Vec<SlotInfo> {
    slots
        .iter()
        .enumerate()
        .filter_map(|(number, bytes)| SlotInfo::of(number, bytes))
        .collect()
}
