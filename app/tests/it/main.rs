//! The program from the outside.
#![expect(
    clippy::unwrap_used,
    reason = "a failed test is what a failed unwrap should be"
)]

mod cli;
mod kill;
#[path = "../../../store/tests/it/source_rules.rs"]
mod source_rules;
mod tidy;
mod window;
