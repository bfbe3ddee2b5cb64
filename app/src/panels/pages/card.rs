//! The card in the middle of a page, and what it says while a file is opened or written.

use egui::{
    Align, CornerRadius, Frame, Id, Layout, Margin, Rect, RichText, Role, Shadow, Stroke, Ui,
    UiBuilder, vec2,
};

use crate::state::BusyPhase;
use crate::theme::{Tokens, metrics, paint, type_scale};
use crate::widgets::progress::progress;

/// Width of a card in points, with its margins.
pub(super) const CARD_WIDTH: f32 = 440.0;
const MARGIN: i8 = 32;

/// Shows a card in the middle of the available space. Its height is that of the frame before,
/// so that it can be centred before its content is known.
pub(super) fn card<R>(ui: &mut Ui, id: Id, label: &str, body: impl FnOnce(&mut Ui) -> R) -> R {
    let tokens = Tokens::of(ui);
    let room = ui.available_rect_before_wrap();
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    let height = known.unwrap_or(320.0).min(room.height());
    let width = CARD_WIDTH.min(room.width() - 2.0 * metrics::SPACE_24);
    let place = Rect::from_center_size(room.center(), vec2(width, height));
    let below = Rect::from_min_max(place.min, egui::pos2(place.right(), room.bottom()));
    let mut child = ui.new_child(
        UiBuilder::new()
            .id_salt(id)
            .max_rect(below)
            .layout(Layout::top_down(Align::Min)),
    );
    if known.is_none() {
        // Nothing jumps: the first frame only measures.
        child.set_invisible();
        ui.ctx().request_repaint();
    }
    let shown = Frame::NONE
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(CornerRadius::same(metrics::RADIUS_CARD))
        .inner_margin(Margin::same(MARGIN))
        .shadow(Shadow {
            offset: [0, 12],
            blur: 40,
            spread: 0,
            color: tokens.shadow,
        })
        .show(&mut child, |ui| {
            ui.set_width(width - 2.0 * f32::from(MARGIN));
            ui.spacing_mut().item_spacing.y = 6.0;
            body(ui)
        });
    let node = ui.interact(shown.response.rect, id.with("card"), egui::Sense::hover());
    ui.ctx().accesskit_node_builder(node.id, |node| {
        node.set_role(Role::Group);
        node.set_label(label);
    });
    ui.data_mut(|data| data.insert_temp(id, shown.response.rect.height()));
    shown.inner
}

/// Icon, title and a quieter second line at the top of a card.
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

/// One line that is cut where the card ends; the whole text is its tooltip.
fn line(ui: &mut Ui, text: &str, font: egui::FontId, color: egui::Color32, width: f32) {
    let label = egui::Label::new(RichText::new(text).font(font).color(color)).truncate();
    ui.set_max_width(width);
    ui.add(label);
}

/// The words to what opening or writing a file is doing, as `Reading 40 %`.
pub(super) fn busy_text(phase: BusyPhase) -> String {
    match phase.fraction() {
        None => phase.text().to_owned(),
        Some(part) => {
            let words = phase.text().trim_end_matches('…');
            format!("{words} {:.0} %", (part * 100.0).clamp(0.0, 100.0))
        }
    }
}

/// The words and the bar to what opening or writing a file is doing.
pub(crate) fn busy_line(ui: &mut Ui, id: Id, phase: BusyPhase) {
    let tokens = Tokens::of(ui);
    let text = busy_text(phase);
    ui.label(RichText::new(&text).color(tokens.muted));
    progress(ui, id, &text, phase.fraction());
}

#[cfg(test)]
mod tests {
    use super::busy_text;
    use crate::state::BusyPhase;

    #[test]
    fn work_is_told_in_words_and_where_known_in_percent() {
        assert_eq!(busy_text(BusyPhase::DerivingKey), "Deriving key…");
        assert_eq!(busy_text(BusyPhase::Reading(0.4)), "Reading 40 %");
        assert_eq!(busy_text(BusyPhase::Writing(7.0)), "Writing 100 %");
    }
}
