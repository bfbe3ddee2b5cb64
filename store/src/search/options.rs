//! How a search compares, orders and limits.

use super::mode::Mode;

/// The largest number of hits listed if no limit is given; all are counted. Bounds the memory of
/// one answer to a few hundred megabytes, whatever the size of the store.
pub const HITS_LISTED_MAX: usize = 4_000_000;
/// What hits are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// Best match first; equally good ones in key order.
    #[default]
    Relevance,
    /// The key, by its bytes.
    Key,
    /// The time of creation.
    Created,
    /// The time of the last modification.
    Modified,
    /// The time of expiry; records that never expire come last.
    Expires,
}

/// An order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// What hits are sorted by.
    pub by: SortBy,
    /// Whether the order is reversed.
    pub descending: bool,
}

/// Options of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchOptions {
    /// How plain words are compared.
    pub mode: Mode,
    /// The order of the hits.
    pub sort: Sort,
    /// The number of hits to list, from the first in the order. `None`: all, up to
    /// [`HITS_LISTED_MAX`]. Counts are exact in any case.
    pub limit: Option<usize>,
}
