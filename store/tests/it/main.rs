//! The promises of the store, tested from outside.
mod file;
