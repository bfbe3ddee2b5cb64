//! The progress of a job: a thin bar and a text.

use egui::{CornerRadius, Id, Rect, Response, Role, Sense, Ui, vec2};

use super::accessibility;
use crate::theme::Tokens;

const HEIGHT: f32 = 4.0;
const TURN_SECS: f64 = 1.4;

/// A bar as wide as the available space. `fraction` is from 0 to 1, or `None` while the total is
/// unknown: the bar then moves back and forth (or stands still without animations).
pub fn progress(ui: &mut Ui, id: Id, label: &str, fraction: Option<f32>) -> Response {
    let tokens = Tokens::of(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    let response = ui.interact(rect, id, Sense::hover());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::ProgressIndicator);
        node.set_label(label);
        node.set_bounds(accessibility::bounds(rect));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        if let Some(fraction) = fraction {
            node.set_numeric_value(f64::from(fraction * 100.0).round());
        }
    });
    let radius = CornerRadius::same(2);
    ui.painter().rect_filled(rect, radius, tokens.line);
    let filled = match fraction {
        Some(fraction) => Rect::from_min_size(
            rect.min,
            vec2(rect.width() * fraction.clamp(0.0, 1.0), HEIGHT),
        ),
        None => moving_part(ui, rect),
    };
    ui.painter().rect_filled(filled, radius, tokens.accent);
    response
}

fn moving_part(ui: &Ui, rect: Rect) -> Rect {
    let width = rect.width() * 0.3;
    let still = ui.style().animation_time <= 0.0;
    let turn = if still {
        0.5
    } else {
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_millis(33));
        let phase = (ui.input(|input| input.time) / TURN_SECS).fract();
        (1.0 - (phase * std::f64::consts::TAU).cos()) / 2.0
    };
    let left = rect.left() + (rect.width() - width) * turn as f32;
    Rect::from_min_size(egui::pos2(left, rect.top()), vec2(width, HEIGHT))
}
