//! Draws the statistics of the selected path: two switches, bars, a histogram, and a footer.

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Id, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::statistics::{BinRow, StatisticsData, TopRow};
use crate::command::{Commands, SearchCommand};
use crate::state::FacetScope;
use crate::theme::{Tokens, metrics, paint, type_scale};
use crate::widgets::bars::{self, Picked, histogram, top_values};
use crate::widgets::row_ends::Ends;
use crate::widgets::segmented::segmented_small;

const TOP_ROW: f32 = 22.0;
const HEADING: f32 = 30.0;
const SWITCHES: f32 = 32.0;
const HISTOGRAM: f32 = 62.0;
const FOOTER: f32 = 42.0;
const FOOTER_LINE: f32 = 16.0;

/// What the user has chosen to see of the statistics.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looks {
    /// Words instead of whole values, or the reverse; `None`: whichever is more informative.
    words: Option<bool>,
    /// Bars with the same number of records each, instead of equal steps.
    shares: bool,
}

impl Looks {
    /// The rows of the list.
    fn top(self, data: &StatisticsData) -> &[TopRow] {
        if self.shows_words(data) {
            &data.words
        } else {
            &data.values
        }
    }

    fn bins(self, data: &StatisticsData) -> &[BinRow] {
        if self.shares {
            &data.shares
        } else {
            &data.steps
        }
    }

    fn shows_words(self, data: &StatisticsData) -> bool {
        self.words.unwrap_or(data.prefers_words) && !data.words.is_empty()
    }
}

fn has_switches(data: &StatisticsData) -> bool {
    data.scope.is_some() || !data.words.is_empty()
}

pub(super) fn show(ui: &mut Ui, data: &StatisticsData, looks: &mut Looks, commands: &mut Commands) {
    let area = egui::ScrollArea::vertical()
        .id_salt("statistics")
        .auto_shrink(false);
    area.show(ui, |ui| contents(ui, data, looks, commands));
}

fn contents(ui: &mut Ui, data: &StatisticsData, looks: &mut Looks, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(metrics::SPACE_12);
    inset(ui, |ui| {
        heading(ui, &data.path, &data.summary);
        if has_switches(data) {
            switches(ui, data, looks, commands);
        }
        let mut asked = list(ui, data, *looks);
        if !data.steps.is_empty() {
            ui.add_space(metrics::SPACE_8);
            spread_heading(ui, data, looks);
            asked = spread(ui, data, *looks).or(asked);
        }
        footer(ui, data);
        if let Some(asked) = asked {
            commands.push(filter(asked));
        }
    });
}

/// A condition that was clicked.
#[derive(Clone, Copy)]
struct Asked<'a> {
    query: &'a str,
    /// Records that meet it are to be excluded.
    excludes: bool,
}

impl<'a> Asked<'a> {
    fn new(picked: Option<Picked>, query: impl Fn(usize) -> Option<&'a str>) -> Option<Self> {
        let picked = picked?;
        Some(Self {
            query: query(picked.index)?,
            excludes: picked.excludes,
        })
    }
}

/// A click adds the condition, another one removes it. Exclusions accumulate.
fn filter(asked: Asked<'_>) -> SearchCommand {
    let condition = asked.query.to_owned();
    if asked.excludes {
        SearchCommand::ToggleExclusion(condition)
    } else {
        SearchCommand::ToggleFilter(condition)
    }
}

fn switches(ui: &mut Ui, data: &StatisticsData, looks: &mut Looks, commands: &mut Commands) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), SWITCHES));
    let row = UiBuilder::new()
        .max_rect(rect)
        .layout(egui::Layout::left_to_right(Align::Min));
    let mut row = ui.new_child(row);
    row.spacing_mut().item_spacing.x = metrics::SPACE_8;
    if let Some(scope) = &data.scope {
        let chosen = usize::from(scope.scope == FacetScope::Result);
        let picked = segmented_small(&mut row, "Count in", &["All", "Result"], chosen);
        if let Some(picked) = picked {
            commands.push(SearchCommand::CountWithin(if picked == 0 {
                FacetScope::Everything
            } else {
                FacetScope::Result
            }));
        }
    }
    if !data.words.is_empty() {
        let chosen = usize::from(looks.shows_words(data));
        let picked = segmented_small(&mut row, "Most frequent", &["Values", "Words"], chosen);
        looks.words = picked.map(|picked| picked == 1).or(looks.words);
    }
}

