//! Inspecting a file without a password: whether it is a database, whether this version can read
//! it, and what opens it.
use std::{io, path::Path};

use crate::file::{
    disk::{
        io_error::IoError,
        vfs::{Access, Vfs},
    },
    format::{
        header::Header,
        slot_list::{SlotInfo, slot_list},
    },
    keys::kdf::KdfParams,
    read::{header_copies::HeaderCopies, open_error::OpenError},
};

/// The properties of a file that are known without a password. None of them is authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// Length in bytes.
    pub len: u64,
    /// Whether every password also needs a key file.
    pub needs_key_file: bool,
    /// Generation: one more with every compaction.
    pub generation: u64,
    /// Identity of the store, the same in all its copies.
    pub store_id: [u8; 16],
    /// The cost of each password.
    pub kdf: Vec<KdfParams>,
    /// The passwords and keys that open it.
    pub slots: Vec<SlotInfo>,
    /// Whether both header copies are intact and equal.
    pub headers_in_step: bool,
}

/// Reads the headers of a file: a few kilobytes. Writes nothing and takes no lock.
///
/// # Errors
///
/// [`OpenError`] if the file is missing, is not a database, needs a newer version, or has no intact
/// header.
pub fn probe(vfs: &dyn Vfs, path: &Path) -> Result<Probe, OpenError> {
    let file = vfs
        .open(path, Access::Read)
        .map_err(|error| missing(error, path))?;
    let len = file.stat()?.len;
    let copies = HeaderCopies::read(&*file, len)?;
    let header = copies.current.claims();
    Ok(Probe {
        len,
        // A copy that asks for one may be forged.
        needs_key_file: copies.claims().all(Header::needs_key_file),
        generation: header.generation,
        store_id: header.store_id,
        kdf: header
            .known_slots()
            .filter_map(|slot| slot.params())
            .collect(),
        slots: slot_list(&header.slots),
        headers_in_step: copies.in_step(),
    })
}

/// Converts an error, distinguishing a file that does not exist.
pub(crate) fn missing(error: IoError, path: &Path) -> OpenError {
    if error.kind() == io::ErrorKind::NotFound {
        OpenError::NotFound {
            path: path.to_owned(),
        }
    } else {
        error.into()
    }
}
