//! The toolbar: the search box with its mode and result, and what is needed most.

use egui::{Align, Area, Id, Layout, Order, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::query_text;
use crate::action::{Action, shortcut_text};
use crate::command::{Commands, LayoutCommand, SearchCommand, SelectionCommand};
use crate::format;
use crate::state::{FocusTarget, Search, SearchMode};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::{AppView, StoreView};
use crate::widgets::button::{Button, IconButton};
use crate::widgets::search_field::{self, SearchField};
use crate::widgets::segmented::segmented;

/// Room for the result of a search. It is fixed, so that nothing moves when a result arrives.
const SUMMARY_WIDTH: f32 = 214.0;
/// In narrower toolbars the summary gives its room to the search box.
const SUMMARY_FROM_WIDTH: f32 = 1020.0;
/// A search that takes less than this is never announced, in seconds.
const PATIENCE_SECS: f64 = 0.1;

/// The toolbar, with the query as it is being typed.
#[derive(Debug, Default)]
pub struct Toolbar {
    text: String,
    /// The query of the state when `text` was last taken from it.
    seen: String,
    /// When the search that runs was first seen running, in the toolkit's seconds.
    running_since: Option<f64>,
}

/// What the toolbar says about the search.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Summary {
    /// Nothing is searched.
    Nothing,
    /// The first answer is on its way: `searching…`.
    Working(&'static str),
    /// The counts by level and the time, of which the first part is the louder.
    Found(String, String),
}

/// What the toolbar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ToolbarData {
    /// The mode that is chosen, by its place in [`SearchMode::ALL`].
    mode: usize,
    summary: Summary,
    /// What was not understood.
    hint: Option<String>,
    can_add: bool,
    can_undo: bool,
    can_redo: bool,
    can_lock: bool,
    /// What undo and redo would do, for their tooltips.
    undo: String,
    redo: String,
}

impl ToolbarData {
    fn new(view: &StoreView<'_>) -> Self {
        let store = view.store;
        let can = |action: Action| action.resolve(&view.app).is_some();
        let named = |verb: &str, what: Option<&String>| match what {
            Some(what) => format!("{verb}: {what}"),
            None => verb.to_owned(),
        };
        let mode = SearchMode::ALL
            .iter()
            .position(|mode| *mode == store.search.mode);
        let hint = current_answer(&store.search).and_then(|answer| answer.hints.first());
        Self {
            mode: mode.unwrap_or_default(),
            summary: summary(&store.search),
            hint: hint.map(|hint| hint.text.clone()),
            can_add: can(Action::NewRecord),
            can_undo: can(Action::Undo),
            can_redo: can(Action::Redo),
            can_lock: can(Action::Lock),
            undo: named("Undo", store.history.undo.first()),
            redo: named("Redo", store.history.redo.first()),
        }
    }
}

fn current_answer(search: &Search) -> Option<&crate::state::SearchAnswer> {
    search.answer.as_deref().filter(|_| search.is_active())
}

fn summary(search: &Search) -> Summary {
    let Some(answer) = current_answer(search) else {
        return match (search.running, search.is_active()) {
            (true, true) => Summary::Working("searching…"),
            (true, false) => Summary::Working("sorting…"),
            _ => Summary::Nothing,
        };
    };
    let more = if answer.partial { "…" } else { "" };
    let time = format::elapsed(answer.elapsed);
    if answer.mode == SearchMode::Fuzzy {
        let similar = format::count(answer.total.saturating_sub(answer.exact));
        let exact = format::count(answer.exact);
        let rest = format!(" similar · {exact} exact · {time}{more}");
        Summary::Found(similar, rest)
    } else {
        Summary::Found(
            format::count(answer.total),
            format!(" found · {time}{more}"),
        )
    }
}

impl Toolbar {
    /// The identity of the search box.
    fn field_id() -> Id {
        Id::unique("search box")
    }

    /// Forgets what was typed, also in the toolkit's undo history.
    pub fn forget(&mut self, ctx: &egui::Context) {
        *self = Self::default();
        search_field::forget(ctx, Self::field_id());
    }

