//! Salvage: whatever can still be authenticated in a damaged file, for a new file.
//!
//! It only reads. Every frame proves itself alone (its nonce stands in it, and the place it was
//! written for is authenticated with it), so that a frame is found wherever it stands now. What
//! the rescued payloads mean, and writing them to a new file, is the business of the caller.
//!
//! `keyring` finds the keys, in headers that may be damaged or moved; `search` finds the genuine
//! frames; `history` tells which of them follow each other; `plan` says what they make and what is
//! missing.
mod history;
mod keyring;
mod plan;
mod report;
mod search;

use std::path::Path;

use self::keyring::{Header, Keyring};
pub use self::plan::Rescued;
pub use self::report::{
    HistoryBreak, LostFrame, LostKind, SalvageError, SalvageMode, SalvageReport,
};
use crate::{
    control::Control,
    file::{
        disk::vfs::{Access, Vfs},
        format::slots::{self, SLOT_COUNT, SLOT_LEN, SlotBytes, UnlockError},
        keys::{
            credentials::Credentials,
            kdf::{Allowance, KdfLimits},
            seal::{Dek, StoreId},
        },
        read::open_error::OpenError,
    },
};

/// How a key is found in one slot: from credentials, or by a test that has it.
pub(crate) type TrySlot<'a> = dyn Fn(&StoreId, &SlotBytes) -> Result<Dek, UnlockError> + 'a;

/// Reads what can be read of a damaged file. Takes no lock and writes nothing.
///
/// The time is bounded by a multiple of the length of the file (and by one key derivation for
/// each slot left in its headers), the memory by what the file holds unpacked, at most the memory
/// of the computer.
pub fn salvage(
    vfs: &dyn Vfs,
    path: &Path,
    credentials: &Credentials,
    mode: SalvageMode,
    limits: &KdfLimits,
    control: &Control,
) -> Result<Rescued, SalvageError> {
    let allowance = Allowance::new(limits);
    salvage_with(vfs, path, mode, control, &|store_id, slot| {
        // One slot at a time, so that a damaged one does not end the search for a good one.
        let mut slots = [[0; SLOT_LEN]; SLOT_COUNT];
        let [first, ..] = &mut slots;
        *first = *slot;
        slots::unlock_within(&slots, store_id, credentials, &allowance, control)
            .map(|unlocked| unlocked.dek)
    })
}

pub(crate) fn salvage_with(
    vfs: &dyn Vfs,
    path: &Path,
    mode: SalvageMode,
    control: &Control,
    try_slot: &TrySlot<'_>,
) -> Result<Rescued, SalvageError> {
    let file = vfs
        .open(path, Access::Read)
        .map_err(|error| crate::file::read::probe::missing(error, path))?;
    let len = file.stat().map_err(OpenError::from)?.len;
    let headers = Header::find(&*file, len, control)?;
    let keyring = Keyring::unlock(&headers, &*file, len, control, try_slot)?;
    let search = search::run(&*file, len, keyring, control)?;
    Ok(plan::arrange(search, len, mode))
}
