//! Reading a whole file and listing everything that is wrong with it, without changing it.

mod finding;
mod of_open_file;
mod reading;

pub use finding::{Finding, FindingKind, Loss, VerifyReport};
pub use of_open_file::Verification;
#[cfg(test)]
pub(crate) use reading::verify_with;
pub use reading::{VerifyDepth, verify};
