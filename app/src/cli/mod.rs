//! The command line: the same store without a window.
//!
//! Data goes to standard output, messages to standard error, and the exit code is the result
//! ([`Exit`]). Passwords come from a prompt or from standard input, never from an argument.
//! Commands that only read open the file without a lock, so that they work while a window has it
//! open.

mod apply;
mod args;
mod common;
mod database;
mod exit;
mod export;
mod file;
mod import;
mod key_args;
mod keys;
mod launch;
mod output;
mod password;
mod printer;
mod progress;
mod query;
mod records;
mod repair;
mod signals;
mod target;
mod terminal;

pub use exit::Exit;
pub use launch::{Launch, launch};

#[cfg(test)]
mod tests;