    /// Draws the bar into the available space.
    pub fn ui(&mut self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        let data = ToolbarData::new(&view);
        self.follow(&view.store.search.text);
        let tokens = Tokens::of(ui);
        let bar = ui.max_rect();
        ui.painter().rect_filled(bar, 0.0, tokens.panel);
        paint::line_below(ui.painter(), bar, tokens.line);
        let room = bar.shrink2(vec2(metrics::SPACE_12, 0.0));
        let mut right = ui.new_child(
            UiBuilder::new()
                .id_salt("right")
                .max_rect(room)
                .layout(Layout::right_to_left(Align::Center)),
        );
        end(&mut right, &data, &view.app, commands);
        if bar.width() >= SUMMARY_FROM_WIDTH {
            self.summary(&mut right, &data.summary);
        }
        let names = SearchMode::ALL.map(SearchMode::name);
        let chosen = segmented(&mut right, "How words match", &names, data.mode);
        if let Some(mode) = chosen.and_then(|index| SearchMode::ALL.get(index)) {
            commands.push(SearchCommand::SetMode(*mode));
        }
        let rest = room.with_max_x(right.min_rect().left() - 10.0);
        let mut left = ui.new_child(
            UiBuilder::new()
                .id_salt("left")
                .max_rect(rest)
                .layout(Layout::left_to_right(Align::Center)),
        );
        left.spacing_mut().item_spacing.x = 10.0;
        start(&mut left, &data, &view.app, commands);
        self.search_box(&mut left, &data, view, commands);
    }

    /// Takes the query of the state when something else than typing changed it.
    fn follow(&mut self, text: &str) {
        if self.seen != text {
            text.clone_into(&mut self.seen);
            text.clone_into(&mut self.text);
        }
    }

    fn search_box(
        &mut self,
        ui: &mut Ui,
        data: &ToolbarData,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        let id = Self::field_id();
        if view.app.takes_focus(FocusTarget::Search) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let paths = &view.store.explorer.paths;
        let is_path = |name: &str| {
            name == "$key" || paths.iter().any(|row| names_path(name, row.path.as_str()))
        };
        let conditions = query_text::condition_ranges(&self.text, is_path);
        let shortcut = shortcut_text(ui.ctx(), Action::Find).unwrap_or_default();
        let field = SearchField::new(id, "Search everything…", &shortcut).filters(&conditions);
        let response = field.show(ui, &mut self.text);
        if response.changed {
            commands.push(SearchCommand::SetText(self.text.clone()));
        }
        if response.leave {
            commands.push(LayoutCommand::Focus(FocusTarget::Records));
            if view.store.selection.cursor.is_none() && view.row_count() > 0 {
                commands.push(SelectionCommand::Only(0));
            }
        }
        if response.response.has_focus()
            && let Some(hint) = &data.hint
        {
            show_hint(ui, response.response.rect, hint);
        }
    }

    /// Paints the result of the search, or that there is none yet after some patience.
    fn summary(&mut self, ui: &mut Ui, summary: &Summary) {
        let tokens = Tokens::of(ui);
        let (rect, response) =
            ui.allocate_exact_size(vec2(SUMMARY_WIDTH, metrics::BUTTON), Sense::hover());
        let running = matches!(summary, Summary::Working(_));
        let patience_left = self.patience_left(ui, running);
        let (loud, quiet) = match summary {
            Summary::Nothing => return,
            Summary::Working(_) if patience_left => return,
            Summary::Working(words) => ("", *words),
            Summary::Found(loud, quiet) => (loud.as_str(), quiet.as_str()),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("{loud}{quiet}")));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_live(egui::accesskit::Live::Polite);
        });
        let loud = type_scale::number(ui, loud, type_scale::body(), tokens.text);
        let placed = paint::text_in(ui.painter(), rect, Align::Min, loud);
        let quiet = type_scale::number(ui, quiet, type_scale::body(), tokens.muted);
        let rest = rect.with_min_x(placed.right() + 1.0);
        paint::text_in(&ui.painter().with_clip_rect(rect), rest, Align::Min, quiet);
    }

    /// Whether it is too early to say that a search runs.
    fn patience_left(&mut self, ui: &Ui, running: bool) -> bool {
        let now = ui.input(|input| input.time);
        if !running {
            self.running_since = None;
            return false;
        }
        let left = *self.running_since.get_or_insert(now) + PATIENCE_SECS - now;
        if left > 0.0 {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
        left > 0.0
    }
}

