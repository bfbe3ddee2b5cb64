//! The value tree of a record, with editing in place.

use egui::{Id, Key, Modifiers, Rect, Ui, vec2};
use vstore::Record;

use super::data::Stamp;
use super::matches::{HIGHLIGHTED_BYTES_MAX, ValueMatches};
use super::tree_menu::{self, TreeAction};
use super::tree_model::{Node, Openness, TreeData, value_at};
use super::value_edit::{LeafEdit, NewLeaf};
use crate::command::{Commands, RecordCommand};
use crate::theme::{Tokens, metrics, paint, type_scale};
use crate::view::StoreView;
use crate::widgets::badge::badge;
use crate::widgets::button::Button;
use crate::widgets::code_editor::{CodeEditor, CodeEditorState};
use crate::widgets::field::{self, TextField};
use crate::widgets::row_ends::at_end;
use crate::widgets::value_tree::{TreeEvent, TreeState, value_tree};

/// The least width for the reason why an edit is refused, in points.
const WHY_WIDTH: f32 = 240.0;

/// The state of the tree: what is open, where the caret is, what is being edited.
#[derive(Debug, Default)]
pub(super) struct TreeView {
    open: Openness,
    state: TreeState,
    rows: Option<(Memo, TreeData)>,
    menu_row: Option<usize>,
    edit: Option<LeafEdit>,
    adding: Option<NewLeaf>,
    editor: CodeEditorState,
    had_focus: bool,
}

/// What the rows were built from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Memo {
    stamp: Stamp,
    open: u64,
    /// The answer that the matches belong to, by its address.
    answer: usize,
}

fn id() -> Id {
    Id::unique("value tree")
}

/// The identities of the fields in and over the tree.
pub(super) fn editor_ids() -> [Id; 4] {
    ["edit", "large", "name", "new"].map(|name| id().with(name))
}

impl TreeView {
    /// Forgets everything, for another record.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Focuses the tree.
    pub(super) fn focus(ui: &Ui) {
        ui.memory_mut(|memory| memory.request_focus(id()));
    }

    /// The height of the tree with all its rows.
    pub(super) fn wanted_height(&mut self, record: &Record, view: StoreView<'_>) -> f32 {
        self.refresh(record, view);
        if self.edit.as_ref().is_some_and(|edit| edit.large) || self.adding.is_some() {
            return f32::INFINITY;
        }
        let rows = self.rows.as_ref().map_or(0, |(_, data)| data.rows.len());
        rows as f32 * metrics::VALUE_ROW
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        record: &Record,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        self.refresh(record, view);
        if self.edit.as_ref().is_some_and(|edit| edit.large) {
            self.large_editor(ui, record, commands);
            return;
        }
        let Some((memo, data)) = self.rows.take() else {
            return;
        };
        let writable = view.read_only_reason().is_none();
        let form = if self.adding.is_some() { 112.0 } else { 0.0 };
        let height = (ui.available_height() - form).max(metrics::VALUE_ROW);
        let mut action = self.keys(ui, writable);
        let (response, events) = ui
            .allocate_ui(vec2(ui.available_width(), height), |ui| {
                value_tree(ui, id(), "Value", &mut self.state, &data)
            })
            .inner;
        self.had_focus = response.has_focus();
        for event in events {
            if let Some(wish) = self.follow(event, &data, record) {
                action = Some(wish);
            }
        }
        response.context_menu(|ui| {
            let row = self.menu_row.and_then(|index| data.rows.get(index));
            if let Some(row) = row {
                action = tree_menu::menu(ui, row, writable).or(action);
            }
        });
        if let Some(action) = action.filter(|_| writable || !changes(action)) {
            self.act(action, &data, record, commands);
        }
        self.inline_editor(ui, record, commands);
        self.rows = Some((memo, data));
        self.new_leaf_form(ui, record, commands);
    }

    /// Rebuilds the rows if value, search or open nodes have changed.
    fn refresh(&mut self, record: &Record, view: StoreView<'_>) {
        // A large value has no matches: another answer does not change its rows.
        let answer = view.store.search.answer.as_ref();
        let answer = answer.filter(|_| record.value.len() <= HIGHLIGHTED_BYTES_MAX);
        let memo = Memo {
            stamp: Stamp::of(record),
            open: self.open.version(),
            answer: answer.map_or(0, |answer| std::sync::Arc::as_ptr(answer) as usize),
        };
        if self.rows.as_ref().is_some_and(|(known, _)| *known == memo) {
            return;
        }
        let marks = ValueMatches::of(record, answer.map(AsRef::as_ref));
        let data = TreeData::new(record.value.view(), &self.open, &marks);
        self.rows = Some((memo, data));
    }

