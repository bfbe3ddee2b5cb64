//! A choice of a few options in a row: `Exact | Fuzzy | Contains`.

use egui::{
    Align, CornerRadius, EventFilter, FontId, Id, Key, Modifiers, Rect, Role, Sense, Stroke,
    StrokeKind, Ui, accesskit, vec2,
};

use super::accessibility;
use crate::theme::{Tokens, metrics, paint, type_scale};

/// A row of segments, exactly one of which is chosen.
///
/// It is one Tab stop; the left and right arrow keys choose. `label` is the name of the group for
/// screen readers. Returns the segment that the user chose in this frame, if any.
pub fn segmented(ui: &mut Ui, label: &str, segments: &[&str], chosen: usize) -> Option<usize> {
    let size = Size {
        height: metrics::BUTTON,
        padding: 11.0,
        font: type_scale::body(),
    };
    row(ui, label, segments, chosen, size)
}

/// The same in small, for panels.
pub fn segmented_small(
    ui: &mut Ui,
    label: &str,
    segments: &[&str],
    chosen: usize,
) -> Option<usize> {
    let size = Size {
        height: 22.0,
        padding: 8.0,
        font: type_scale::small(),
    };
    row(ui, label, segments, chosen, size)
}

struct Size {
    height: f32,
    /// Horizontal padding of each text.
    padding: f32,
    font: FontId,
}

fn row(ui: &mut Ui, label: &str, segments: &[&str], chosen: usize, size: Size) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let galleys: Vec<_> = segments
        .iter()
        .enumerate()
        .map(|(index, segment)| {
            let color = if index == chosen {
                tokens.accent_text
            } else {
                tokens.muted
            };
            type_scale::line(ui, segment, size.font.clone(), color, 200.0)
        })
        .collect();
    let width: f32 = galleys
        .iter()
        .map(|galley| galley.size().x + 2.0 * size.padding)
        .sum();
    let (rect, group) = ui.allocate_exact_size(vec2(width, size.height), Sense::click());
    accessibility::name(ui, group.id, Role::RadioGroup, label);

    let border = Stroke::new(1.0, tokens.strong_line);
    let radius = CornerRadius::same(metrics::RADIUS);
    ui.painter()
        .rect(rect, radius, tokens.raised, border, StrokeKind::Inside);

    let mut choice = keyboard(ui, &group, segments.len(), chosen);
    let mut left = rect.left();
    for (index, (galley, segment)) in galleys.into_iter().zip(segments).enumerate() {
        let cell = Rect::from_min_size(
            egui::pos2(left, rect.top()),
            vec2(galley.size().x + 2.0 * size.padding, rect.height()),
        );
        left = cell.right();
        let id = group.id.with(index);
        let response = ui.interact(cell, id, Sense::CLICK);
        node(ui, id, group.id, segment, index == chosen, cell);
        if response.clicked() {
            choice = Some(index);
        }
        let inside = cell.shrink2(vec2(0.0, 1.0));
        let fill = if index == chosen {
            Some(tokens.accent_surface)
        } else if response.hovered() {
            Some(tokens.hover)
        } else {
            None
        };
        if let Some(fill) = fill {
            ui.painter()
                .rect_filled(inside, corners(index, segments.len()), fill);
        }
        paint::text_in(ui.painter(), cell, Align::Center, galley);
        if index + 1 < segments.len() {
            ui.painter()
                .vline(cell.right() - 0.5, inside.y_range(), border);
        }
    }
    if group.has_focus() {
        paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
    }
    choice.filter(|index| *index != chosen)
}

fn corners(index: usize, count: usize) -> CornerRadius {
    let (first, last) = (index == 0, index + 1 == count);
    let at = |outer: bool| if outer { metrics::RADIUS - 1 } else { 0 };
    CornerRadius {
        nw: at(first),
        sw: at(first),
        ne: at(last),
        se: at(last),
    }
}

fn node(ui: &Ui, id: Id, group: Id, label: &str, on: bool, rect: Rect) {
    let toggled = if on {
        accesskit::Toggled::True
    } else {
        accesskit::Toggled::False
    };
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::RadioButton);
        node.set_label(label);
        node.set_toggled(toggled);
        node.set_bounds(accessibility::bounds(rect));
        node.add_action(accesskit::Action::Click);
    });
    if on {
        ui.ctx().accesskit_node_builder(group, |node| {
            node.set_active_descendant(id.accesskit_id());
        });
    }
}

/// The left and right arrow keys of a focused row of choices; also used by the tab bar.
pub(super) fn keyboard(
    ui: &Ui,
    group: &egui::Response,
    count: usize,
    chosen: usize,
) -> Option<usize> {
    if !group.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(group.id, filter));
    let (left, right) = ui.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowLeft),
            input.consume_key(Modifiers::NONE, Key::ArrowRight),
        )
    });
    match (left, right) {
        (true, false) => chosen.checked_sub(1),
        (false, true) => Some(chosen + 1).filter(|next| *next < count),
        _ => None,
    }
}