/// Whether a name in a query means a path: all of it, or its end.
fn names_path(name: &str, path: &str) -> bool {
    let name = name.strip_suffix("[]").unwrap_or(name);
    let path = path.strip_suffix("[]").unwrap_or(path);
    !name.is_empty()
        && (path == name
            || path
                .strip_suffix(name)
                .is_some_and(|rest| rest.ends_with('.')))
}

/// The buttons at the right edge, from right to left.
fn end(ui: &mut Ui, data: &ToolbarData, view: &AppView<'_>, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.x = metrics::SPACE_4;
    let mut button = |ui: &mut Ui, action: Action, label: &str, glyph: &str, enabled: bool| {
        let shortcut = shortcut_text(ui.ctx(), action).unwrap_or_default();
        ui.add_enabled_ui(enabled, |ui| {
            let button = IconButton::new(glyph, label).shortcut(&shortcut);
            if button.show(ui).clicked()
                && let Some(command) = action.resolve(view)
            {
                commands.push(command);
            }
        });
    };
    button(ui, Action::Lock, "Lock", icons::LOCK_SIMPLE, data.can_lock);
    button(ui, Action::Palette, "Command palette", icons::COMMAND, true);
    button(
        ui,
        Action::Redo,
        &data.redo,
        icons::ARROW_CLOCKWISE,
        data.can_redo,
    );
    button(
        ui,
        Action::Undo,
        &data.undo,
        icons::ARROW_COUNTER_CLOCKWISE,
        data.can_undo,
    );
    ui.spacing_mut().item_spacing.x = 10.0;
}

/// The buttons at the left edge.
fn start(ui: &mut Ui, data: &ToolbarData, view: &AppView<'_>, commands: &mut Commands) {
    let shortcut = shortcut_text(ui.ctx(), Action::ToggleLeft).unwrap_or_default();
    let toggle = IconButton::new(icons::SIDEBAR_SIMPLE, Action::ToggleLeft.text())
        .shortcut(&shortcut)
        .selected(view.prefs.layout.left)
        .framed();
    if toggle.show(ui).clicked() {
        commands.push(LayoutCommand::Toggle(crate::state::PanelSide::Left));
    }
    let shortcut = shortcut_text(ui.ctx(), Action::NewRecord).unwrap_or_default();
    ui.add_enabled_ui(data.can_add, |ui| {
        let add = Button::secondary("Record").icon(icons::PLUS);
        let add = add.hint(Action::NewRecord.tooltip()).shortcut(&shortcut);
        if add.show(ui).clicked()
            && let Some(command) = Action::NewRecord.resolve(view)
        {
            commands.push(command);
        }
    });
}

