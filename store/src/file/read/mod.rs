//! Reading a file without changing it: inspecting it without a password, reading its frames in
//! order and in parallel, and finding frames that the chain does not lead to.

pub(super) mod assemble;
pub(super) mod header_copies;
pub(super) mod mark_search;
pub(super) mod open_error;
pub(super) mod probe;
pub(super) mod walk;
