//! The frame of a dialog: dimmed window, card, title, body, a row of buttons, Esc and Enter.

use egui::{
    Context, CornerRadius, Frame, Id, Key, Margin, Modal, Modifiers, RichText, Role, Stroke, Ui,
};

use super::button::Button;
use crate::theme::{Tokens, metrics, paint, type_scale};

/// How loud a button of a dialog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogButtonKind {
    /// The one Enter stands for.
    Primary,
    /// The one Enter stands for, when it deletes or discards.
    Danger,
    /// Any other.
    Secondary,
}

/// A button of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialogButton<'a> {
    /// A verb, never "OK".
    pub label: &'a str,
    /// How loud it is.
    pub kind: DialogButtonKind,
    /// Whether it can be pressed now.
    pub enabled: bool,
}

impl<'a> DialogButton<'a> {
    /// The button Enter stands for.
    pub const fn primary(label: &'a str) -> Self {
        Self {
            label,
            kind: DialogButtonKind::Primary,
            enabled: true,
        }
    }

    /// The button Enter stands for, when it deletes or discards.
    pub const fn danger(label: &'a str) -> Self {
        Self {
            label,
            kind: DialogButtonKind::Danger,
            enabled: true,
        }
    }

    /// Any other button.
    pub const fn secondary(label: &'a str) -> Self {
        Self {
            label,
            kind: DialogButtonKind::Secondary,
            enabled: true,
        }
    }

    /// The same button, which can be pressed only if `enabled`.
    pub const fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }
}

/// What happened in this frame.
#[derive(Debug)]
pub struct DialogResponse<R> {
    /// What the body returned.
    pub inner: R,
    /// The button that was clicked, or that Enter stands for.
    pub clicked: Option<usize>,
    /// Esc was pressed.
    pub cancelled: bool,
}

/// A dialog. Build, then [`Dialog::show`] in every frame in which it is open.
#[derive(Debug)]
#[must_use = "a dialog does nothing until it is shown"]
pub struct Dialog<'a> {
    id: Id,
    title: &'a str,
    icon: Option<&'a str>,
    subtitle: Option<&'a str>,
    width: f32,
    enter_confirms: bool,
}

impl<'a> Dialog<'a> {
    /// A dialog 440 points wide.
    pub fn new(id: Id, title: &'a str) -> Self {
        Self {
            id,
            title,
            icon: None,
            subtitle: None,
            width: 440.0,
            enter_confirms: true,
        }
    }

    /// A glyph before the title.
    pub fn icon(mut self, glyph: &'a str) -> Self {
        self.icon = Some(glyph);
        self
    }

    /// A fainter line below the title.
    pub fn subtitle(mut self, subtitle: &'a str) -> Self {
        self.subtitle = Some(subtitle);
        self
    }

    /// Another width, in points.
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Leaves Enter to the body, as when it is a text of several lines.
    pub fn enter_is_text(mut self) -> Self {
        self.enter_confirms = false;
        self
    }

