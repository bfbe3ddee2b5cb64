//! Fuzzing without a nightly compiler: seeds, mutations, and feedback from what each target says
//! about its input. An input that leads to an outcome nobody has seen joins the corpus.
//!
//! It knows what to try and when to stop; what is tried stands behind `vstore::fuzzing`.
#![forbid(unsafe_code)]

mod corpus;
mod mutate;
mod run;

pub use corpus::{load, seeds};
pub use mutate::Random;
pub use run::{Limit, Outcome, fuzz};

/// A reader of bytes from outside.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also that of its corpus.
    pub name: &'static str,
    /// Reads any bytes and says what became of them.
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
