//! What stands between this program and the disk: every system call ([`vfs`]), locks, the names of
//! the files beside a database, files that appear whole or not at all.
//!
//! It knows no keys and no format.

pub(super) mod entropy;
pub(super) mod io_error;
pub(super) mod lock;
pub(super) mod lock_obstacle;
pub(super) mod rules;
pub(super) mod siblings;
pub(super) mod vfs;
pub(super) mod whole_file;
