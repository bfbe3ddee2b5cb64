//! The paths of all records and the values at one of them, in the form the window shows.

use std::sync::Arc;

use vstore::paths::{Bin, HistogramUnit};
use vstore::search::{CancelToken, edit};
use vstore::value::json::to_compact_preview;
use vstore::value::{EncodedValue, Value, ValueType};
use vstore::{Path, Seq, Snapshot, WordCount, WordStatistics};

use super::worker::Emit;
use crate::state::{FirstTypes, IndexBytes, Keys, PathRow, PathStatistics, TopValue};

/// How many of the most frequent values are listed.
const TOP_MAX: usize = 20;
const VALUE_CHARS: usize = 80;

/// Which paths exist, and the values at one of them.
#[derive(Clone, Debug)]
pub struct StatisticsQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The path to examine.
    pub selected: Option<Path>,
    /// The records that a search found, with their snapshot; only these are counted.
    pub within: Option<(Snapshot, Keys)>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct StatisticsAnswer {
    /// The sequence number of the snapshot.
    pub seq: Seq,
    /// All paths, ordered.
    pub paths: Arc<[PathRow]>,
    /// The statistics of the selected path.
    pub statistics: Option<Arc<PathStatistics>>,
}

pub(super) fn answer_statistics(
    question: StatisticsQuestion,
    cancel: &CancelToken,
    _emit: &Emit<'_, StatisticsAnswer>,
) -> Option<StatisticsAnswer> {
    let StatisticsQuestion {
        snapshot,
        selected,
        within,
    } = question;
    let rows = snapshot.catalog().iter().map(|(path, counts)| PathRow {
        path: path.clone(),
        records: counts.records,
        types: first_types(counts.types),
    });
    let paths = rows.collect();
    let statistics = match selected {
        Some(path) => {
            let (snapshot, keys) = match &within {
                Some((searched, keys)) => (searched, Some(keys)),
                None => (&snapshot, None),
            };
            Some(Arc::new(statistics_of(snapshot, path, keys, cancel)?))
        }
        None => None,
    };
    Some(StatisticsAnswer {
        seq: snapshot.seq(),
        paths,
        statistics,
    })
}

fn first_types(counts: [u64; ValueType::ALL.len()]) -> FirstTypes {
    let mut types: FirstTypes = ValueType::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .collect();
    types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    types
}

fn statistics_of(
    snapshot: &Snapshot,
    path: Path,
    within: Option<&Keys>,
    cancel: &CancelToken,
) -> Option<PathStatistics> {
    let hits = within.map(Keys::hits);
    let found = snapshot.statistics(&path, hits, cancel).ok()?;
    let has_texts = found
        .types
        .get(ValueType::String as usize)
        .is_some_and(|count| *count > 0);
    let words = if has_texts {
        snapshot.words_at(&path, hits, TOP_MAX, cancel).ok()?
    } else {
        WordStatistics::default()
    };
    let (min, max) = found
        .min_max
        .as_ref()
        .map(|(min, max)| (text(min), text(max)))
        .unzip();
    let top = found.top.iter().take(TOP_MAX);
    let top = top.map(|top| top_value(&path, &top.value, top.count));
    let unit = found.histogram.as_ref().map(|found| found.unit);
    let bins = found.histogram.map_or_else(Vec::new, |found| found.bins);
    let buckets = found.equi_depth.into_iter().flat_map(|found| found.buckets);
    let shares = buckets.map(|found| Bin {
        from: found.least,
        to: found.greatest,
        count: found.count,
    });
    Some(PathStatistics {
        seq: snapshot.seq(),
        within: within.map(|_| found.records_with + found.records_without),
        records: found.records_with,
        missing: found.records_without,
        types: first_types(found.types),
        distinct: found.distinct,
        top: top.collect(),
        min,
        max,
        unit: unit.unwrap_or(HistogramUnit::Number),
        histogram: bins,
        shares: shares.collect(),
        words: words.top.into_iter().map(|top| word(&path, top)).collect(),
        distinct_words: words.distinct,
        bytes: IndexBytes {
            values: found.index_bytes,
            words: words.index_bytes,
        },
        path,
    })
}

/// The condition uses the word in folded form: `title:tootsie`.
fn word(path: &Path, found: WordCount) -> TopValue {
    TopValue {
        query: edit::has_word(path, &found.word),
        text: found.word,
        count: found.records,
    }
}

/// A value on one line; a string without quotes.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.chars().take(VALUE_CHARS).collect(),
        value => match EncodedValue::encode(value) {
            Ok(encoded) => to_compact_preview(encoded.view(), VALUE_CHARS),
            Err(_) => String::new(),
        },
    }
}

fn top_value(path: &Path, value: &Value, count: u64) -> TopValue {
    let encoded = EncodedValue::encode(value).ok();
    let query = encoded.and_then(|encoded| edit::equals(path, encoded.view()));
    TopValue {
        text: text(value),
        // If no condition can express the value, find the records that have the path.
        query: query.unwrap_or_else(|| edit::exists(path, true)),
        count,
    }
}
