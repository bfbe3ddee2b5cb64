//! Rows of the left panel: namespaces, paths, saved filters; and the labels of its sections.

use egui::{
    Align, CornerRadius, Id, Rect, Response, Role, Sense, Ui, WidgetInfo, accesskit, pos2, vec2,
};

use super::{access, badge};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

const INDENT: f32 = 18.0;
const CARET: f32 = 18.0;

/// One row.
#[derive(Debug, Clone, Copy, Default)]
pub struct NavRow<'a> {
    /// Its text.
    pub label: &'a str,
    /// How deep it stands, from 0.
    pub depth: usize,
    /// Whether it can be opened and is open.
    pub expanded: Option<bool>,
    /// A type (`str`, `list`) shown as a badge before the text.
    pub badge: Option<&'a str>,
    /// A glyph before the text.
    pub icon: Option<&'a str>,
    /// A count at the right edge; empty for none.
    pub count: &'a str,
    /// Whether it is selected.
    pub selected: bool,
}

/// What the user did to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NavEvent {
    /// Choose it.
    Select,
    /// Open or close it.
    Toggle,
}

/// Shows one row as wide as the available space. `id` is unique among all rows.
///
/// The rows of a list form one stop for the Tab key if the caller wants so: a row that is not
/// `focusable` is reached with [`nav_keys`] only.
pub fn nav_row(
    ui: &mut Ui,
    id: Id,
    row: &NavRow<'_>,
    focusable: bool,
) -> (Response, Option<NavEvent>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), metrics::LIST_ROW));
    let sense = if focusable {
        Sense::click()
    } else {
        Sense::CLICK
    };
    let response = ui.interact(rect, id, sense);
    if ui.is_rect_visible(rect) {
        node(ui, rect, id, row);
    }

    let left = rect.left() + metrics::SPACE_12 + INDENT * row.depth as f32;
    let caret = Rect::from_min_size(pos2(left, rect.top()), vec2(CARET, rect.height()));
    let on_caret = response
        .interact_pointer_pos()
        .is_some_and(|at| at.x < caret.right());
    let toggles = row.expanded.is_some() && (on_caret || response.double_clicked());
    let event = response.clicked().then_some(if toggles {
        NavEvent::Toggle
    } else {
        NavEvent::Select
    });
    if ui.is_rect_visible(rect) {
        paint_row(ui, rect, caret, row, &response);
    }
    (response, event)
}

fn node(ui: &Ui, rect: Rect, id: Id, row: &NavRow<'_>) {
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::TreeItem);
        node.set_label(row.label);
        node.set_description(row.count);
        node.set_level(row.depth + 1);
        node.set_selected(row.selected);
        node.set_bounds(access::bounds(rect));
        node.add_action(accesskit::Action::Click);
        if let Some(expanded) = row.expanded {
            node.set_expanded(expanded);
        }
    });
}

fn paint_row(ui: &Ui, rect: Rect, caret: Rect, row: &NavRow<'_>, response: &Response) {
    let tokens = Tokens::of(ui);
    if row.selected {
        ui.painter().rect_filled(rect, 0.0, tokens.accent_surface);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, tokens.hover);
    }
    if response.has_focus() {
        paint::focus_ring(
            ui.painter(),
            rect.shrink(2.0),
            metrics::RADIUS_SMALL,
            tokens.accent,
        );
    }
    let mut left = if let Some(expanded) = row.expanded {
        let glyph = if expanded {
            icons::CARET_DOWN
        } else {
            icons::CARET_RIGHT
        };
        let place = Rect::from_min_size(caret.min, vec2(14.0, caret.height()));
        paint::icon(ui.painter(), place, glyph, 12.0, tokens.faint);
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
    let count = type_scale::tabular(ui, row.count, type_scale::body(), tokens.faint);
    let room = Rect::from_min_max(
        pos2(left, rect.top()),
        pos2(right - count.size().x - metrics::SPACE_8, rect.bottom()),
    );
    let label = type_scale::line(ui, row.label, type_scale::body(), tokens.text, room.width());
    paint::text_in(ui.painter(), room, Align::Min, label);
    paint::text_in(ui.painter(), rect.with_max_x(right), Align::Max, count);
}

/// What a section label did.
#[derive(Debug)]
pub struct SectionResponse {
    /// The label; a click opens or closes a section that can be closed.
    pub response: Response,
    /// The section was opened or closed.
    pub toggled: bool,
}

/// A section label in capitals, with a badge or a caret at its right edge.
///
/// `open` makes it a switch. Height is 32 points.
pub fn section_header(
    ui: &mut Ui,
    label: &str,
    badge: Option<&str>,
    open: Option<bool>,
) -> SectionResponse {
    let tokens = Tokens::of(ui);
    let sense = if open.is_some() {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), sense);
    let role = if open.is_some() {
        Role::Button
    } else {
        Role::Heading
    };
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), label));
    if let Some(open) = open {
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_expanded(open));
    }
    let color = if open.is_some() && response.hovered() {
        tokens.text
    } else {
        tokens.muted
    };
    let inner = rect.shrink2(vec2(metrics::SPACE_12, 0.0));
    let galley = type_scale::line_job(ui, type_scale::section_job(label, color), inner.width());
    paint::text_in(ui.painter(), inner, Align::Min, galley);
    if response.has_focus() {
        paint::focus_ring(
            ui.painter(),
            rect.shrink(3.0),
            metrics::RADIUS_SMALL,
            tokens.accent,
        );
    }

    let mut right = inner.right();
    if let Some(open) = open {
        let glyph = if open {
            icons::CARET_DOWN
        } else {
            icons::CARET_RIGHT
        };
        let place = Rect::from_min_max(pos2(right - 12.0, rect.top()), pos2(right, rect.bottom()));
        paint::icon(ui.painter(), place, glyph, 12.0, tokens.muted);
        right -= 12.0 + metrics::SPACE_8;
    }
    if let Some(badge) = badge {
        let job = type_scale::section_job(badge, tokens.muted);
        let galley = type_scale::line_job(ui, job, inner.width());
        let size = vec2(galley.size().x + 10.0, 17.0);
        let place = Rect::from_min_size(
            pos2(right - size.x, (rect.center().y - size.y / 2.0).round()),
            size,
        );
        let radius = CornerRadius::same(metrics::RADIUS_SMALL);
        ui.painter().rect_filled(place, radius, tokens.hover);
        paint::text_in(ui.painter(), place, Align::Center, galley);
    }
    let toggled = open.is_some() && response.clicked();
    SectionResponse { response, toggled }
}

/// The arrow keys of a list of rows that share one focus.
///
/// `response` is the focused row (or the list); returns the index to select next, out of `count`.
pub fn nav_keys(
    ui: &Ui,
    response: &Response,
    selected: Option<usize>,
    count: usize,
) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    let filter = egui::EventFilter {
        vertical_arrows: true,
        ..egui::EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let last = count.checked_sub(1)?;
    let mut at = selected;
    let keys = super::keyboard::take_keys(ui, |key, modifiers| {
        use egui::Key::{ArrowDown, ArrowUp, End, Home};
        modifiers.is_none() && matches!(key, ArrowDown | ArrowUp | Home | End)
    });
    for (key, _) in keys {
        at = Some(match key {
            egui::Key::Home => 0,
            egui::Key::End => last,
            egui::Key::ArrowUp => at.map_or(0, |row| row.saturating_sub(1)),
            _ => at.map_or(0, |row| (row + 1).min(last)),
        });
    }
    at.filter(|row| Some(*row) != selected)
}
