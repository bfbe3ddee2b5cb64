//! Tests of the store through its public interface.
#![expect(
    clippy::unwrap_used,
    reason = "a failed test is what a failed unwrap should be"
)]

mod clock;
mod file;
mod format;
#[cfg(unix)]
mod full_disk;
mod kill;
mod many;
mod misspellings;
#[cfg(unix)]
mod places;
mod salvage;
mod search;
mod secrets;
mod settings;
mod source_rules;
mod store;
mod suites;
#[cfg(unix)]
mod tidy;
mod two_writers;

/// Whether freed memory is wiped here; the tests of `tests/wiping` run with an allocator that does.
#[cfg(target_os = "linux")]
const WIPES_FREED_MEMORY: bool = false;
