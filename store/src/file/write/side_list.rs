//! The transactions appended while a compaction runs.

use bytes::Bytes;

/// Transactions appended while a compaction runs, which are also appended to the new file.
pub(crate) struct SideList {
    pub(crate) number: u64,
    pub(crate) payloads: Vec<Bytes>,
    /// Whether the new file has another data key and slots of its own.
    pub(crate) rotating: bool,
}
