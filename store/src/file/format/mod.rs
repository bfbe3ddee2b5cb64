//! The structures of a file, byte by byte (`store/FORMAT.md`): headers with their key slots, frames
//! and what is in them.
//!
//! It reads and writes bytes in memory; where they stand in a file is the business of others.

pub(super) mod corruption;
pub(super) mod frame;
pub(super) mod header;
pub(super) mod meta;
pub(super) mod pack;
pub(super) mod slot_label;
pub(super) mod slot_list;
pub(super) mod slots;
pub(super) mod wire;