    /// Shows the dialog over everything; `buttons` stand at the right, in this order.
    ///
    /// A click beside the card does nothing, so that half-typed text is not lost.
    pub fn show<R>(
        self,
        ctx: &Context,
        buttons: &[DialogButton<'_>],
        body: impl FnOnce(&mut Ui) -> R,
    ) -> DialogResponse<R> {
        let tokens = Tokens::for_visuals(&ctx.global_style().visuals);
        let modal = Modal::new(self.id)
            .backdrop_color(tokens.backdrop)
            .frame(card(tokens, 24));
        let label = self.title;
        let shown = modal.show(ctx, |ui| {
            // On a small window the card gives way.
            ui.set_width(self.width.min(ui.ctx().content_rect().width() - 64.0));
            super::access::name(ui, ui.unique_id(), Role::Dialog, label);
            self.header(ui, buttons);
            let inner = body(ui);
            ui.add_space(metrics::SPACE_16);
            (inner, button_row(ui, buttons))
        });
        let on_top = shown.is_top_modal && !shown.any_popup_open;
        let (inner, mut clicked) = shown.inner;
        let mut cancelled = false;
        if on_top {
            let take = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
            cancelled = take(Key::Escape);
            // A focused button takes Enter for itself.
            let free = ctx.memory(|memory| memory.focused().is_none()) || ctx.text_edit_focused();
            if self.enter_confirms && clicked.is_none() && free && take(Key::Enter) {
                clicked = buttons.iter().position(|button| {
                    button.enabled && button.kind != DialogButtonKind::Secondary
                });
            }
        }
        DialogResponse {
            inner,
            clicked,
            cancelled,
        }
    }

    fn header(&self, ui: &mut Ui, buttons: &[DialogButton<'_>]) {
        let tokens = Tokens::of(ui);
        let dangerous = buttons
            .iter()
            .any(|button| button.kind == DialogButtonKind::Danger);
        let color = if dangerous {
            tokens.danger
        } else {
            tokens.accent
        };
        ui.horizontal(|ui| {
            if let Some(glyph) = self.icon {
                let (_, place) = ui.allocate_space(egui::vec2(26.0, 26.0));
                paint::icon(ui.painter(), place, glyph, 24.0, color);
                ui.add_space(metrics::SPACE_4);
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.label(
                    RichText::new(self.title)
                        .font(type_scale::title())
                        .color(tokens.text),
                );
                if let Some(subtitle) = self.subtitle {
                    ui.label(RichText::new(subtitle).color(tokens.faint));
                }
            });
        });
        ui.add_space(metrics::SPACE_12);
    }
}

/// The surface of dialogs and of the unlock page, with `margin` points inside.
pub fn card(tokens: &Tokens, margin: i8) -> Frame {
    Frame::NONE
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(CornerRadius::same(metrics::RADIUS_CARD))
        .inner_margin(Margin::same(margin))
        .shadow(egui::Shadow {
            offset: [0, 12],
            blur: 48,
            spread: 0,
            color: tokens.shadow,
        })
}

fn button_row(ui: &mut Ui, buttons: &[DialogButton<'_>]) -> Option<usize> {
    let mut clicked = None;
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let size = egui::vec2(ui.available_width(), metrics::BUTTON);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        for (index, button) in buttons.iter().enumerate().rev() {
            let widget = match button.kind {
                DialogButtonKind::Primary => Button::primary(button.label),
                DialogButtonKind::Danger => Button::danger(button.label),
                DialogButtonKind::Secondary => Button::secondary(button.label),
            };
            let show = |ui: &mut Ui| widget.min_width(76.0).show(ui).clicked();
            if ui.add_enabled_ui(button.enabled, show).inner {
                clicked = Some(index);
            }
        }
    });
    clicked
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{Dialog, DialogButton};

    fn harness(enabled: bool) -> Harness<'static, (Option<usize>, bool)> {
        let mut harness = Harness::builder()
            .with_size([700.0, 400.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                move |ui, (clicked, cancelled): &mut (Option<usize>, bool)| {
                    let buttons = [
                        DialogButton::secondary("Cancel"),
                        DialogButton::danger("Delete").enabled(enabled),
                    ];
                    let response = Dialog::new(egui::Id::unique("ask"), "Delete 3 records?").show(
                        ui.ctx(),
                        &buttons,
                        |ui| ui.label("They can be brought back."),
                    );
                    *clicked = clicked.or(response.clicked);
                    *cancelled |= response.cancelled;
                },
                (None, false),
            );
        harness.run();
        harness
    }

    #[test]
    fn a_dialog_is_named_by_its_title_and_its_buttons_answer() {
        let mut harness = harness(true);
        assert!(
            harness
                .query_by_role_and_label(egui::Role::Dialog, "Delete 3 records?")
                .is_some()
        );
        harness.get_by_label("Cancel").click();
        harness.run();
        assert_eq!(*harness.state(), (Some(0), false));
    }

    #[test]
    fn enter_stands_for_the_loud_button_unless_it_is_disabled() {
        let mut harness = harness(true);
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(*harness.state(), (Some(1), false));
        let mut disabled = self::harness(false);
        disabled.key_press(Key::Enter);
        disabled.run();
        assert_eq!(*disabled.state(), (None, false));
    }

    #[test]
    fn esc_cancels() {
        let mut harness = harness(true);
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(*harness.state(), (None, true));
    }
}
