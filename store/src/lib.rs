//! VStore's store: records in one encrypted file, found while you type.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod file;
