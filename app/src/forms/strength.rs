//! The strength of a password as five segments and a word. The rating itself is in
//! [`crate::widgets::strength::strength`].

use egui::{CornerRadius, Rect, RichText, Role, Sense, Ui, accesskit, vec2};

use crate::theme::{Tokens, metrics, type_scale};
use crate::widgets::strength::Strength;

/// Passwords with at most this score need to be confirmed.
const WEAK: u8 = 1;

/// Whether the password needs to be confirmed.
pub(super) fn is_weak(strength: &Strength) -> bool {
    strength.score <= WEAK
}

/// Draws five segments and a word; without a password nothing is lit.
pub(super) fn meter(ui: &mut Ui, strength: Option<&Strength>) {
    let tokens = Tokens::of(ui);
    let lit = strength.map_or(0, |strength| usize::from(strength.score) + 1);
    let color = match strength.map_or(0, |strength| strength.score) {
        0..=WEAK => tokens.danger,
        2 => tokens.warning,
        _ => tokens.ok,
    };
    let word = strength.map_or("", |strength| strength.word);
    ui.horizontal(|ui| {
        let size = vec2(ui.available_width() - 90.0, 18.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::ProgressIndicator);
            node.set_label("Password strength");
            node.set_value(word);
            node.set_live(accesskit::Live::Polite);
        });
        let gap = metrics::SPACE_4;
        let width = (rect.width() - 4.0 * gap) / 5.0;
        for index in 0..5_usize {
            let left = rect.left() + index as f32 * (width + gap);
            let place =
                Rect::from_min_size(egui::pos2(left, rect.center().y - 2.0), vec2(width, 4.0));
            let fill = if index < lit { color } else { tokens.line };
            ui.painter().rect_filled(place, CornerRadius::same(2), fill);
        }
        ui.label(RichText::new(word).font(type_scale::small()).color(color));
    });
}
