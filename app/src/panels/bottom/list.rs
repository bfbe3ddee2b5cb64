//! Rows for the lists of the bottom panel: columns of text, and one click action.

use std::sync::Arc;

use egui::{
    Align, Color32, FontId, Galley, Id, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use crate::theme::{Tokens, metrics, paint, type_scale};

/// Height of a row in points.
pub(super) const ROW: f32 = 30.0;

/// One row while it is painted.
pub(super) struct RowPainter<'a> {
    ui: &'a Ui,
    rect: Rect,
    tokens: &'static Tokens,
}

/// Allocates a row; `label` is its name for screen readers. A `clickable` row is highlighted under
/// the pointer.
pub(super) fn row<'a>(
    ui: &'a mut Ui,
    id: Id,
    label: &str,
    clickable: bool,
) -> (Response, RowPainter<'a>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let sense = if clickable {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = ui.interact(rect, id, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, label));
    let tokens = Tokens::of(ui);
    if clickable && response.hovered() {
        ui.painter().rect_filled(rect, 0.0, tokens.hover);
    }
    if response.has_focus() {
        let ring = rect.shrink(2.0);
        paint::focus_ring(ui.painter(), ring, metrics::RADIUS_SMALL, tokens.accent);
    }
    (response, RowPainter { ui, rect, tokens })
}

impl RowPainter<'_> {
    pub(super) fn tokens(&self) -> &'static Tokens {
        self.tokens
    }

    /// The part of the row between two distances from its left edge, cut off at the right edge.
    pub(super) fn place(&self, from: f32, to: f32) -> Rect {
        let right = (self.rect.left() + to).min(self.rect.right() - metrics::SPACE_12);
        let left = (self.rect.left() + from).min(right);
        Rect::from_min_max(pos2(left, self.rect.top()), pos2(right, self.rect.bottom()))
    }

    /// One line of text.
    pub(super) fn text(&self, place: Rect, text: &str, font: FontId, color: Color32) {
        let galley = type_scale::line(self.ui, text, font, color, place.width());
        self.galley(place, galley);
    }

    /// The key of a record.
    pub(super) fn name(&self, place: Rect, text: &str, color: Color32) {
        let font = type_scale::body();
        self.galley(
            place,
            type_scale::name(self.ui, text, font, color, place.width()),
        );
    }

    /// A number or time with fixed-width digits, so that rows line up.
    pub(super) fn tabular(&self, place: Rect, text: &str, font: FontId, color: Color32) {
        self.galley(place, type_scale::tabular(self.ui, text, font, color));
    }

    fn galley(&self, place: Rect, galley: Arc<Galley>) {
        let painter = self
            .ui
            .painter()
            .with_clip_rect(self.ui.clip_rect().intersect(place));
        paint::text_in(&painter, place, Align::Min, galley);
    }

    /// A glyph centred in a place.
    pub(super) fn icon(&self, place: Rect, glyph: &str, color: Color32) {
        paint::icon(self.ui.painter(), place, glyph, 15.0, color);
    }

    /// Where the row is painted.
    pub(super) fn ui(&self) -> &Ui {
        self.ui
    }
}

/// The text of an empty list.
pub(super) fn empty(ui: &mut Ui, text: &str) {
    let margin = egui::Margin::symmetric(12, 10);
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.label(egui::RichText::new(text).color(Tokens::of(ui).faint));
    });
}

/// A scrolling list of `count` rows; only visible rows are created.
pub(super) fn rows(ui: &mut Ui, salt: &str, count: usize, mut show: impl FnMut(&mut Ui, usize)) {
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink(false)
        .show_rows(ui, ROW, count, |ui, range| {
            for index in range {
                show(ui, index);
            }
        });
}
