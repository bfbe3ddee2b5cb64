//! Damaged files: finding what is wrong, reading what is left, putting a header back.

pub(super) mod header_backup;
pub(super) mod restore_header;
pub(super) mod salvage;
pub(super) mod verify;
