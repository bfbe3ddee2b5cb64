//! Salvage: reading everything in a damaged file that can still be authenticated.
//!
//! Only reads. Every frame can be authenticated on its own (it contains its nonce, and the offset
//! it was written for), so it is found wherever it is now. The caller interprets the rescued
//! payloads and writes them to a new file.
//!
//! `keyring` finds the keys in headers that may be damaged or moved; `search` finds the authentic
//! frames; `history` chooses those that belong together; `plan` determines what they contain and
//! what is missing.
mod history;
mod keyring;
mod plan;
mod report;
mod search;

use std::path::Path;

use self::keyring::{HeaderCandidate, Keyring};
pub use self::plan::Rescued;
pub use self::report::{
    FileSalvageError, FileSalvageReport, HistoryBreak, LostFrame, LostKind, SalvageMode,
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

/// Finds the data key in one slot: from credentials, or directly in tests.
pub(crate) type TrySlot<'a> = dyn Fn(&StoreId, &SlotBytes) -> Result<Dek, UnlockError> + 'a;

/// Reads what can be read of a damaged file. Takes no lock and writes nothing.
///
/// The time is linear in the length of the file, plus one key derivation for each slot left in its
/// headers. Needs memory for the unpacked content, at most the memory of the computer.
///
/// # Errors
///
/// [`FileSalvageError`] if nothing could be read.
pub fn salvage(
    vfs: &dyn Vfs,
    path: &Path,
    credentials: &Credentials,
    mode: SalvageMode,
    limits: &KdfLimits,
    control: &Control,
) -> Result<Rescued, FileSalvageError> {
    let allowance = Allowance::new(limits);
    salvage_with(vfs, path, mode, control, &|store_id, slot| {
        // One slot at a time, so that a damaged one does not prevent trying the others.
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
) -> Result<Rescued, FileSalvageError> {
    let file = vfs
        .open(path, Access::Read)
        .map_err(|error| crate::file::read::probe::missing(error, path))?;
    let len = file.stat().map_err(OpenError::from)?.len;
    let headers = HeaderCandidate::find(&*file, len, control)?;
    let keyring = Keyring::unlock(&headers, &*file, len, control, try_slot)?;
    let search = search::run(&*file, len, keyring, control)?;
    Ok(plan::arrange(search, len, mode))
}
