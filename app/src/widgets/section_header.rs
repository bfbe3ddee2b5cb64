//! The headers of sections in side panels.

use egui::{Align, CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::theme::{Tokens, icons, metrics, paint, type_scale};

/// What happened to a header.
#[derive(Debug)]
pub struct SectionResponse {
    /// The header; a click opens or closes a collapsible section.
    pub response: Response,
    /// The section was opened or closed.
    pub toggled: bool,
}

/// A section header in capitals, with a badge or a caret at its right edge.
///
/// `open` makes it collapsible. It is 32 points high.
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
