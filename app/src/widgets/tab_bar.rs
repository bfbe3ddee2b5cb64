//! A bar of tabs with counts; the selected tab is underlined.

use egui::{Align, CornerRadius, Rect, Role, Sense, Ui, accesskit, pos2, vec2};

use super::{accessibility, segmented};
use crate::theme::{Tokens, metrics, paint, type_scale};

const PADDING: f32 = 10.0;
const BADGE_GAP: f32 = 6.0;

/// One tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tab<'a> {
    /// Its label.
    pub label: &'a str,
    /// A count shown as a badge; zero is hidden.
    pub count: usize,
}

impl<'a> Tab<'a> {
    /// A tab without a count.
    pub const fn new(label: &'a str) -> Self {
        Self { label, count: 0 }
    }

    /// A tab with a count.
    pub const fn counting(label: &'a str, count: usize) -> Self {
        Self { label, count }
    }
}

/// Shows the tabs in the flow of the layout, without a line below: the caller draws the hairline
/// that separates its panel.
///
/// It is one Tab stop; the left and right arrow keys choose. Returns the tab that the user chose in
/// this frame, if any.
pub fn tab_bar(ui: &mut Ui, label: &str, tabs: &[Tab<'_>], chosen: usize) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let cells: Vec<_> = tabs
        .iter()
        .enumerate()
        .map(|(index, tab)| {
            let color = if index == chosen {
                tokens.text
            } else {
                tokens.muted
            };
            let title = type_scale::line(ui, tab.label, type_scale::body(), color, 240.0);
            let count = (tab.count > 0).then(|| {
                type_scale::number(ui, &tab.count.to_string(), type_scale::tiny(), tokens.muted)
            });
            let badge = count
                .as_ref()
                .map_or(0.0, |count| count.size().x + 12.0 + BADGE_GAP);
            let width = title.size().x + badge + 2.0 * PADDING;
            (tab, title, count, width)
        })
        .collect();
    let width = cells.iter().map(|(.., width)| width).sum();
    let (rect, group) = ui.allocate_exact_size(vec2(width, metrics::TAB_BAR), Sense::click());
    accessibility::name(ui, group.id, Role::TabList, label);

    let mut choice = segmented::keyboard(ui, &group, tabs.len(), chosen);
    let mut left = rect.left();
    for (index, (tab, title, count, width)) in cells.into_iter().enumerate() {
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
        left = cell.right();
        let id = group.id.with(index);
        let response = ui.interact(cell, id, Sense::CLICK);
        let on = index == chosen;
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::Tab);
            node.set_label(tab.label);
            node.set_selected(on);
            node.set_bounds(accessibility::bounds(cell));
            node.add_action(accesskit::Action::Click);
        });
        if response.clicked() {
            choice = Some(index);
        }
        if response.hovered() && !on {
            let surface = cell.shrink2(vec2(2.0, 4.0));
            ui.painter().rect_filled(
                surface,
                CornerRadius::same(metrics::RADIUS - 1),
                tokens.hover,
            );
        }
        let room = cell.shrink2(vec2(PADDING, 0.0));
        let placed = paint::text_in(ui.painter(), room, Align::Min, title);
        if let Some(count) = count {
            let size = vec2(count.size().x + 12.0, 18.0);
            let corner = pos2(placed.right() + BADGE_GAP, (cell.center().y - 9.0).round());
            let badge = Rect::from_min_size(corner, size);
            let radius = CornerRadius::same(metrics::RADIUS_SMALL);
            ui.painter().rect_filled(badge, radius, tokens.hover);
            paint::text_in(ui.painter(), badge, Align::Center, count);
        }
        if on {
            let under = Rect::from_min_max(pos2(cell.left(), cell.bottom() - 2.0), cell.max);
            ui.painter().rect_filled(under, 0.0, tokens.accent);
        }
    }
    if group.has_focus() {
        paint::focus_ring(
            ui.painter(),
            rect.shrink(2.0),
            metrics::RADIUS,
            tokens.accent,
        );
    }
    choice.filter(|index| *index != chosen)
}