/// What was not understood, under the search box and over what is there, so that nothing moves.
fn show_hint(ui: &Ui, field: Rect, hint: &str) {
    let tokens = Tokens::of(ui);
    Area::new(Id::unique("search hint"))
        .order(Order::Foreground)
        .fixed_pos(field.left_bottom() + vec2(0.0, 6.0))
        .interactable(false)
        .show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(field.width() - metrics::SPACE_24);
                ui.horizontal(|ui| {
                    let glyph = egui::RichText::new(icons::INFO).font(type_scale::icon(14.0));
                    ui.label(glyph.color(tokens.warning));
                    let text = egui::RichText::new(hint).font(type_scale::small());
                    ui.label(text.color(tokens.muted));
                });
            });
        });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::panels::testing::{Scene, films};
    use crate::state::{Highlighter, Hint, SearchAnswer};
    use egui_kittest::kittest::Queryable as _;

    fn answer(mode: SearchMode, hints: Vec<Hint>) -> Arc<SearchAnswer> {
        Arc::new(SearchAnswer {
            text: "hofman".to_owned(),
            mode,
            seq: vstore::Seq(1),
            keys: Arc::from([]),
            total: 1031,
            exact: 2,
            elapsed: Duration::from_micros(2100),
            hints,
            partial: false,
            highlighter: Highlighter::default(),
        })
    }

    #[test]
    fn the_summary_counts_by_level_only_where_levels_differ() {
        let mut search = Search::default();
        assert_eq!(summary(&search), Summary::Nothing);
        search.text = "hofman".to_owned();
        search.running = true;
        assert_eq!(summary(&search), Summary::Working("searching…"));
        search.answer = Some(answer(SearchMode::Fuzzy, Vec::new()));
        let found = |loud: &str, quiet: &str| Summary::Found(loud.to_owned(), quiet.to_owned());
        assert_eq!(
            summary(&search),
            found("1,029", " similar · 2 exact · 2.1 ms")
        );
        search.answer = Some(answer(SearchMode::Exact, Vec::new()));
        assert_eq!(summary(&search), found("1,031", " found · 2.1 ms"));
        search.text.clear();
        assert_eq!(
            summary(&Search {
                running: false,
                ..search
            }),
            Summary::Nothing
        );
    }

    #[test]
    fn a_name_means_a_path_or_its_end() {
        assert!(names_path("year", "year") && names_path("name", "profile.name"));
        assert!(names_path("tags", "tags[]") && names_path("items[].price", "items[].price"));
        assert!(!names_path("ame", "profile.name") && !names_path("", "year"));
    }

    fn scene() -> Scene<Toolbar> {
        Scene::new(
            films(),
            [1200.0, 48.0],
            |toolbar: &mut Toolbar, ui, view, commands| {
                toolbar.ui(ui, view, commands);
            },
        )
    }

    #[test]
    fn what_is_typed_and_chosen_is_asked() {
        let mut scene = scene();
        scene.harness.get_by_label("Contains").click();
        assert_eq!(scene.commands(), ["Search(SetMode(Contains))"]);
        scene.harness.get_by_role(Role::SearchInput).focus();
        scene.commands();
        scene
            .harness
            .get_by_role(Role::SearchInput)
            .type_text("ana");
        assert_eq!(scene.commands(), ["Search(SetText(\"ana\"))"]);
        scene.harness.key_press(egui::Key::ArrowDown);
        let expected = ["Layout(Focus(Records))", "Selection(Only(0))"];
        assert_eq!(scene.commands(), expected);
    }

    #[test]
    fn escape_empties_the_search_box_before_it_leaves_it() {
        let mut scene = scene();
        scene.store().search.text = "ana".to_owned();
        scene.harness.get_by_role(Role::SearchInput).focus();
        scene.commands();
        scene.harness.key_press(egui::Key::Escape);
        assert_eq!(scene.commands(), ["Search(SetText(\"\"))"]);
    }

    #[test]
    fn a_filter_from_elsewhere_appears_in_the_search_box() {
        let mut scene = scene();
        scene.store().search.text = "year:1982".to_owned();
        scene.commands();
        let field = scene.harness.get_by_role(Role::SearchInput);
        assert_eq!(
            egui_kittest::kittest::NodeT::accesskit_node(&field)
                .value()
                .unwrap(),
            "year:1982"
        );
    }

    #[test]
    fn what_cannot_be_done_cannot_be_clicked() {
        let mut scene = scene();
        scene.harness.get_by_label("Undo").click();
        assert_eq!(scene.commands(), <[&str; 0]>::default());
        scene
            .store()
            .history
            .undo
            .push("Delete 3 records".to_owned());
        scene.commands();
        scene.harness.get_by_label("Undo: Delete 3 records").click();
        assert_eq!(scene.commands(), ["Record(Undo)"]);
    }
}
