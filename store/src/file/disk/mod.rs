//! Access to the disk: all system calls ([`vfs`]), locks, the names of the files beside a database,
//! and writing small files atomically. Knows neither keys nor the format.

pub(super) mod entropy;
pub(super) mod io_error;
pub(super) mod lock;
pub(super) mod lock_obstacle;
pub(super) mod rules;
pub(super) mod siblings;
pub(super) mod system_error;
pub(super) mod vfs;
pub(super) mod whole_file;
