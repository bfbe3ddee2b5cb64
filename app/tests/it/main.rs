//! The program from the outside.
#![expect(
    clippy::unwrap_used,
    reason = "a failed test is what a failed unwrap should be"
)]

mod cli;
mod kill;
mod window;
