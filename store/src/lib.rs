//! VStore's store: records in one encrypted file, found while you type.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod clock;
pub mod file;
mod key;
mod path;
mod record;
pub mod value;

pub use clock::{Clock, ManualClock, Millis, SystemClock};
pub use key::{KEY_BYTES_MAX, Key, KeyError};
pub use path::{PATH_BYTES_MAX, Path, PathError, PathSegment, ROOT_PATH, visit_at, walk};
pub use record::{Meta, Record, RecordRef, Scan};
