//! The toolbar itself: its controls, and the search box with the text being typed.

use std::ops::Range;

use egui::{Area, Id, Order, Popup, PopupCloseBehavior, Rect, Ui, vec2};
use vstore::search::{Mode, Query};
use vstore::{Seq, Snapshot};

use super::search_menu::search_menu;
use super::summary::{Summary, SummaryPlace, caveat, current_answer, summary};
use crate::action::{Action, shortcut_text};
use crate::command::{Commands, LayoutCommand, SearchCommand, SettingsCommand};
use crate::panels::records;
use crate::state::{FocusTarget, Search};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::{AppView, StoreView};
use crate::widgets::button::{Button, IconButton};
use crate::widgets::row_ends::Ends;
use crate::widgets::search_field::{self, SearchField};
use crate::widgets::segmented::segmented;
use crate::wording;

/// In narrower toolbars the search box takes the room of the summary.
const SUMMARY_FROM_WIDTH: f32 = 1020.0;

/// The toolbar, with the query as it is being typed.
#[derive(Debug, Default)]
pub struct Toolbar {
    text: String,
    /// The query of the state when `text` was last copied from it.
    seen: String,
    /// The ranges of the conditions in a query, and that query.
    conditions: Conditions,
    summary: SummaryPlace,
}

/// The conditions of a query, parsed once per query.
#[derive(Debug, Default)]
struct Conditions {
    text: String,
    seq: Option<Seq>,
    ranges: Vec<Range<usize>>,
}

impl Conditions {
    fn of(&mut self, text: &str, snapshot: &Snapshot) -> &[Range<usize>] {
        let seq = Some(snapshot.seq());
        if self.text != text || self.seq != seq {
            self.ranges = Query::parse_parts(text, snapshot.catalog()).conditions;
            text.clone_into(&mut self.text);
            self.seq = seq;
        }
        &self.ranges
    }
}

/// A remark below the search box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SearchHint {
    text: String,
    /// Not a hint for typing on, but a warning that the query may not mean what was intended.
    warns: bool,
}

impl SearchHint {
    /// The remark about the current query; one about an earlier query is dropped.
    pub(super) fn of(search: &Search) -> Option<Self> {
        if let Some(help) = &search.wants_value {
            let (text, warns) = (help.clone(), false);
            return Some(Self { text, warns });
        }
        let answer = current_answer(search).filter(|answer| answer.text == search.text.trim())?;
        let (text, warns) = (answer.hints.first()?.message.clone(), true);
        Some(Self { text, warns })
    }
}

/// What the toolbar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToolbarData {
    /// The index of the current mode in [`Mode::ALL`].
    mode: usize,
    summary: Summary,
    caveat: &'static str,
    /// What to type next, or what was not understood.
    hint: Option<SearchHint>,
    can_add: bool,
    can_undo: bool,
    can_redo: bool,
    can_lock: bool,
    /// The operations that undo and redo would perform, for their tooltips.
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
        let mode = Mode::ALL.iter().position(|mode| *mode == store.search.mode);
        Self {
            mode: mode.unwrap_or_default(),
            summary: summary(&store.search, store.loading.is_some()),
            caveat: caveat(&store.search, store.loading.is_some()),
            hint: SearchHint::of(&store.search),
            can_add: can(Action::NewRecord),
            can_undo: can(Action::Undo),
            can_redo: can(Action::Redo),
            can_lock: can(Action::Lock),
            undo: named("Undo", store.history.undo.first()),
            redo: named("Redo", store.history.redo.first()),
        }
    }
}

impl Toolbar {
    /// The identity of the search box.
    fn field_id() -> Id {
        Id::unique("search box")
    }

    /// Forgets the typed text, also in the toolkit's undo history.
    pub fn forget(&mut self, ctx: &egui::Context) {
        *self = Self::default();
        search_field::forget(ctx, Self::field_id());
    }

    pub fn ui(&mut self, ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
        let data = ToolbarData::new(&view);
        self.follow(&view.store.search.text);
        let tokens = Tokens::of(ui);
        let bar = ui.max_rect();
        ui.painter().rect_filled(bar, 0.0, tokens.panel);
        paint::line_below(ui.painter(), bar, tokens.line);
        let room = bar.shrink2(vec2(metrics::SPACE_12, 0.0));
        let ends = Ends::within(ui, "toolbar", room);
        ends.start(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            start(ui, &data, &view.app, commands);
            self.search_box(ui, &data, view, commands);
        });
        ends.end(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            search_menu(ui, view, commands);
            let names = Mode::ALL.map(wording::mode);
            let chosen = segmented(ui, "How words match", &names, data.mode);
            if let Some(mode) = chosen.and_then(|index| Mode::ALL.get(index)) {
                commands.push(SearchCommand::SetMode(*mode));
            }
            if bar.width() >= SUMMARY_FROM_WIDTH {
                self.summary.show(ui, &data.summary, data.caveat);
            }
            columns_button(ui, view, commands);
            end(ui, &data, &view.app, commands);
        });
    }

    /// Adopts the query of the state when something other than typing has changed it.
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
        let conditions = self.conditions.of(&self.text, view.snapshot());
        let shortcut = shortcut_text(ui.ctx(), Action::Find).unwrap_or_default();
        let field = SearchField::new(id, "Search everything…", &shortcut).filters(conditions);
        let response = field.show(ui, &mut self.text);
        if response.changed {
            commands.push(SearchCommand::SetText(self.text.clone()));
        }
        if response.leave {
            commands.push(SettingsCommand::RememberSearch);
            commands.push(LayoutCommand::Focus(FocusTarget::Records));
            commands.push(SearchCommand::TakeFirst);
        }
        if response.response.has_focus()
            && let Some(hint) = &data.hint
        {
            show_hint(ui, response.response.rect, hint);
        }
    }
}

/// The buttons at the right edge.
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
    button(
        ui,
        Action::Undo,
        &data.undo,
        icons::ARROW_COUNTER_CLOCKWISE,
        data.can_undo,
    );
    button(
        ui,
        Action::Redo,
        &data.redo,
        icons::ARROW_CLOCKWISE,
        data.can_redo,
    );
    button(ui, Action::Palette, "Command palette", icons::COMMAND, true);
    button(ui, Action::Lock, "Lock", icons::LOCK_SIMPLE, data.can_lock);
}

/// Chooses the columns of the table; its header has the same menu.
fn columns_button(ui: &mut Ui, view: StoreView<'_>, commands: &mut Commands) {
    let response = IconButton::new(icons::COLUMNS, "Choose columns").show(ui);
    Popup::menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| records::column_choice(ui, view, commands));
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

/// Draws the remark in an overlay below the search box, so that nothing moves.
fn show_hint(ui: &Ui, field: Rect, hint: &SearchHint) {
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
                    let color = if hint.warns {
                        tokens.warning
                    } else {
                        tokens.muted
                    };
                    ui.label(glyph.color(color));
                    let text = egui::RichText::new(&hint.text).font(type_scale::small());
                    ui.label(text.color(tokens.muted));
                });
            });
        });
}
