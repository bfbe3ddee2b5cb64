//! Reading a whole file and listing everything that is wrong with it, without changing it.
//!
//! Whether a file is intact is decided by the code that opens files (`read_frames`, and the
//! [`Content`] of the caller), so that a check and opening cannot disagree. Only where opening
//! would refuse is the file read again, frame by frame and over damage, to list all of it.

mod content;
mod finding;
mod of_open_file;
mod reading;
mod survey;

pub use content::{Content, ContentError};
pub use finding::{Finding, FindingKind, Loss, VerifyDepth, VerifyReport};
pub use of_open_file::Verification;
#[cfg(test)]
pub(crate) use reading::verify_with;
pub use reading::{verify, verify_content};
