//! Damaged files: listing what is wrong, reading what is left, restoring headers.

pub(super) mod header_backup;
pub(super) mod restore_header;
pub(super) mod salvage;
pub(super) mod verify;
