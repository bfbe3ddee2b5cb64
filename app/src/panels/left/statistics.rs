//! What the statistics of the selected path show: the most frequent values and words, the
//! distribution of its numbers, and the records counted. Draws nothing.

use vstore::Path;
use vstore::paths::{Bin, Distinct, HistogramUnit};
use vstore::search::edit;
use vstore::value::ValueType;

use super::timestamps::{self, Span};
use crate::format;
use crate::state::{FacetScope, IndexBytes, PathStatistics, TopValue};
use crate::view::StoreView;

const TOP_SHOWN: usize = 6;
/// Values are worth listing if one of them occurs in at least one record of this many.
const WORTH_LISTING: u64 = 50;
/// The lowest bar of the shares, as a fraction of the scale.
const FOOT: f64 = 30.0;

/// What the statistics show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StatisticsData {
    pub(super) path: String,
    /// `22 distinct`, behind the path.
    pub(super) summary: String,
    /// The records that are counted, and the labels of the choice; `None` without a search.
    pub(super) scope: Option<ScopeRow>,
    /// The most frequent values.
    pub(super) values: Vec<TopRow>,
    /// The most frequent words; empty if there is no text.
    pub(super) words: Vec<TopRow>,
    /// Hardly any value repeats: words are more informative.
    pub(super) prefers_words: bool,
    /// `1980 to 1999`, shown above the histogram.
    pub(super) span: String,
    /// Numbers or timestamps in equal steps.
    pub(super) steps: Vec<BinRow>,
    /// The same in bars with about the same number of records each.
    pub(super) shares: Vec<BinRow>,
    /// `in 12 of 540 results`.
    pub(super) footer: String,
    /// The size of the index: `48 KB for values, 12 KB for words`.
    pub(super) memory: String,
    /// The same in more detail.
    pub(super) details: String,
}

/// The choice between all records and those found by the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScopeRow {
    pub(super) scope: FacetScope,
    /// Whether the statistics are for this choice already.
    pub(super) is_shown: bool,
}

/// A frequent value or word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TopRow {
    pub(super) text: String,
    pub(super) count: u64,
    pub(super) count_text: String,
    pub(super) query: String,
}

/// A bar of the histogram.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BinRow {
    /// Its height: a count, or for a share how far up the scale its numbers reach.
    pub(super) height: f64,
    /// `1984 to 1985 · 305`.
    pub(super) label: String,
    pub(super) query: String,
}

impl StatisticsData {
    /// The statistics of the selected path, once they are available.
    pub(super) fn new(view: &StoreView<'_>) -> Option<Self> {
        let explorer = &view.store.explorer;
        let chosen = explorer.selected.as_ref()?;
        let statistics = explorer
            .statistics
            .as_deref()
            .filter(|found| found.path == *chosen)?;
        let scope = view.store.search.is_active().then(|| ScopeRow {
            scope: explorer.scope,
            is_shown: (explorer.scope == FacetScope::Result) == statistics.within.is_some(),
        });
        Some(Self {
            path: chosen.to_string(),
            summary: summary(statistics),
            scope,
            values: top_rows(&statistics.top),
            words: top_rows(&statistics.words),
            prefers_words: prefers_words(statistics),
            span: span(statistics),
            steps: steps(statistics),
            shares: shares(statistics),
            footer: footer(statistics),
            memory: memory(statistics),
            details: details(statistics),
        })
    }
}

fn top_rows(values: &[TopValue]) -> Vec<TopRow> {
    let rows = values.iter().take(TOP_SHOWN).map(|value| TopRow {
        text: value.text.clone(),
        count: value.count,
        count_text: format::count(value.count),
        query: value.query.clone(),
    });
    rows.collect()
}

fn prefers_words(statistics: &PathStatistics) -> bool {
    let most = statistics.top.first().map_or(0, |top| top.count);
    // Words of a date are numbers, which mean little on their own.
    let says_more = statistics.unit == HistogramUnit::Number && !statistics.words.is_empty();
    says_more && most.saturating_mul(WORTH_LISTING) <= statistics.records
}

fn summary(statistics: &PathStatistics) -> String {
    let Distinct { count, is_estimate } = statistics.distinct;
    let about = if is_estimate { "about " } else { "" };
    format!("{about}{} distinct", format::count(count))
}

fn footer(statistics: &PathStatistics) -> String {
    let with = format::count(statistics.records);
    let all = format::count(statistics.records + statistics.missing);
    let share = if statistics.missing == 0 {
        format!("in all {all}")
    } else {
        format!("in {with} of {all}")
    };
    match statistics.within {
        Some(_) => format!("{share} results"),
        None => format!("{share} records"),
    }
}

fn memory(statistics: &PathStatistics) -> String {
    let IndexBytes { values, words } = statistics.bytes;
    match (values, words) {
        (0, 0) => String::new(),
        (values, 0) => format!("index {}", format::bytes(values)),
        (values, words) => {
            let (values, words) = (format::bytes(values), format::bytes(words));
            format!("index {values} values, {words} words")
        }
    }
}

