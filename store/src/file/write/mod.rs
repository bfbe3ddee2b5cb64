//! An open file: creating, opening, appending, compacting, and changing passwords and keys. Opening
//! is here because it takes the lock and repairs what a crash left.

pub(super) mod append_error;
pub(super) mod backup;
pub(super) mod change_password;
pub(super) mod checkpoint;
pub(super) mod compact;
pub(super) mod compact_error;
pub(super) mod create;
pub(super) mod create_error;
pub(super) mod journal;
pub(super) mod manage_slots;
pub(super) mod open;
pub(super) mod open_report;
pub(super) mod password_error;
pub(super) mod position;
pub(super) mod read_back;
pub(super) mod recover;
pub(super) mod rotate;
pub(super) mod set_aside;
pub(super) mod side_list;
pub(super) mod store_file;
