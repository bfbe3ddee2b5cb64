//! Paths across all records: which paths exist, which values they hold, and which records meet a
//! condition on one of them.
//!
//! Reads records through [`Scan`](crate::Scan); knows neither segments nor files.

mod bin;
mod calendar;
mod catalog;
mod checking;
mod columns;
mod counter;
mod equi_depth;
mod find;
mod histogram;
mod hyper_log_log;
mod min_max;
mod numbers;
mod statistics;
mod tree;

pub use bin::Bin;
pub(crate) use catalog::PathCounter;
pub use catalog::{PATHS_MAX, PathCatalog, PathCounts};
pub(crate) use columns::{Column, Columns, ColumnsBuilder};
pub use equi_depth::{EquiDepthBucket, EquiDepthHistogram};
pub use find::{FoundKeys, find, first_text_at};
pub use histogram::{Histogram, HistogramUnit};
pub use statistics::{Distinct, PathStatistics, TopValue, statistics};
pub(crate) use statistics::{PathSource, Tally, count_record, statistics_of};

#[cfg(test)]
mod tests;
