//! What stands at the chosen path: its most frequent values and how its numbers are spread.

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Id, Rect, Role, Sense, Ui, WidgetInfo, vec2};
use vstore::Path;
use vstore::value::ValueType;

use crate::command::{Commands, SearchCommand};
use crate::format;
use crate::panels::query_text;
use crate::state::{Bin, Distinct, PathStatistics};
use crate::theme::{Tokens, metrics, paint, type_scale};
use crate::view::StoreView;
use crate::widgets::bars::{self, histogram, top_values};

const TOP_VALUES: usize = 6;
const TOP_ROW: f32 = 22.0;
const HEADING: f32 = 30.0;
const HISTOGRAM: f32 = 62.0;

/// What the statistics show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StatisticsData {
    path: String,
    /// `22 distinct`, behind the path.
    summary: String,
    top: Vec<TopRow>,
    /// `1980 to 1999`, behind the path over the histogram.
    span: String,
    bins: Vec<BinRow>,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TopRow {
    text: String,
    count: u64,
    count_text: String,
    query: String,
}

/// A bar of the histogram.
#[derive(Clone, Debug, PartialEq)]
struct BinRow {
    count: u64,
    /// `1984 to 1985 · 305`.
    label: String,
    query: String,
}

impl StatisticsData {
    /// The statistics of the chosen path, once they are known.
    pub(super) fn new(view: &StoreView<'_>) -> Option<Self> {
        let explorer = &view.store.explorer;
        let chosen = explorer.selected.as_ref()?;
        let statistics = explorer
            .statistics
            .as_deref()
            .filter(|found| found.path == *chosen)?;
        let top = statistics.top.iter().take(TOP_VALUES).map(|value| TopRow {
            text: value.text.clone(),
            count: value.count,
            count_text: format::count(value.count),
            query: value.query.clone(),
        });
        Some(Self {
            path: chosen.to_string(),
            summary: summary(statistics),
            top: top.collect(),
            span: span(statistics),
            bins: bins(statistics),
        })
    }

    /// How high they are, in points.
    pub(super) fn height(&self) -> f32 {
        let mut height = metrics::SPACE_12 + HEADING + TOP_ROW * self.top.len() as f32;
        if !self.bins.is_empty() {
            height += metrics::SPACE_8 + HEADING + HISTOGRAM;
        }
        height + metrics::SPACE_12
    }
}

fn summary(statistics: &PathStatistics) -> String {
    match statistics.distinct {
        Distinct::Exactly(number) => format!("{} distinct", format::count(number)),
        Distinct::About(number) => format!("about {} distinct", format::count(number)),
    }
}

fn span(statistics: &PathStatistics) -> String {
    let first = statistics.histogram.first().map(|bin| number(bin.low));
    let last = statistics.histogram.last();
    let last = last.map(|bin| number(bin.high.min(largest(statistics))));
    match (first, last) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => String::new(),
    }
}

/// The largest number that stands there; steps may reach beyond it.
fn largest(statistics: &PathStatistics) -> f64 {
    let max = statistics.max.as_ref().and_then(|max| max.parse().ok());
    max.unwrap_or(f64::INFINITY)
}

/// Whole numbers are told apart from others, because between whole numbers a bin can name its
/// last one and its query need not overlap with the next.
fn bins(statistics: &PathStatistics) -> Vec<BinRow> {
    let whole = is_whole(statistics);
    let last = statistics.histogram.len().saturating_sub(1);
    let rows = statistics.histogram.iter().enumerate().map(|(index, bin)| {
        let (low, high) = match (whole, index == last) {
            (true, true) => whole_bounds(bin.low, bin.high.min(largest(statistics)).floor()),
            (true, false) => whole_bounds(bin.low, bin.high.ceil() - 1.0),
            (false, _) => (number(bin.low), number(bin.high)),
        };
        bin_row(&statistics.path, *bin, &low, &high)
    });
    rows.collect()
}

fn whole_bounds(low: f64, last: f64) -> (String, String) {
    let low = low.ceil();
    (number(low), number(last.max(low)))
}

fn bin_row(path: &Path, bin: Bin, low: &str, high: &str) -> BinRow {
    let (range, query) = if low == high {
        (low.to_owned(), format!("{path}={low}"))
    } else {
        (format!("{low} to {high}"), format!("{path}:{low}..{high}"))
    };
    BinRow {
        count: bin.count,
        label: format!("{range} · {}", format::count(bin.count)),
        query,
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

/// Whether all numbers at the path are whole.
fn is_whole(statistics: &PathStatistics) -> bool {
    let has = |wanted| statistics.types.iter().any(|(kind, _)| *kind == wanted);
    has(ValueType::Int) && !has(ValueType::Float)
}

/// Draws the statistics into the available space.
pub(super) fn show(
    ui: &mut Ui,
    view: StoreView<'_>,
    data: &StatisticsData,
    commands: &mut Commands,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(metrics::SPACE_12);
    let mut filter = |query: &str| {
        let text = &view.store.search.text;
        commands.push(if query_text::has_condition(text, query) {
            SearchCommand::SetText(query_text::without_condition(text, query))
        } else {
            SearchCommand::AddFilter {
                path: data.path.clone(),
                query: query.to_owned(),
            }
        });
    };
    inset(ui, |ui| {
        heading(ui, &data.path, &data.summary);
        let values: Vec<_> = data
            .top
            .iter()
            .map(|row| bars::TopValue {
                label: &row.text,
                count: row.count,
                count_text: &row.count_text,
            })
            .collect();
        let clicked = top_values(ui, Id::unique("top values"), &values);
        if let Some(row) = clicked.and_then(|index| data.top.get(index)) {
            filter(&row.query);
        }
        if data.bins.is_empty() {
            return;
        }
        ui.add_space(metrics::SPACE_8);
        heading(ui, &data.path, &data.span);
        let bins: Vec<_> = data
            .bins
            .iter()
            .map(|row| bars::Bin {
                count: row.count,
                label: &row.label,
            })
            .collect();
        let clicked = histogram(ui, Id::unique("histogram"), HISTOGRAM, &bins);
        if let Some(row) = clicked.and_then(|index| data.bins.get(index)) {
            filter(&row.query);
        }
    });
}

fn inset(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let margin = egui::Margin::symmetric(12, 0);
    egui::Frame::new().inner_margin(margin).show(ui, contents);
}

/// The path, and behind it a few fainter words.
fn heading(ui: &mut Ui, path: &str, words: &str) {
    let tokens = Tokens::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEADING), Sense::hover());
    let label = format!("{path} · {words}");
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label));
    let mut job = LayoutJob::default();
    let format = |color| TextFormat::simple(type_scale::body(), color);
    job.append(&type_scale::one_line(path), 0.0, format(tokens.muted));
    job.append(&format!(" · {words}"), 0.0, format(tokens.faint));
    let galley = type_scale::line_job(ui, job, rect.width());
    let place = Rect::from_min_size(rect.min, vec2(rect.width(), HEADING - 4.0));
    paint::text_in(ui.painter(), place, Align::Min, galley);
}
