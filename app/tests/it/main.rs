//! Tests of the program from the outside.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod cli;
mod database;
mod dependencies;
#[cfg(all(unix, not(target_os = "macos")))]
mod display;
mod kill;
mod needs;
mod pictures;
#[path = "../../../store/tests/it/source_rules.rs"]
mod source_rules;
mod tidy;
mod window;
