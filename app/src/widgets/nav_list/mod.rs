//! A list of the left panel: namespaces as a tree, paths, saved filters.
//!
//! It is part of a scroll area. Rows outside the visible area are neither requested nor painted.
//! The whole list is one focus stop, with its own arrow keys.

use egui::{
    Align, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, UiBuilder, accesskit, pos2, vec2,
};

use super::tree_indent::{indentation, paint_level};
use super::{accessibility, badge, keyboard};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

const CARET: f32 = 18.0;

/// One row.
#[derive(Debug, Clone, Copy, Default)]
pub struct NavRow<'a> {
    /// Its text.
    pub label: &'a str,
    /// The depth, from 0.
    pub depth: usize,
    /// Whether it is open; `None` if it cannot be opened.
    pub expanded: Option<bool>,
    /// A type (`str`, `list`), shown as a badge before the text.
    pub badge: Option<&'a str>,
    /// A glyph before the text.
    pub icon: Option<&'a str>,
    /// A count at the right edge; empty for none.
    pub count: &'a str,
}

/// What the user did to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NavEvent {
    /// Choose this row.
    Select(usize),
    /// Open or close this row.
    Toggle(usize),
    /// This row was clicked with the secondary button.
    Menu(usize),
}

/// Shows `count` rows as wide as the available space; `row` is called for visible rows (and, for
/// the left arrow key, for rows above the selected one).
///
/// `id` is unique, `label` is the name of the list for screen readers. Returns the response of the
/// list, for focus and a context menu, and what the user did.
pub fn nav_list<'r>(
    ui: &mut Ui,
    id: Id,
    label: &str,
    count: usize,
    selected: Option<usize>,
    row: &dyn Fn(usize) -> NavRow<'r>,
) -> (Response, Option<NavEvent>) {
    let height = metrics::LIST_ROW * count as f32;
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
    let response = ui.interact(rect, id, Sense::click());
    accessibility::name(ui, id, Role::Tree, label);
    let mut event = pointer(&response, rect, count, row);
    if response.has_focus() {
        event = keys(ui, &response, count, selected, row).or(event);
        if let Some(NavEvent::Select(index)) = event {
            ui.scroll_to_rect(place(rect, index), None);
        }
    }

    let hovered = response.hover_pos().filter(|_| response.contains_pointer());
    let hovered = hovered.and_then(|at| index_at(rect, at, count));
    let seen = ui.clip_rect().intersect(rect);
    let first = ((seen.top() - rect.top()) / metrics::LIST_ROW)
        .floor()
        .max(0.0) as usize;
    let last = ((seen.bottom() - rect.top()) / metrics::LIST_ROW)
        .ceil()
        .max(0.0) as usize;
    for index in first..last.min(count) {
        let marks = Marks {
            selected: selected == Some(index),
            hovered: hovered == Some(index),
            focused: response.has_focus(),
        };
        show_row(ui, id, place(rect, index), index, &row(index), marks);
        if accessibility::asked_to_click(ui, id.with(index)) {
            event = Some(NavEvent::Select(index));
        }
    }
    if response.has_focus() && selected.is_none() {
        let accent = Tokens::of(ui).accent;
        paint::focus_ring(ui.painter(), seen.shrink(3.0), metrics::RADIUS, accent);
    }
    (response, event)
}

fn place(list: Rect, index: usize) -> Rect {
    let top = list.top() + metrics::LIST_ROW * index as f32;
    Rect::from_min_size(
        pos2(list.left(), top),
        vec2(list.width(), metrics::LIST_ROW),
    )
}

fn caret_place(row: Rect, depth: usize) -> Rect {
    let left = row.left() + metrics::SPACE_12 + indentation(depth, row.width());
    Rect::from_min_size(pos2(left, row.top()), vec2(CARET, row.height()))
}

fn index_at(list: Rect, at: egui::Pos2, count: usize) -> Option<usize> {
    let index = ((at.y - list.top()) / metrics::LIST_ROW).floor();
    (list.contains(at) && (index as usize) < count).then_some(index as usize)
}

fn pointer<'r>(
    response: &Response,
    rect: Rect,
    count: usize,
    row: &dyn Fn(usize) -> NavRow<'r>,
) -> Option<NavEvent> {
    if response.is_pointer_button_down_on() || response.clicked() {
        response.request_focus();
    }
    let at = response.interact_pointer_pos()?;
    let index = index_at(rect, at, count)?;
    if response.secondary_clicked() {
        return Some(NavEvent::Menu(index));
    }
    let NavRow {
        depth, expanded, ..
    } = row(index);
    let on_caret = at.x < caret_place(place(rect, index), depth).right();
    let toggles = expanded.is_some() && (on_caret || response.double_clicked());
    let event = if toggles {
        NavEvent::Toggle(index)
    } else {
        NavEvent::Select(index)
    };
    response.clicked().then_some(event)
}

