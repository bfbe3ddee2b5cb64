//! What the store promises, checked from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a failed test is what a failed unwrap should be"
)]

mod file;
#[cfg(unix)]
mod full_disk;
mod kill;
mod many;
mod misspellings;
mod salvage;
mod search;
mod store;
