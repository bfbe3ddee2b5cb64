//! What opening found and did.

use super::position::Standing;

/// What opening found and did. None of it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// Opened read-only, because it was asked for or because a later version's features forbid
    /// writing.
    pub read_only: bool,
    /// The last session closed the file.
    pub clean_close: bool,
    /// How the file compares with the position it was opened with.
    pub standing: Standing,
    /// Where an unfinished write was cut off (found, when read-only).
    pub torn_at: Option<u64>,
    /// Its length in bytes.
    pub torn_bytes: u64,
    /// Whole frames of a transaction without an end among them.
    pub discarded_uncommitted: u32,
    /// One copy of the header is damaged, forged or behind, or bytes beside the copies that mean
    /// nothing are not zero. Nothing is lost with it.
    pub header_fault: bool,
    /// That was repaired.
    pub healed_header: bool,
    /// The whole file was written anew, because its disk had failed to make it durable.
    pub rewritten: bool,
    /// Frames of a later version that were skipped.
    pub skipped_frames: u64,
    /// Left-over temporary files that were removed.
    pub removed_temporaries: usize,
}

/// The end of the file that is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Torn {
    pub(crate) bytes: u64,
    /// Whole frames among them.
    pub(crate) discarded: u32,
}
