//! The results of opening a file that are not errors.

use super::position::Standing;

/// What opening found and did. Nothing of it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileOpenReport {
    /// Whether the file is open read-only, because that was requested or because features of a
    /// later version forbid writing.
    pub read_only: bool,
    /// Whether the last session closed the file.
    pub clean_close: bool,
    /// How the file compares with the position it was opened with.
    pub standing: Standing,
    /// The offset at which an unfinished write was cut off (or found, if read-only).
    pub torn_at: Option<u64>,
    /// The length of the unfinished write in bytes.
    pub torn_bytes: u64,
    /// The number of complete frames of the unfinished transaction.
    pub discarded_uncommitted: u32,
    /// Whether one copy of the header is damaged, forged or outdated, or the padding after the
    /// copies is not zero. Nothing is lost by that.
    pub header_fault: bool,
    /// Whether that was repaired.
    pub healed_header: bool,
    /// Whether the whole file was rewritten because its disk had failed to sync it.
    pub rewritten: bool,
    /// The number of frames of a later version that were skipped.
    pub skipped_frames: u64,
    /// The number of left-over temporary files that were removed.
    pub removed_temporaries: usize,
}

/// The torn tail of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Torn {
    pub(crate) bytes: u64,
    /// The number of complete frames in it.
    pub(crate) discarded: u32,
}
