//! Encoding and decoding of the structures of a file (`store/FORMAT.md`): headers with their key
//! slots, and frames with their content. Works on bytes in memory only.

pub(super) mod corruption;
pub(super) mod frame;
pub(super) mod header;
pub(super) mod meta;
pub(super) mod pack;
pub(super) mod slot_label;
pub(super) mod slot_list;
pub(super) mod slots;
pub(super) mod wire;