    fn keys(&self, ui: &Ui, writable: bool) -> Option<TreeAction> {
        let ready = writable && self.had_focus && self.edit.is_none() && self.adding.is_none();
        ready.then(|| tree_menu::pressed(ui)).flatten()
    }

    /// Reacts to the events of the tree; returns the action requested for the caret's row.
    fn follow(&mut self, event: TreeEvent, data: &TreeData, record: &Record) -> Option<TreeAction> {
        let node = |index: usize| data.rows.get(index).map(|row| row.node.clone());
        match event {
            TreeEvent::Select(_) => self.edit = None,
            TreeEvent::Menu(index) => self.menu_row = Some(index),
            TreeEvent::Expand(index) => self.open.set(node(index)?, true),
            TreeEvent::Collapse(index) => self.open.set(node(index)?, false),
            TreeEvent::ExpandAll(index) => {
                if let Node::Value(location) = node(index)?
                    && let Some(value) = value_at(record.value.view(), &location)
                {
                    self.open.open_all(value, &location);
                }
            }
            TreeEvent::Activate(index) => match node(index)? {
                Node::Value(_) if data.rows.get(index)?.expanded.is_none() => {
                    return Some(TreeAction::Edit { large: false });
                }
                node => {
                    let open = data.rows.get(index)?.expanded == Some(true);
                    self.open.set(node, !open);
                }
            },
        }
        None
    }

    fn act(
        &mut self,
        action: TreeAction,
        data: &TreeData,
        record: &Record,
        commands: &mut Commands,
    ) {
        let index = self.menu_row.take().or_else(|| self.state.caret());
        let Some(row) = index.and_then(|index| data.rows.get(index)) else {
            return;
        };
        if let Some(command) = tree_menu::command(action, record, row) {
            commands.push(command);
            return;
        }
        let Node::Value(location) = &row.node else {
            return;
        };
        let Some(value) = value_at(record.value.view(), location) else {
            return;
        };
        match action {
            TreeAction::Edit { large } => {
                let large = large || row.expanded.is_some();
                self.edit = LeafEdit::start(location.clone(), value, large);
                self.adding = None;
                if self.edit.is_none() {
                    commands.push(RecordCommand::LeafTooLarge);
                }
            }
            TreeAction::Add => {
                self.adding = NewLeaf::start(location.clone(), value);
                self.edit = None;
            }
            _ => {}
        }
    }

    /// A field over the value in the caret's row.
    fn inline_editor(&mut self, ui: &mut Ui, record: &Record, commands: &mut Commands) {
        let Some(edit) = &mut self.edit else {
            return;
        };
        let Some(place) = self.state.caret_value_rect() else {
            return;
        };
        let tokens = Tokens::of(ui);
        let place = place.shrink2(vec2(0.0, 1.0));
        let meaning = edit.meaning();
        let color = if meaning.is_err() {
            tokens.danger
        } else {
            tokens.accent
        };
        let surface = Rect::from_min_max(place.min - vec2(5.0, 0.0), place.max);
        ui.painter().rect_filled(surface, 5.0, tokens.raised);
        paint::focus_ring(ui.painter(), surface, 5, color);
        let editor = id().with("edit");
        let text = egui::TextEdit::singleline(&mut edit.text)
            .id(editor)
            .font(type_scale::mono())
            .frame(egui::Frame::NONE)
            .margin(egui::Margin::ZERO)
            .align(egui::Align2::LEFT_CENTER)
            .desired_width(place.width());
        let response = ui.put(place, text);
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Edit value"));
        if !std::mem::replace(&mut edit.focused, true) {
            response.request_focus();
            return;
        }
        if let Err(why) = &meaning {
            say_below(ui, surface, why);
        }
        if response.lost_focus() {
            let enter = ui.input(|input| input.key_pressed(Key::Enter));
            if enter && meaning.is_err() {
                response.request_focus();
                return;
            }
            // Leaving the field by Tab or with the pointer cancels: only Enter saves.
            if enter {
                commit(edit, record, meaning, commands);
            }
            self.edit = None;
            Self::focus(ui);
        }
    }

