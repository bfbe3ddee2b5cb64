//! Reading a file without changing it: a look before any password, frames in their order and in
//! parallel, frames where no chain leads to them.

pub(super) mod assemble;
pub(super) mod header_copies;
pub(super) mod marks;
pub(super) mod open_error;
pub(super) mod probe;
pub(super) mod walk;
