//! What is shown when there is nothing to show: an icon, the reason, and what to do next.

use egui::{Color32, Rect, RichText, Ui, vec2};

use super::button::Button;
use crate::theme::{Tokens, metrics, paint, type_scale};

/// The texts of an empty state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptyState<'a> {
    /// A glyph of [`crate::theme::icons`].
    pub icon: &'a str,
    /// Why there is nothing (`No record matches`).
    pub title: &'a str,
    /// One more sentence.
    pub text: &'a str,
    /// The labels of the buttons, the first one primary.
    pub actions: &'a [&'a str],
}

impl EmptyState<'_> {
    /// Shows it centred in the available space; returns the index of the clicked button.
    pub fn show(&self, ui: &mut Ui) -> Option<usize> {
        let tokens = Tokens::of(ui);
        let mut clicked = None;
        let height = 150.0 + if self.actions.is_empty() { 0.0 } else { 46.0 };
        // Slightly above the centre looks centred.
        ui.add_space(((ui.available_height() - height) * 0.42).max(metrics::SPACE_12));
        ui.vertical_centered(|ui| {
            let (_, icon) = ui.allocate_space(vec2(56.0, 56.0));
            let icon = Rect::from_center_size(icon.center(), vec2(56.0, 56.0));
            ui.painter()
                .circle_filled(icon.center(), 28.0, disc(tokens));
            paint::icon(ui.painter(), icon, self.icon, 26.0, tokens.muted);
            ui.add_space(metrics::SPACE_8);
            ui.label(
                RichText::new(self.title)
                    .font(type_scale::heading())
                    .color(tokens.text),
            );
            ui.scope(|ui| {
                ui.set_max_width((ui.available_width() - 2.0 * metrics::SPACE_24).min(420.0));
                ui.label(
                    RichText::new(self.text)
                        .font(type_scale::body())
                        .color(tokens.muted),
                );
            });
            if !self.actions.is_empty() {
                ui.add_space(metrics::SPACE_12);
                clicked = self.action_row(ui);
            }
        });
        clicked
    }

    fn action_row(&self, ui: &mut Ui) -> Option<usize> {
        let mut clicked = None;
        let mut buttons = |ui: &mut Ui| {
            for (index, action) in self.actions.iter().enumerate() {
                let button = if index == 0 {
                    Button::primary(action)
                } else {
                    Button::secondary(action)
                };
                if button.show(ui).clicked() {
                    clicked = Some(index);
                }
            }
        };
        // The row is only as wide as its content if its width is set in advance.
        let font = type_scale::body();
        let width: f32 = self
            .actions
            .iter()
            .map(|action| {
                let text = type_scale::line(ui, action, font.clone(), Color32::PLACEHOLDER, 400.0);
                text.size().x + 24.0
            })
            .sum();
        let gaps = ui.spacing().item_spacing.x * (self.actions.len() as f32 - 1.0);
        if ui.available_width() < width + gaps {
            // One below the other.
            buttons(ui);
            return clicked;
        }
        ui.allocate_ui_with_layout(
            vec2(width + gaps, metrics::BUTTON),
            egui::Layout::left_to_right(egui::Align::Center),
            buttons,
        );
        clicked
    }
}

fn disc(tokens: &Tokens) -> Color32 {
    if tokens.dark {
        tokens.raised
    } else {
        tokens.hover
    }
}