fn keys<'r>(
    ui: &Ui,
    response: &Response,
    count: usize,
    selected: Option<usize>,
    row: &dyn Fn(usize) -> NavRow<'r>,
) -> Option<NavEvent> {
    let filter = EventFilter {
        vertical_arrows: true,
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let last = count.checked_sub(1)?;
    let taken = keyboard::take_keys(ui, |key, modifiers| {
        use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, End, Home, Space};
        let ours = [ArrowDown, ArrowLeft, ArrowRight, ArrowUp, End, Home, Space];
        modifiers.is_none() && ours.contains(&key)
    });
    let (key, _) = *taken.last()?;
    let Some(here) = selected.filter(|here| *here <= last) else {
        return Some(NavEvent::Select(0));
    };
    let NavRow {
        depth, expanded, ..
    } = row(here);
    let target = match (key, expanded) {
        (Key::ArrowRight, Some(false)) | (Key::ArrowLeft, Some(true)) | (Key::Space, Some(_)) => {
            return Some(NavEvent::Toggle(here));
        }
        (Key::ArrowLeft, _) => (0..here).rev().find(|above| row(*above).depth < depth)?,
        (Key::ArrowUp, _) => here.saturating_sub(1),
        (Key::Home, _) => 0,
        (Key::End, _) => last,
        (Key::Space, None) => here,
        _ => here + 1,
    };
    let target = target.min(last);
    (target != here).then_some(NavEvent::Select(target))
}

#[derive(Clone, Copy)]
struct Marks {
    selected: bool,
    hovered: bool,
    focused: bool,
}

fn show_row(ui: &mut Ui, list: Id, rect: Rect, index: usize, row: &NavRow<'_>, marks: Marks) {
    let id = list.with(index);
    let mut ui = ui.new_child(
        UiBuilder::new()
            .scope_id(id)
            .max_rect(rect)
            .accessibility_parent(list)
            .accessibility_role(Role::TreeItem),
    );
    ui.shrink_clip_rect(rect);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_label(row.label);
        node.set_description(row.count);
        node.set_level(row.depth + 1);
        node.set_selected(marks.selected);
        node.set_bounds(accessibility::bounds(rect));
        node.add_action(accesskit::Action::Click);
        if let Some(expanded) = row.expanded {
            node.set_expanded(expanded);
        }
    });
    if marks.selected {
        ui.ctx().accesskit_node_builder(list, |node| {
            node.set_active_descendant(id.accesskit_id());
        });
    }
    paint_row(&ui, rect, row, marks);
}

fn paint_row(ui: &Ui, rect: Rect, row: &NavRow<'_>, marks: Marks) {
    let tokens = Tokens::of(ui);
    if marks.selected {
        ui.painter().rect_filled(rect, 0.0, tokens.accent_surface);
        if marks.focused {
            let line = egui::Stroke::new(1.0, tokens.accent);
            ui.painter()
                .rect_stroke(rect, 0.0, line, egui::StrokeKind::Inside);
        }
    } else if marks.hovered {
        ui.painter().rect_filled(rect, 0.0, tokens.hover);
    }
    let caret = caret_place(rect, row.depth);
    paint_level(ui, caret, row.depth, rect.width());
    let mut left = if let Some(expanded) = row.expanded {
        let glyph = if expanded {
            icons::CARET_DOWN
        } else {
            icons::CARET_RIGHT
        };
        let place = Rect::from_min_size(caret.min, vec2(14.0, caret.height()));
        paint::icon(ui.painter(), place, glyph, 12.0, tokens.faint);
        caret.right() + 1.0
    } else if row.badge.is_none() && row.icon.is_none() {
        // A leaf of a tree: its text is aligned with the text of its siblings, not with their
        // caret.
        caret.right() + 1.0
    } else {
        caret.left()
    };
    if let Some(text) = row.badge {
        let place = rect.with_min_x(left);
        left = badge::paint_badge(ui, place, text).right() + 6.0;
    }
    if let Some(glyph) = row.icon {
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(16.0, rect.height()));
        paint::icon(ui.painter(), place, glyph, 15.0, tokens.muted);
        left = place.right() + metrics::SPACE_8;
    }
    let right = rect.right() - metrics::SPACE_12;
    let count = type_scale::number(ui, row.count, type_scale::body(), tokens.faint);
    let room = Rect::from_min_max(
        pos2(left, rect.top()),
        pos2(right - count.size().x - metrics::SPACE_8, rect.bottom()),
    );
    let label = type_scale::name(ui, row.label, type_scale::body(), tokens.text, room.width());
    paint::text_in(ui.painter(), room, Align::Min, label);
    paint::text_in(ui.painter(), rect.with_max_x(right), Align::Max, count);
}

#[cfg(test)]
mod tests;
