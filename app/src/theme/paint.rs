//! Painting shared by the widgets: icons, hairlines, the focus ring, text in a rectangle.

use std::sync::Arc;

use egui::{Align, Align2, Color32, CornerRadius, Galley, Painter, Pos2, Rect, Stroke, StrokeKind};

use super::{Tokens, metrics, type_scale};

/// How far the soft part of the focus ring reaches outwards, in points.
pub const FOCUS_SPREAD: f32 = 3.0;

/// Paints an icon of `size` points at the centre of `rect`.
pub fn icon(painter: &Painter, rect: Rect, glyph: &str, size: f32, color: Color32) {
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        glyph,
        type_scale::icon(size),
        color,
    );
}

/// A one-point line in the accent colour around `rect`, with a soft ring outside it.
///
/// `color` is the accent, or the danger colour for a field in error.
pub fn focus_ring(painter: &Painter, rect: Rect, radius: u8, color: Color32) {
    let soft = CornerRadius::same(radius.saturating_add(2));
    painter.rect_stroke(
        rect,
        soft,
        Stroke::new(FOCUS_SPREAD, color.gamma_multiply(0.28)),
        StrokeKind::Outside,
    );
    let line = CornerRadius::same(radius);
    painter.rect_stroke(rect, line, Stroke::new(1.0, color), StrokeKind::Inside);
}

/// A hairline along the bottom of `rect`, inside of it.
pub fn line_below(painter: &Painter, rect: Rect, color: Color32) {
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, color));
}

/// A hairline along the top of `rect`, inside of it.
pub fn line_above(painter: &Painter, rect: Rect, color: Color32) {
    painter.hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, color));
}

/// Paints a galley vertically centred in `rect`, at its left edge, centre or right edge.
///
/// Returns the rectangle the text takes.
pub fn text_in(painter: &Painter, rect: Rect, align: Align, galley: Arc<Galley>) -> Rect {
    let size = galley.size();
    let x = match align {
        Align::Min => rect.left(),
        Align::Center => rect.center().x - size.x / 2.0,
        Align::Max => rect.right() - size.x,
    };
    // Whole points keep the baselines of neighbouring cells aligned.
    let pos = Pos2::new(x, (rect.center().y - size.y / 2.0).round());
    painter.galley(pos, galley, Color32::PLACEHOLDER);
    Rect::from_min_size(pos, size)
}

/// The fill and border of a raised control, depending on whether the pointer is over it.
pub fn control(painter: &Painter, rect: Rect, tokens: &Tokens, hovered: bool) {
    let fill = if hovered { tokens.hover } else { tokens.raised };
    let radius = CornerRadius::same(metrics::RADIUS);
    let border = Stroke::new(1.0, tokens.strong_line);
    painter.rect(rect, radius, fill, border, StrokeKind::Inside);
}
