//! The index explorer: which paths the values have, and statistics of a chosen one.

use std::sync::Arc;

use vstore::paths::{Bin, Distinct, HistogramUnit};
use vstore::value::ValueType;
use vstore::{Path, Seq};

/// What the index explorer shows.
#[derive(Clone, Debug, Default)]
pub struct Explorer {
    /// All paths in order, as far as known.
    pub paths: Arc<[PathRow]>,
    /// The sequence number that `paths` belongs to.
    pub paths_seq: Option<Seq>,
    /// The chosen path.
    pub selected: Option<Path>,
    /// The statistics of the chosen path. May belong to an older commit while newer ones are
    /// computed.
    pub statistics: Option<Arc<PathStatistics>>,
    /// The statistics are being computed.
    pub running: bool,
    /// Which records they count.
    pub scope: FacetScope,
}

/// Which records are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FacetScope {
    /// All records.
    #[default]
    Everything,
    /// The records that the search found; all if there is no search.
    Result,
}

/// A path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRow {
    /// The path.
    pub path: Path,
    /// How many records have it.
    pub records: u64,
    /// The number of values of each type at the path; types that do not occur are omitted.
    pub types: FirstTypes,
}

/// Types with counts, the most frequent first.
pub type FirstTypes = Vec<(ValueType, u64)>;

impl PathRow {
    /// The most frequent type.
    pub fn main_type(&self) -> Option<ValueType> {
        self.types.first().map(|(kind, _)| *kind)
    }
}

/// Statistics of one path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathStatistics {
    /// The path.
    pub path: Path,
    /// The sequence number they belong to.
    pub seq: Seq,
    /// The size of the search result that was counted; `None` if all records were.
    pub within: Option<u64>,
    /// How many records have the path.
    pub records: u64,
    /// How many records do not have it.
    pub missing: u64,
    /// The number of values of each type, most frequent first.
    pub types: FirstTypes,
    /// The number of distinct values.
    pub distinct: Distinct,
    /// The most frequent values, most frequent first.
    pub top: Vec<TopValue>,
    /// The smallest value as text.
    pub min: Option<String>,
    /// The largest value as text.
    pub max: Option<String>,
    /// The unit of `histogram` and `shares`.
    pub unit: HistogramUnit,
    /// Equal steps over the numbers or timestamps at the path; empty if there are none.
    pub histogram: Vec<Bin>,
    /// The same numbers in bars of about equal count; `to` is the largest number in a bar.
    pub shares: Vec<Bin>,
    /// The most frequent words of the strings at the path, most frequent first.
    pub words: Vec<TopValue>,
    /// The number of distinct words.
    pub distinct_words: u64,
    /// The memory used by the index of the path.
    pub bytes: IndexBytes,
}

/// The memory used by the index of one path, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexBytes {
    /// Typed values.
    pub values: u64,
    /// The records in which each word occurs.
    pub words: u64,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopValue {
    /// The text shown.
    pub text: String,
    /// A query that finds the records with it: `genres[]="Comedy"`.
    pub query: String,
    /// How often it occurs.
    pub count: u64,
}
