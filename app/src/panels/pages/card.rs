//! The card in the middle of a page.

use egui::{
    Align, CornerRadius, Frame, Id, Layout, Margin, Rect, RichText, Role, Shadow, Stroke, Ui,
    UiBuilder, accesskit, pos2, vec2,
};

use crate::theme::{Tokens, metrics, paint, type_scale};
use crate::widgets::scrolling::scrolling;

/// Width of a card in points, with its margins.
pub(super) const CARD_WIDTH: f32 = 440.0;
const MARGIN: i8 = 32;
const MARGIN_SMALL: i8 = 20;
/// Lower windows have smaller margins.
const SMALL_HEIGHT: f32 = 600.0;

/// Shows a card in the middle of the available space; if there is too little of it, the content
/// scrolls. The height is that of the previous frame, so that the card can be centred before its
/// content is known. As long as there is room it grows only downwards, so that nothing the user
/// reads or types moves.
pub(super) fn card<R>(ui: &mut Ui, id: Id, label: &str, body: impl FnOnce(&mut Ui) -> R) -> R {
    let tokens = Tokens::of(ui);
    let room = ui.available_rect_before_wrap();
    let margin = if room.height() < SMALL_HEIGHT {
        MARGIN_SMALL
    } else {
        MARGIN
    };
    let width = CARD_WIDTH.min(room.width() - 2.0 * metrics::SPACE_24);
    let height_max = room.height() - 2.0 * metrics::SPACE_16;
    let frame = ui.ctx().cumulative_frame_nr();
    let known: Option<Placed> = ui.data(|data| data.get_temp(id));
    let top = Placed::top(known, room, height_max, frame);
    let place = Rect::from_min_max(
        pos2((room.center().x - width / 2.0).round(), top),
        pos2((room.center().x + width / 2.0).round(), room.bottom()),
    );
    let mut child = ui.new_child(
        UiBuilder::new()
            .id_salt(id)
            .max_rect(place)
            .layout(Layout::top_down(Align::Min)),
    );
    if known.is_none() {
        // The first frame only measures, so that nothing jumps.
        child.set_invisible();
        ui.ctx().request_repaint();
    }
    let shown = Frame::NONE
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(CornerRadius::same(metrics::RADIUS_CARD))
        .inner_margin(Margin::same(margin))
        .shadow(Shadow {
            offset: [0, 12],
            blur: 40,
            spread: 0,
            color: tokens.shadow,
        })
        .show(&mut child, |ui| {
            ui.set_width(width - 2.0 * f32::from(margin));
            let height = height_max - 2.0 * f32::from(margin);
            scrolling(ui, id.with("contents"), height, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                body(ui)
            })
        });
    let place = shown.response.rect;
    let node = ui.interact(place, id.with("card"), egui::Sense::hover());
    ui.ctx().accesskit_node_builder(node.id, |node| {
        node.set_role(Role::Group);
        node.set_label(label);
        node.set_bounds(accesskit::Rect {
            x0: place.min.x.into(),
            y0: place.min.y.into(),
            x1: place.max.x.into(),
            y1: place.max.y.into(),
        });
    });
    let placed = Placed {
        height: shown.response.rect.height(),
        top,
        room: room.height(),
        // The card has been measured but not yet centred.
        frame: known.map(|_| frame),
    };
    ui.data_mut(|data| data.insert_temp(id, placed));
    shown.inner
}

/// The place of a card in the previous frame.
#[derive(Debug, Clone, Copy)]
struct Placed {
    height: f32,
    top: f32,
    /// The height of the space it was placed in.
    room: f32,
    /// The last frame in which it was shown; `None` if it has only been measured.
    frame: Option<u64>,
}

impl Placed {
    /// The upper edge of the card in this frame.
    fn top(known: Option<Self>, room: Rect, height_max: f32, frame: u64) -> f32 {
        let height = known.map_or(320.0, |known| known.height).min(height_max);
        let stays = known.filter(|known| {
            (known.room - room.height()).abs() < 0.5
                && known.frame.is_some_and(|shown| frame <= shown + 1)
        });
        let top = match stays {
            Some(known) => {
                let lowest = room.bottom() - metrics::SPACE_16 - height;
                known.top.min(lowest).max(room.top())
            }
            None => room.center().y - height / 2.0,
        };
        top.round()
    }
}

/// Icon, title and a fainter second line at the top of a card.
pub(super) fn heading(ui: &mut Ui, glyph: &str, color: egui::Color32, title: &str, second: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        let (_, place) = ui.allocate_space(vec2(26.0, 40.0));
        paint::icon(ui.painter(), place, glyph, 26.0, color);
        ui.add_space(metrics::SPACE_4);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let width = ui.available_width();
            line(ui, title, type_scale::title(), tokens.text, width);
            line(ui, second, type_scale::body(), tokens.muted, width);
        });
    });
    ui.add_space(metrics::SPACE_16);
}

/// One line, cut off at the edge of the card; the tooltip has the whole text.
fn line(ui: &mut Ui, text: &str, font: egui::FontId, color: egui::Color32, width: f32) {
    let label = egui::Label::new(RichText::new(text).font(font).color(color)).truncate();
    ui.set_max_width(width);
    ui.add(label);
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};

    use super::Placed;

    #[test]
    fn a_card_stays_where_it_is_when_its_height_changes() {
        let room = Rect::from_min_max(pos2(0.0, 32.0), pos2(900.0, 732.0));
        let placed = |height, top, frame| Placed {
            height,
            top,
            room: 700.0,
            frame,
        };
        let top = |known, frame| Placed::top(Some(known), room, 668.0, frame) as i32;
        let measured = top(placed(300.0, 0.0, None), 2);
        assert_eq!(measured, 232, "it appears in the middle");
        let higher = top(placed(360.0, measured as f32, Some(2)), 3);
        assert_eq!(higher, measured, "what is above does not move");
        let too_high = top(placed(600.0, measured as f32, Some(3)), 4);
        assert_eq!(too_high, 116, "it moves up only as far as it must");
        let again = top(placed(300.0, 116.0, Some(4)), 9);
        assert_eq!(again, measured, "shown again, it is centred again");
    }
}
