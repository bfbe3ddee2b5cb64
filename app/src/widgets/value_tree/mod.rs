//! A value as a tree: one flat list of rows, of which only the visible ones are requested.
//!
//! The caller knows which nodes are open and provides rows by index ([`TreeModel`]); the tree knows
//! nothing about types of values except their colours. It is one focus stop, with the arrow keys of
//! a file manager.

mod keys;

use std::borrow::Cow;
use std::ops::Range;

use egui::{
    Align, Color32, CornerRadius, EventFilter, Id, Rect, Response, Role, Sense, Ui, UiBuilder,
    accesskit, pos2, vec2,
};

use super::accessibility;
use super::highlight::highlight;
use super::tree_indent::{indentation, paint_level};
use super::virtual_list::VirtualList;
use super::virtual_rows::ScrollPos;
use crate::theme::visible::Strictness;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

const GUTTER: f32 = 16.0;
/// Room for a value and the gap before it.
const VALUE_MIN: f32 = 76.0;
/// No more characters of a value are painted; the text view shows them all.
const MAX_CHARS: usize = 300;

/// The colour of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueColor {
    /// Strings, and text forms of bytes.
    String,
    /// Integers, floats, timestamps.
    Number,
    /// True and false.
    Bool,
    /// Null.
    Null,
    /// A summary of a list or map (`list · 9`) or of hidden rows (`3 … 8`).
    Summary,
}

impl ValueColor {
    /// The colour in a set of tokens.
    pub fn of(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::String => tokens.string,
            Self::Number => tokens.number,
            Self::Bool => tokens.boolean,
            Self::Null => tokens.null,
            Self::Summary => tokens.muted,
        }
    }
}

/// One visible row of the tree.
#[derive(Debug, Clone)]
pub struct TreeRow<'a> {
    /// The depth of the row, from 0.
    pub depth: usize,
    /// The map key or the list index.
    pub label: Cow<'a, str>,
    /// Whether the label is a list index, which is painted fainter than a key.
    pub is_index: bool,
    /// The value as text.
    pub text: Cow<'a, str>,
    /// The colour of the text.
    pub color: ValueColor,
    /// Whether the row is open; `None` if it cannot be opened.
    pub expanded: Option<bool>,
    /// What matched the search, as byte ranges of `text`.
    pub matches: &'a [Range<usize>],
}

/// The rows of a tree, without those of closed branches.
pub trait TreeModel {
    /// Number of rows.
    fn len(&self) -> usize;

    /// The row at `index`, which is less than [`Self::len`].
    fn row(&self, index: usize) -> TreeRow<'_>;

    /// The row that contains the row at `index`. The default searches upwards; a model with a
    /// faster way overrides it.
    fn parent(&self, index: usize) -> Option<usize> {
        let depth = self.row(index).depth;
        (0..index)
            .rev()
            .find(|above| self.row(*above).depth < depth)
    }

    /// Whether there is nothing to show.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What the tree keeps between frames.
#[derive(Debug, Clone, Copy, Default)]
pub struct TreeState {
    pos: ScrollPos,
    caret: Option<usize>,
    caret_value: Option<Rect>,
}

impl TreeState {
    /// Where the value in the caret's row was painted in this frame, for an editor over it; `None`
    /// while the row is not visible.
    pub fn caret_value_rect(&self) -> Option<Rect> {
        self.caret_value
    }

    /// The row of the caret.
    pub fn caret(&self) -> Option<usize> {
        self.caret
    }

    /// Moves the caret to a row.
    pub fn set_caret(&mut self, row: Option<usize>) {
        self.caret = row;
    }
}

/// What the user did to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeEvent {
    /// The caret moved to this row.
    Select(usize),
    /// Open this row.
    Expand(usize),
    /// Close this row.
    Collapse(usize),
    /// Open this row and everything below it.
    ExpandAll(usize),
    /// Edit this row (Enter, or a double click on a leaf).
    Activate(usize),
    /// This row was clicked with the secondary button.
    Menu(usize),
}

/// Fills the available space with the tree; returns the response of the whole widget, for focus and
/// a context menu, and what the user did.
pub fn value_tree(
    ui: &mut Ui,
    id: Id,
    label: &str,
    state: &mut TreeState,
    model: &dyn TreeModel,
) -> (Response, Vec<TreeEvent>) {
    let mut events = Vec::new();
    let rows = (model.len(), metrics::VALUE_ROW);
    let list = VirtualList::begin(ui, id, (Role::Tree, label), rows, &mut state.pos);
    state.caret = state.caret.filter(|row| *row < model.len());
    pointer(&list, state, model, &mut events);
    if list.response.has_focus() {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..Default::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        keys::keys(ui, &list, state, model, &mut events);
    }

    let hovered = list.hovered(state.pos);
    let focused = list.response.has_focus();
    state.caret_value = None;
    for index in list.visible(state.pos) {
        let rect = list.row_rect(index, state.pos);
        let row = model.row(index);
        let marks = Marks {
            hovered: hovered == Some(index),
            caret: state.caret == Some(index),
            focused,
        };
        let value = show_row(ui, id, list.rect, rect, index, &row, marks);
        if marks.caret {
            state.caret_value = Some(value);
        }
        if accessibility::asked_to_click(ui, id.with(index)) {
            state.caret = Some(index);
            events.push(TreeEvent::Select(index));
        }
    }
    (list.finish(ui, &mut state.pos), events)
}