fn details(statistics: &PathStatistics) -> String {
    let whose = match statistics.within {
        Some(_) => "records of the result",
        None => "records",
    };
    let mut lines = vec![format!(
        "{} {whose} have it, {} do not",
        format::count(statistics.records),
        format::count(statistics.missing)
    )];
    let types = statistics.types.iter();
    let types: Vec<_> = types
        .map(|(kind, count)| format!("{} {}", format::count(*count), kind.name()))
        .collect();
    lines.push(format!("Types: {}", types.join(", ")));
    if statistics.distinct_words > 0 {
        let words = format::count(statistics.distinct_words);
        lines.push(format!("{words} different words"));
    }
    if let Some(median) = median(statistics) {
        lines.push(format!("Half of the values are at most {median}"));
    }
    let bytes = statistics.bytes;
    lines.push(format!(
        "Index in memory: {} for values, {} for words",
        format::bytes(bytes.values),
        format::bytes(bytes.words)
    ));
    lines.join("\n")
}

/// The largest number of the lower half, as precisely as the bars allow.
fn median(statistics: &PathStatistics) -> Option<String> {
    let all: u64 = statistics.shares.iter().map(|bin| bin.count).sum();
    let mut passed = 0;
    let middle = statistics.shares.iter().find(|bin| {
        passed += bin.count;
        passed * 2 >= all
    });
    let text = match statistics.unit {
        HistogramUnit::Number => number,
        HistogramUnit::Seconds => timestamps::text,
    };
    middle.map(|bin| text(bin.to))
}

fn span(statistics: &PathStatistics) -> String {
    match (statistics.shares.first(), statistics.shares.last()) {
        (Some(first), Some(last)) => match statistics.unit {
            HistogramUnit::Number => format!("{} to {}", number(first.from), number(last.to)),
            HistogramUnit::Seconds => timestamps::scale(first.from, last.to),
        },
        _ => String::new(),
    }
}

/// The largest number that occurs; steps may extend beyond it.
fn largest(statistics: &PathStatistics) -> f64 {
    let max = statistics.max.as_ref().and_then(|max| max.parse().ok());
    max.unwrap_or(f64::INFINITY)
}

/// Integers are distinguished from other numbers, because a bin of integers can name its last one,
/// so that its query does not overlap with the next bin.
fn steps(statistics: &PathStatistics) -> Vec<BinRow> {
    if statistics.unit == HistogramUnit::Seconds {
        let bins = statistics.histogram.iter();
        let row = |bin: &Bin| {
            let span = timestamps::step(bin.from, bin.to);
            span_row(&statistics.path, span, bin.count, bin.count as f64)
        };
        return bins.map(row).collect();
    }
    let whole = is_whole(statistics);
    let last = statistics.histogram.len().saturating_sub(1);
    let rows = statistics.histogram.iter().enumerate().map(|(index, bin)| {
        let (low, high) = match (whole, index == last) {
            (true, true) => whole_bounds(bin.from, bin.to.min(largest(statistics)).floor()),
            (true, false) => whole_bounds(bin.from, bin.to.ceil() - 1.0),
            (false, _) => (number(bin.from), number(bin.to)),
        };
        bin_row(&statistics.path, *bin, (&low, &high), bin.count as f64)
    });
    rows.collect()
}

/// Every bar stands for about the same number of records; its height shows where on the scale they
/// end.
fn shares(statistics: &PathStatistics) -> Vec<BinRow> {
    let ends = statistics.shares.first().zip(statistics.shares.last());
    let (least, most) = ends.map_or((0.0, 0.0), |(first, last)| (first.from, last.to));
    // Even the lowest bar is visible.
    let foot = if most > least {
        (most - least) / FOOT
    } else {
        1.0
    };
    let rows = statistics.shares.iter().map(|bin| {
        let height = bin.to - least + foot;
        if statistics.unit == HistogramUnit::Seconds {
            let span = timestamps::share(bin.from, bin.to);
            return span_row(&statistics.path, span, bin.count, height);
        }
        let ends = (number(bin.from), number(bin.to));
        bin_row(&statistics.path, *bin, (&ends.0, &ends.1), height)
    });
    rows.collect()
}

fn whole_bounds(low: f64, last: f64) -> (String, String) {
    let low = low.ceil();
    (number(low), number(last.max(low)))
}

fn span_row(path: &Path, span: Span, count: u64, height: f64) -> BinRow {
    let Span { label, low, high } = span;
    BinRow {
        height,
        label: format!("{label} · {}", format::count(count)),
        query: edit::between(path, &low, &high),
    }
}

fn bin_row(path: &Path, bin: Bin, (low, high): (&str, &str), height: f64) -> BinRow {
    let range = if low == high {
        low.to_owned()
    } else {
        format!("{low} to {high}")
    };
    BinRow {
        height,
        label: format!("{range} · {}", format::count(bin.count)),
        query: edit::between(path, low, high),
    }
}

/// The shortest text that means exactly this number.
fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        format!("{number}")
    }
}

/// Whether all numbers at the path are integers.
fn is_whole(statistics: &PathStatistics) -> bool {
    let has = |wanted| statistics.types.iter().any(|(kind, _)| *kind == wanted);
    has(ValueType::Int) && !has(ValueType::Float)
}