fn list<'a>(ui: &mut Ui, data: &'a StatisticsData, looks: Looks) -> Option<Asked<'a>> {
    let rows = looks.top(data);
    let values: Vec<_> = rows
        .iter()
        .map(|row| bars::ValueBar {
            label: &row.text,
            count: row.count,
            count_text: &row.count_text,
        })
        .collect();
    let name = if looks.shows_words(data) {
        "Most frequent words"
    } else {
        "Most frequent values"
    };
    let picked = top_values(ui, Id::unique(name), name, &values);
    let missing = data.values.len().max(data.words.len()) - rows.len();
    ui.add_space(TOP_ROW * missing as f32);
    Asked::new(picked, |index| {
        looks.top(data).get(index).map(|row| row.query.as_str())
    })
}

/// The ends of the scale, and the switch at the right.
fn spread_heading(ui: &mut Ui, data: &StatisticsData, looks: &mut Looks) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEADING));
    let row = rect.with_max_y(rect.top() + HEADING - 6.0);
    let ends = Ends::within(ui, "spread", row);
    ends.start(ui, |ui| {
        let spoken = format!("{} from {}", data.path, data.span);
        words(ui, &data.span, &spoken);
    });
    let chosen = usize::from(looks.shares);
    let picked = ends.end(ui, |ui| {
        segmented_small(ui, "Bars", &["Steps", "Shares"], chosen)
    });
    looks.shares = picked.map_or(looks.shares, |picked| picked == 1);
}

fn spread<'a>(ui: &mut Ui, data: &'a StatisticsData, looks: Looks) -> Option<Asked<'a>> {
    let rows = looks.bins(data);
    let bins: Vec<_> = rows
        .iter()
        .map(|row| bars::Bin {
            height: row.height,
            label: &row.label,
        })
        .collect();
    let name = if looks.shares { "Shares" } else { "Steps" };
    let id = Id::unique("spread").with(name);
    let label = format!("{}, {name}", data.span);
    let picked = histogram(ui, id, &label, HISTOGRAM, &bins);
    Asked::new(picked, |index| {
        looks.bins(data).get(index).map(|row| row.query.as_str())
    })
}

fn inset(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let margin = egui::Margin::symmetric(12, 0);
    egui::Frame::new().inner_margin(margin).show(ui, contents);
}

/// The path, followed by a fainter text.
fn heading(ui: &mut Ui, path: &str, words: &str) {
    let tokens = Tokens::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEADING), Sense::hover());
    let label = format!("{path} · {words}");
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label));
    let mut job = LayoutJob::default();
    let format = |color| TextFormat::simple(type_scale::body(), color);
    job.append(&type_scale::one_name(path), 0.0, format(tokens.muted));
    job.append(&format!(" · {words}"), 0.0, format(tokens.faint));
    let galley = type_scale::line_job(ui, job, rect.width());
    let place = Rect::from_min_size(rect.min, vec2(rect.width(), HEADING - 4.0));
    paint::text_in(ui.painter(), place, Align::Min, galley);
}

/// A fainter text in place of a heading.
fn words(ui: &mut Ui, shown: &str, spoken: &str) {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), HEADING - 6.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, spoken));
    let galley = type_scale::line(ui, shown, type_scale::body(), tokens.faint, rect.width());
    paint::text_in(ui.painter(), rect, Align::Min, galley);
}

/// The number of records with the path and the size of its index; details in the tooltip.
fn footer(ui: &mut Ui, data: &StatisticsData) {
    let tokens = Tokens::of(ui);
    let waits = data.scope.as_ref().is_some_and(|scope| !scope.is_shown);
    let records = if waits { "counting…" } else { &data.footer };
    let size = vec2(ui.available_width(), FOOTER);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let spoken = if data.memory.is_empty() {
        records.to_owned()
    } else {
        format!("{records}, {}", data.memory)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let mut top = rect.top() + metrics::SPACE_8;
    for line in [records, &data.memory] {
        let galley = type_scale::line(ui, line, type_scale::small(), tokens.faint, rect.width());
        let place = Rect::from_min_size(
            egui::pos2(rect.left(), top),
            vec2(rect.width(), FOOTER_LINE),
        );
        paint::text_in(ui.painter(), place, Align::Min, galley);
        top += FOOTER_LINE;
    }
    response.on_hover_text(&data.details);
}