fn caret_place(rect: Rect, depth: usize) -> Rect {
    let left = rect.left() + metrics::SPACE_8 + indentation(depth, rect.width());
    Rect::from_min_size(pos2(left, rect.top()), vec2(GUTTER, rect.height()))
}

fn pointer(
    list: &VirtualList,
    state: &mut TreeState,
    model: &dyn TreeModel,
    events: &mut Vec<TreeEvent>,
) {
    let Some(at) = list.response.interact_pointer_pos() else {
        return;
    };
    let Some(index) = list.row_at(at, state.pos) else {
        return;
    };
    let response = &list.response;
    if response.clicked() || response.secondary_clicked() {
        if state.caret != Some(index) {
            state.caret = Some(index);
            events.push(TreeEvent::Select(index));
        }
        if response.secondary_clicked() {
            events.push(TreeEvent::Menu(index));
            return;
        }
        let row = model.row(index);
        let on_caret = caret_place(list.rect, row.depth).x_range().contains(at.x);
        match row.expanded {
            Some(open) if on_caret || response.double_clicked() => {
                events.push(if open {
                    TreeEvent::Collapse(index)
                } else {
                    TreeEvent::Expand(index)
                });
            }
            None if response.double_clicked() => events.push(TreeEvent::Activate(index)),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
struct Marks {
    hovered: bool,
    caret: bool,
    focused: bool,
}

/// Returns the place of the value.
fn show_row(
    ui: &mut Ui,
    tree: Id,
    clip: Rect,
    rect: Rect,
    index: usize,
    row: &TreeRow<'_>,
    marks: Marks,
) -> Rect {
    let tokens = Tokens::of(ui);
    let id = tree.with(index);
    let mut ui = ui.new_child(
        UiBuilder::new()
            .scope_id(id)
            .max_rect(rect)
            .accessibility_parent(tree)
            .accessibility_role(Role::TreeItem)
            .sense(Sense::hover()),
    );
    ui.shrink_clip_rect(clip);
    node(&ui, tree, id, rect.intersect(clip), row, marks);

    let surface = rect.shrink2(vec2(metrics::SPACE_4, 0.0));
    let radius = CornerRadius::same(metrics::RADIUS_SMALL);
    if marks.caret {
        ui.painter()
            .rect_filled(surface, radius, tokens.accent_surface);
        if marks.focused {
            let line = egui::Stroke::new(1.0, tokens.accent);
            ui.painter()
                .rect_stroke(surface, radius, line, egui::StrokeKind::Inside);
        }
    } else if marks.hovered {
        ui.painter().rect_filled(surface, radius, tokens.hover);
    }

    let caret = caret_place(rect, row.depth);
    paint_level(&ui, caret, row.depth, rect.width());
    if let Some(open) = row.expanded {
        let glyph = if open {
            icons::CARET_DOWN
        } else {
            icons::CARET_RIGHT
        };
        let place = caret.with_max_x(caret.left() + 12.0);
        paint::icon(ui.painter(), place, glyph, 10.0, tokens.muted);
    }
    let room = Rect::from_min_max(
        pos2(caret.right(), rect.top()),
        pos2(rect.right() - metrics::SPACE_12, rect.bottom()),
    );
    let color = if row.is_index {
        tokens.muted
    } else {
        tokens.path
    };
    // However long the name is, some room is left for the value.
    let width = room.width();
    let label_max = (width * 0.6).min(width - VALUE_MIN).max(width * 0.3);
    let font = type_scale::mono();
    let label = type_scale::name(&ui, &row.label, font, color, label_max);
    let placed = paint::text_in(ui.painter(), room, Align::Min, label);
    let room = room.with_min_x(placed.right() + 12.0);
    let font = type_scale::mono();
    let job = highlight(
        (&row.text, Strictness::Prose),
        row.matches,
        &font,
        row.color.of(tokens),
        tokens,
        MAX_CHARS,
    );
    let text = type_scale::line_job(&ui, job, room.width());
    paint::text_in(ui.painter(), room, Align::Min, text);
    room
}

fn node(ui: &Ui, tree: Id, id: Id, rect: Rect, row: &TreeRow<'_>, marks: Marks) {
    let value = type_scale::one_line(&row.text);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_label(row.label.as_ref());
        node.set_value(value);
        node.set_level(row.depth + 1);
        node.set_selected(marks.caret);
        node.set_bounds(accessibility::bounds(rect));
        node.add_action(accesskit::Action::Click);
        if let Some(open) = row.expanded {
            node.set_expanded(open);
        }
    });
    if marks.caret {
        ui.ctx().accesskit_node_builder(tree, |node| {
            node.set_active_descendant(id.accesskit_id());
        });
    }
}

#[cfg(test)]
mod tests;
