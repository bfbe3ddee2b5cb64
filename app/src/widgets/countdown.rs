//! The remaining life of a record: a ring that empties, and a text.

use egui::{Color32, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

use crate::theme::{Tokens, metrics, paint, type_scale};

const RADIUS: f32 = 6.0;
/// The edges of a whole ring, each about half a point long: where they are much shorter, their
/// directions are lost in rounding and the painter draws spikes.
const STEPS: f32 = 64.0;

/// Below a tenth the ring is red.
const LATE: f32 = 0.1;

/// Paints ring and text at the left edge of `rect`. `left` is the remaining fraction, from 1 (just
/// written) to 0 (expires now); `text` is the remaining time (`4 m 12 s`).
pub fn countdown(ui: &Ui, rect: Rect, left: f32, text: &str) {
    let tokens = Tokens::of(ui);
    let center = pos2(rect.left() + RADIUS + 1.0, rect.center().y);
    ring(ui, center, left);
    let galley = type_scale::tabular(ui, text, type_scale::body(), tokens.text);
    let room = Rect::from_min_max(
        pos2(center.x + RADIUS + metrics::SPACE_8, rect.top()),
        rect.max,
    );
    paint::text_in(ui.painter(), room, egui::Align::Min, galley);
}

/// Paints only the ring around `center`.
pub fn ring(ui: &Ui, center: Pos2, left: f32) {
    let tokens = Tokens::of(ui);
    let left = left.clamp(0.0, 1.0);
    let color = if left < LATE {
        tokens.danger
    } else {
        tokens.accent
    };
    ui.painter()
        .circle_filled(center, RADIUS, tokens.strong_line);
    if left >= 1.0 {
        ui.painter().circle_filled(center, RADIUS, color);
    } else {
        for shape in sector(center, left, color) {
            ui.painter().add(shape);
        }
    }
}

/// A sector that begins at the top and shrinks clockwise as `left` gets smaller; one edge of it stays
/// to the end. A sector of more than half a circle is not convex, so it is painted as two.
fn sector(center: Pos2, left: f32, color: Color32) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let whole = std::f32::consts::TAU;
    let mut from = 1.0 - left.max(1.0 / STEPS);
    while from < 1.0 {
        let to = (from + 0.5).min(1.0);
        let steps = ((to - from) * STEPS).round().max(1.0) as usize;
        let mut points = vec![center];
        points.extend((0..=steps).map(|step| {
            let part = from + (to - from) * step as f32 / steps as f32;
            let (sin, cos) = (part * whole).sin_cos();
            center + RADIUS * vec2(sin, -cos)
        }));
        shapes.push(Shape::convex_polygon(points, color, Stroke::NONE));
        from = to;
    }
    shapes
}
