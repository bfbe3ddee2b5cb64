//! The text shown in place of an empty list.

use egui::Ui;

use crate::theme::{Tokens, type_scale};

pub(super) fn hint(ui: &mut Ui, text: &str) {
    let margin = egui::Margin::symmetric(12, 2);
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        let text = egui::RichText::new(text).font(type_scale::small());
        ui.label(text.color(Tokens::of(ui).faint));
    });
}