    /// A field that replaces the tree.
    fn large_editor(&mut self, ui: &mut Ui, record: &Record, commands: &mut Commands) {
        let Some(edit) = &mut self.edit else {
            return;
        };
        let meaning = edit.meaning();
        let save = |input: &mut egui::InputState| input.consume_key(Modifiers::COMMAND, Key::Enter);
        let keyed = meaning.is_ok() && ui.input_mut(save);
        let cancelled = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        let height = ui.available_height() - 64.0;
        let editor = id().with("large");
        ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
            let response =
                CodeEditor::new(editor, "Edit value").show(ui, &mut self.editor, &mut edit.text);
            if !std::mem::replace(&mut edit.focused, true) {
                response.request_focus();
            }
        });
        ui.add_space(metrics::SPACE_4);
        if let Err(why) = &meaning {
            field::problem(ui, why);
        }
        let (saved, dropped) = save_row(ui, meaning.is_ok(), "Save");
        if keyed || saved {
            commit(edit, record, meaning, commands);
            self.edit = None;
        } else if cancelled || dropped {
            self.edit = None;
        }
    }

    fn new_leaf_form(&mut self, ui: &mut Ui, record: &Record, commands: &mut Commands) {
        let Some(new) = &mut self.adding else {
            return;
        };
        let container = value_at(record.value.view(), &new.location);
        let meaning = new.meaning(container);
        let cancelled = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        ui.add_space(metrics::SPACE_4);
        let mut entered = false;
        ui.horizontal(|ui| {
            let width = ui.available_width();
            let named = new.name.is_some();
            if let Some(name) = &mut new.name {
                ui.allocate_ui(vec2(width * 0.35, metrics::FIELD), |ui| {
                    let field = TextField::new(id().with("name"), "Name").hint("name");
                    let shown = field.untitled().mono().show(ui, name);
                    if !std::mem::replace(&mut new.focused, true) {
                        shown.request_focus();
                    }
                });
            }
            let field = TextField::new(id().with("new"), "Value")
                .hint("value")
                .untitled();
            let shown = field.mono().show(ui, &mut new.text);
            if !named && !std::mem::replace(&mut new.focused, true) {
                shown.request_focus();
            }
            entered = shown.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        });
        match &meaning {
            Ok(value) => {
                badge(ui, value.view().value_type().name());
            }
            Err(why) => {
                field::problem(ui, why);
            }
        }
        let (saved, dropped) = save_row(ui, meaning.is_ok(), "Add");
        if (entered || saved)
            && let Ok(value) = meaning
        {
            commands.push(RecordCommand::AddLeaf {
                key: record.key.clone(),
                location: new.location.clone(),
                name: new.name.clone(),
                value,
            });
            self.adding = None;
        } else if cancelled || dropped {
            self.adding = None;
        }
    }
}

/// Why the typed value cannot be used, in an overlay under the field, so that nothing moves.
fn say_below(ui: &Ui, field: Rect, why: &str) {
    egui::Area::new(id().with("why"))
        .order(egui::Order::Foreground)
        .fixed_pos(field.left_bottom() + vec2(0.0, metrics::SPACE_4))
        .interactable(false)
        .show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(field.width().max(WHY_WIDTH));
                field::problem(ui, why);
            });
        });
}

fn changes(action: Option<TreeAction>) -> bool {
    !matches!(
        action,
        None | Some(TreeAction::CopyValue | TreeAction::CopyPath)
    )
}

fn commit(
    edit: &LeafEdit,
    record: &Record,
    meaning: Result<Option<vstore::value::EncodedValue>, String>,
    commands: &mut Commands,
) {
    if let Ok(Some(value)) = meaning {
        commands.push(RecordCommand::SetLeaf {
            key: record.key.clone(),
            location: edit.location.clone(),
            value,
        });
    }
}

/// `Cancel` and a primary button at the right; returns whether the primary button and whether
/// `Cancel` was clicked.
pub(super) fn save_row(ui: &mut Ui, ready: bool, verb: &str) -> (bool, bool) {
    at_end(ui, "save row", metrics::BUTTON, |ui| {
        let cancel = Button::secondary("Cancel").shortcut("Esc");
        let dropped = cancel.show(ui).clicked();
        let button = |ui: &mut Ui| Button::primary(verb).shortcut("Ctrl+Enter").show(ui);
        let saved = ui.add_enabled_ui(ready, button).inner.clicked();
        (saved, dropped)
    })
}
