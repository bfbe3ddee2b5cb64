//! Badges (a type, a count) and chips that can be toggled.

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    vec2,
};

use super::accessibility;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

/// The width of `text` as painted by [`paint_badge`], in points.
pub fn badge_width(ui: &Ui, text: &str) -> f32 {
    type_scale::line(ui, text, type_scale::tiny(), Color32::PLACEHOLDER, 200.0)
        .size()
        .x
        + 12.0
}

/// Paints a type badge (`str`, `list`) at the left edge of `place`, vertically centred; returns its
/// rectangle.
pub fn paint_badge(ui: &Ui, place: Rect, text: &str) -> Rect {
    let tokens = Tokens::of(ui);
    let galley = type_scale::line(ui, text, type_scale::tiny(), tokens.muted, 200.0);
    let size = vec2(galley.size().x + 12.0, 18.0);
    let rect = Rect::from_min_size(
        egui::pos2(place.left(), (place.center().y - size.y / 2.0).round()),
        size,
    );
    ui.painter().rect_filled(
        rect,
        CornerRadius::same(metrics::RADIUS_SMALL),
        tokens.hover,
    );
    paint::text_in(ui.painter(), rect, Align::Center, galley);
    rect
}

/// A badge in the flow of the layout, in small faint capitals.
pub fn badge(ui: &mut Ui, text: &str) -> Response {
    let tokens = Tokens::of(ui);
    let format = TextFormat::simple(type_scale::section(), tokens.muted);
    let job = LayoutJob::single_section(text.to_owned(), format);
    let galley = type_scale::line_job(ui, job, 240.0);
    let size = vec2(galley.size().x + 12.0, 18.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().rect_filled(
        rect,
        CornerRadius::same(metrics::RADIUS_SMALL),
        tokens.hover,
    );
    paint::text_in(ui.painter(), rect, Align::Center, galley);
    response
}

/// What happened to a [`Chip`].
#[derive(Debug)]
pub struct ChipResponse {
    /// The chip itself; a click toggles it.
    pub response: Response,
    /// The cross was clicked.
    pub removed: bool,
}

/// A rounded label that can be on or off, such as a saved filter, optionally with a cross.
#[derive(Debug)]
#[must_use = "a chip does nothing until it is shown"]
pub struct Chip<'a> {
    label: &'a str,
    on: bool,
    removable: bool,
}

impl<'a> Chip<'a> {
    /// A chip that is on or off.
    pub fn new(label: &'a str, on: bool) -> Self {
        Self {
            label,
            on,
            removable: false,
        }
    }

    /// Adds a cross to the chip.
    pub fn removable(mut self) -> Self {
        self.removable = true;
        self
    }

    /// Shows the chip.
    pub fn show(self, ui: &mut Ui) -> ChipResponse {
        let tokens = Tokens::of(ui);
        let color = if self.on {
            tokens.accent_text
        } else {
            tokens.muted
        };
        let galley = type_scale::line(ui, self.label, type_scale::small(), color, 260.0);
        let cross = if self.removable { 18.0 } else { 0.0 };
        let size = vec2(galley.size().x + 20.0 + cross, 24.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, ui.is_enabled(), self.on, self.label)
        });
        let (fill, border) = if self.on {
            (tokens.accent_surface, tokens.accent_surface)
        } else if response.hovered() {
            (tokens.hover, tokens.strong_line)
        } else {
            (Color32::TRANSPARENT, tokens.strong_line)
        };
        let radius = CornerRadius::same(12);
        ui.painter().rect(
            rect,
            radius,
            fill,
            Stroke::new(1.0, border),
            StrokeKind::Inside,
        );
        if response.has_focus() {
            paint::focus_ring(ui.painter(), rect, 12, tokens.accent);
        }
        let text = Rect::from_min_max(rect.min + vec2(10.0, 0.0), rect.max);
        paint::text_in(ui.painter(), text, Align::Min, galley);

        let removed = self.removable && self.cross(ui, rect, &response);
        ChipResponse { response, removed }
    }

    fn cross(&self, ui: &Ui, rect: Rect, chip: &Response) -> bool {
        let tokens = Tokens::of(ui);
        let place = Rect::from_min_max(egui::pos2(rect.right() - 24.0, rect.top()), rect.max);
        let cross = ui.interact(place, chip.id.with("cross"), Sense::CLICK);
        let label = format!("Remove {}", self.label);
        accessibility::clickable(ui, cross.id, Role::Button, &label, place);
        let color = if cross.hovered() {
            tokens.text
        } else {
            tokens.faint
        };
        let place = place.translate(vec2(-2.0, 0.0));
        paint::icon(ui.painter(), place, icons::X, 11.0, color);
        cross.clicked()
    }
}
