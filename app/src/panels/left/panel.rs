//! Assembles the sections of the left panel.

use egui::{Rect, Ui, UiBuilder, pos2, vec2};
use vstore::search::edit;
use vstore::{Path, Seq};

use super::empty_list::hint;
use super::heights::{Heights, Wanted};
use super::namespaces::NamespacesData;
use super::statistics::StatisticsData;
use super::statistics_view::Looks;
use super::{indexes, namespaces, statistics_view};
use crate::command::Commands;
use crate::format;
use crate::state::PathRow;
use crate::theme::{Tokens, metrics, paint, type_scale};
use crate::view::StoreView;
use crate::widgets::section_header::section_header;

const HEADER: f32 = 32.0;
/// With more paths than this, a filter is shown.
const FILTER_FROM: usize = 12;
const FILTER: f32 = 42.0;
/// Height of a hint in place of a list.
const HINT: f32 = 52.0;

/// A second click within this time is part of a double click.
const DOUBLE_CLICK_SECS: f64 = 0.5;

/// The left panel, with what is typed in it.
#[derive(Debug)]
pub struct LeftPanel {
    namespaces_open: bool,
    filter: String,
    /// The path whose context menu was opened last.
    menu: Option<Path>,
    looks: Looks,
    prefixes: Prefixes,
    /// The selected path, and the time of its selection by the toolkit's clock, in seconds.
    chosen: Option<Path>,
    chosen_secs: f64,
    drawn: bool,
}

/// The key prefixes in the query, parsed once per query.
#[derive(Debug, Default)]
struct Prefixes {
    text: String,
    seq: Option<Seq>,
    found: Vec<String>,
}

impl Prefixes {
    fn of(&mut self, view: &StoreView<'_>) -> &[String] {
        let text = &view.store.search.text;
        let seq = Some(view.snapshot().seq());
        if self.text != *text || self.seq != seq {
            let catalog = view.snapshot().catalog();
            self.found = edit::key_prefixes(text, catalog);
            let none = edit::key_lacks(view.store.namespaces.delimiter);
            if edit::has(text, &none, catalog) {
                self.found.push(String::new());
            }
            self.text.clone_from(text);
            self.seq = seq;
        }
        &self.found
    }
}

impl Default for LeftPanel {
    fn default() -> Self {
        Self {
            namespaces_open: true,
            filter: String::new(),
            menu: None,
            looks: Looks::default(),
            prefixes: Prefixes::default(),
            chosen: None,
            chosen_secs: f64::NEG_INFINITY,
            drawn: false,
        }
    }
}

impl LeftPanel {
    /// Forgets what was typed.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn ui(&mut self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        let area = ui.max_rect();
        let tokens = Tokens::of(ui);
        ui.painter().rect_filled(area, 0.0, tokens.panel);
        ui.spacing_mut().item_spacing.y = 0.0;
        let paths: Vec<&PathRow> =
            indexes::shown(&view.store.explorer.paths, &self.filter).collect();
        let data = StatisticsData::new(&view);
        let namespaces = NamespacesData::new(&view, self.prefixes.of(&view));
        let rows = (namespaces.rows.len(), paths.len());
        let chosen = view.store.explorer.selected.as_ref();
        let heights = Heights::share(self.wanted(&view, rows), area.height(), chosen.is_some());
        let time = ui.input(|input| input.time);
        let chooses = self.chosen.as_ref() != chosen;
        if chooses {
            self.chosen = chosen.cloned();
            // A path that was selected before the panel was shown has not been clicked.
            self.chosen_secs = if self.drawn { time } else { f64::NEG_INFINITY };
        }
        self.drawn = true;

        let mut top = area.top();
        let mut section = |height: f32| {
            let rect = Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), height));
            top += height;
            rect
        };
        let (first, second) = (section(heights.namespaces), section(heights.indexes));
        let third = section(heights.statistics);
        self.namespaces(
            &mut child(ui, first, "namespaces"),
            view,
            &namespaces,
            commands,
        );
        paint::line_above(ui.painter(), second, tokens.line);
        let mut place = child(ui, second, "indexes");
        self.indexes(&mut place, view, &paths, chooses, commands);
        if let Some(data) = data {
            let mut third = child(ui, third, "statistics");
            // They may have appeared under the pointer: the second half of a double click on the
            // path must not hit them.
            let is_meant = time - self.chosen_secs > DOUBLE_CLICK_SECS;
            let mut asked = Commands::default();
            let queue = if is_meant { &mut *commands } else { &mut asked };
            statistics_view::show(&mut third, &data, &mut self.looks, queue);
        }
    }

    fn has_filter(&self, view: &StoreView<'_>) -> bool {
        !self.filter.is_empty() || view.store.explorer.paths.len() > FILTER_FROM
    }

    fn wanted(&self, view: &StoreView<'_>, (namespaces, paths): (usize, usize)) -> Wanted {
        let list = |rows: usize| {
            if rows == 0 {
                HINT
            } else {
                metrics::LIST_ROW * rows as f32 + metrics::SPACE_8
            }
        };
        let open = if self.namespaces_open {
            list(namespaces)
        } else {
            0.0
        };
        let filter = if self.has_filter(view) { FILTER } else { 0.0 };
        Wanted {
            namespaces: HEADER + open,
            indexes: HEADER + filter + list(paths),
        }
    }

    fn namespaces(
        &mut self,
        ui: &mut Ui,
        view: StoreView<'_>,
        data: &NamespacesData,
        commands: &mut Commands,
    ) {
        if section_header(ui, "Namespaces", None, Some(self.namespaces_open)).toggled {
            self.namespaces_open = !self.namespaces_open;
        }
        if self.namespaces_open {
            namespaces::show(ui, view, data, commands);
        }
    }

    fn indexes(
        &mut self,
        ui: &mut Ui,
        view: StoreView<'_>,
        paths: &[&PathRow],
        chooses: bool,
        commands: &mut Commands,
    ) {
        let badge = (!paths.is_empty()).then(|| format::counted(paths.len() as u64, "path"));
        section_header(ui, "Indexes", badge.as_deref(), None);
        if self.has_filter(&view) {
            self.filter_field(ui);
        }
        if paths.is_empty() {
            let text = if self.filter.is_empty() {
                "Every field of every record is indexed; the fields appear here."
            } else {
                "No matching paths."
            };
            hint(ui, text);
        } else {
            indexes::show(ui, view, (paths, chooses), &mut self.menu, commands);
        }
    }

    fn filter_field(&mut self, ui: &mut Ui) {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), FILTER));
        let place = rect.shrink2(vec2(metrics::SPACE_12, 7.0));
        let field = egui::TextEdit::singleline(&mut self.filter)
            .hint_text("Filter paths…")
            .font(type_scale::small())
            .char_limit(200)
            .align(egui::Align2::LEFT_CENTER);
        let response = ui.put(place, field);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label("Filter paths"));
    }
}

/// A part of the panel, whose contents are clipped to it.
fn child(ui: &mut Ui, rect: Rect, salt: &str) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().id_salt(salt).max_rect(rect));
    child.shrink_clip_rect(rect);
    child
}
