//! Fuzzing without a nightly compiler: seeds, mutations, and feedback from the outcome that each
//! target reports. An input that leads to a new outcome is added to the corpus.
//!
//! This crate decides what to try and when to stop; the targets are in `vstore::fuzzing`.
#![forbid(unsafe_code)]

mod corpus;
mod mutate;
mod run;

pub use corpus::{load, seeds};
pub use mutate::Random;
pub use run::{Limit, Outcome, fuzz};

/// A reader of untrusted bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also that of its corpus.
    pub name: &'static str,
    /// Reads any bytes and returns a description of the outcome.
    pub read: fn(&[u8]) -> String,
}

/// All targets.
pub const TARGETS: [Target; 7] = [
    Target {
        name: "header",
        read: vstore::fuzzing::header,
    },
    Target {
        name: "frames",
        read: vstore::fuzzing::frames,
    },
    Target {
        name: "plaintext",
        read: vstore::fuzzing::plaintext,
    },
    Target {
        name: "pack",
        read: vstore::fuzzing::pack,
    },
    Target {
        name: "batch",
        read: vstore::fuzzing::batch,
    },
    Target {
        name: "value",
        read: vstore::fuzzing::value,
    },
    Target {
        name: "salvage",
        read: vstore::fuzzing::salvage,
    },
];
