//! What is appended while a compaction is being written.

use bytes::Bytes;

/// Transactions appended while a compaction runs; they go to the end of the new file too.
pub(crate) struct SideList {
    pub(crate) number: u64,
    pub(crate) payloads: Vec<Bytes>,
    /// The new file has another data key, and slots of its own.
    pub(crate) rotating: bool,
}
