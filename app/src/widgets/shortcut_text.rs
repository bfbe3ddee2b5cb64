//! Shortcuts as text, and tooltips that show them.

use egui::{Response, Ui};

use crate::theme::{Tokens, metrics, type_scale};

/// A shortcut (`Ctrl+F`) in faint small text, as in menus and fields.
pub fn shortcut_label(ui: &mut Ui, shortcut: &str) -> Response {
    let color = Tokens::of(ui).faint;
    ui.label(
        egui::RichText::new(shortcut)
            .font(type_scale::small())
            .color(color),
    )
}

/// A tooltip with a sentence, followed by a shortcut in a fainter colour.
pub fn tooltip(response: Response, text: &str, shortcut: Option<&str>) -> Response {
    let contents = |ui: &mut Ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = metrics::SPACE_12;
            ui.label(egui::RichText::new(text).font(type_scale::small()));
            if let Some(shortcut) = shortcut {
                shortcut_label(ui, shortcut);
            }
        });
    };
    response
        .on_hover_ui(contents)
        .on_disabled_hover_ui(contents)
}
