//! The index explorer: which paths the values have, and what stands at a chosen one.

use std::sync::Arc;

use vstore::paths::{Bin, Distinct, HistogramUnit};
use vstore::value::ValueType;
use vstore::{Path, Seq};

/// What the index explorer shows.
#[derive(Clone, Debug, Default)]
pub struct Explorer {
    /// All paths in their order, as far as they are known.
    pub paths: Arc<[PathRow]>,
    /// For which commit `paths` was made.
    pub paths_seq: Option<Seq>,
    /// The path that was chosen.
    pub selected: Option<Path>,
    /// What stands at the chosen path. May be of an older commit while a newer one is computed.
    pub statistics: Option<Arc<PathStatistics>>,
    /// The statistics are being computed.
    pub running: bool,
    /// Of which records they are.
    pub scope: FacetScope,
}

/// Which records are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FacetScope {
    /// All.
    #[default]
    Everything,
    /// Those that the search found; all while nothing is searched.
    Result,
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRow {
    /// The path.
    pub path: Path,
    /// How many records have it.
    pub records: u64,
    /// How many values of each type stand there; types that do not occur are left out.
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

/// What stands at one path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathStatistics {
    /// The path.
    pub path: Path,
    /// For which commit this was computed.
    pub seq: Seq,
    /// Among how many records of a search's result; `None`: among all.
    pub within: Option<u64>,
    /// How many records have the path.
    pub records: u64,
    /// How many records do not.
    pub missing: u64,
    /// How many values of each type, the most frequent first.
    pub types: FirstTypes,
    /// How many different values.
    pub distinct: Distinct,
    /// The most frequent values, the most frequent first.
    pub top: Vec<TopValue>,
    /// The smallest value as text.
    pub min: Option<String>,
    /// The largest value as text.
    pub max: Option<String>,
    /// What the ends of `histogram` and `shares` count.
    pub unit: HistogramUnit,
    /// Equal steps over the numbers or timestamps at the path; empty if there are none.
    pub histogram: Vec<Bin>,
    /// The same numbers in bars of about as many each; `to` is the largest number in a bar.
    pub shares: Vec<Bin>,
    /// The most frequent words of the texts that stand there, the most frequent first.
    pub words: Vec<TopValue>,
    /// How many different words.
    pub distinct_words: u64,
    /// What the index of the path takes.
    pub bytes: IndexBytes,
}

/// Bytes of memory that the index of one path takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexBytes {
    /// Typed values.
    pub values: u64,
    /// In which records words stand.
    pub words: u64,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopValue {
    /// As it is shown.
    pub text: String,
    /// The query that finds the records with it: `genres[]="Comedy"`.
    pub query: String,
    /// How often it occurs.
    pub count: u64,
}
