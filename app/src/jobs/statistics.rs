//! The paths of all records, and what stands at one of them, in the window's form.

use std::sync::Arc;

use vstore::paths::HistogramUnit;
use vstore::search::Ticket;
use vstore::value::json::{to_compact, to_compact_preview};
use vstore::value::{EncodedValue, Value, ValueRef, ValueType};
use vstore::{Path, Seq, Snapshot};

use super::runner::{Done, Say};
use crate::state::{Bin, Distinct, FirstTypes, PathRow, PathStatistics, TopValue};

/// How many of the most frequent values are listed.
const TOP_MAX: usize = 20;
const VALUE_CHARS: usize = 80;

/// Which paths there are, and what stands at one.
#[derive(Clone, Debug)]
pub struct StatisticsQuestion {
    /// The records.
    pub snapshot: Snapshot,
    /// The path to look at closely.
    pub selected: Option<Path>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct StatisticsAnswer {
    /// For which commit.
    pub seq: Seq,
    /// All paths, ordered.
    pub paths: Arc<[PathRow]>,
    /// What stands at the selected one.
    pub statistics: Option<Arc<PathStatistics>>,
}

pub(super) fn answer_statistics(
    question: StatisticsQuestion,
    ticket: &Ticket,
    _say: &Say,
) -> Option<Done> {
    let StatisticsQuestion { snapshot, selected } = question;
    let rows = snapshot.catalog().iter().map(|(path, counts)| PathRow {
        path: path.clone(),
        records: counts.records,
        types: first_types(counts.types),
    });
    let paths = rows.collect();
    let statistics = match selected {
        Some(path) => Some(Arc::new(statistics_of(&snapshot, path, ticket)?)),
        None => None,
    };
    let answer = StatisticsAnswer {
        seq: snapshot.seq(),
        paths,
        statistics,
    };
    Some(Done::Statistics(Box::new(answer)))
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

fn statistics_of(snapshot: &Snapshot, path: Path, ticket: &Ticket) -> Option<PathStatistics> {
    let found = snapshot.statistics(&path, None, ticket).ok()?;
    let (min, max) = found
        .extremes
        .as_ref()
        .map(|(min, max)| (text(min), text(max)))
        .unzip();
    let distinct = if found.distinct.is_estimate {
        Distinct::About(found.distinct.count)
    } else {
        Distinct::Exactly(found.distinct.count)
    };
    let top = found.top.iter().take(TOP_MAX);
    // Moments have no place on a scale of numbers yet.
    let histogram = found
        .histogram
        .filter(|found| found.unit == HistogramUnit::Number);
    let bins = histogram.into_iter().flat_map(|found| found.bins);
    Some(PathStatistics {
        seq: snapshot.seq(),
        records: found.records_with,
        missing: found.records_without,
        types: first_types(found.types),
        distinct,
        top: top
            .map(|top| top_value(&path, &top.value, top.count))
            .collect(),
        min,
        max,
        histogram: bins
            .map(|bin| Bin {
                low: bin.from,
                high: bin.to,
                count: bin.count,
            })
            .collect(),
        path,
    })
}

/// A value in one line; a text without quotes.
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
    let query = match EncodedValue::encode(value) {
        Ok(encoded) => match encoded.view() {
            ValueRef::Null => format!("{path}:null"),
            view => format!("{path}={}", to_compact(view)),
        },
        Err(_) => format!("{path}:exists"),
    };
    TopValue {
        text: text(value),
        query,
        count,
    }
}
