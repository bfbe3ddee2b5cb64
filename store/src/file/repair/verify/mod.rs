//! Checking a whole file and listing everything that is wrong with it, without changing it.
//!
//! The code that opens files (`read_frames`, and the [`ContentCheck`] of the caller) decides
//! whether a file is intact, so a check and opening cannot disagree. Only if opening would refuse
//! the file, it is read again frame by frame, skipping damage, to list all findings.

mod content;
mod finding;
mod of_open_file;
mod reading;
mod survey;

pub use content::{ContentCheck, ContentError};
pub use finding::{Finding, FindingKind, Loss, VerifyDepth, VerifyReport};
pub use of_open_file::FileVerification;
#[cfg(test)]
pub(crate) use reading::verify_with;
pub use reading::{verify, verify_content};
