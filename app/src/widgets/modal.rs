//! The frame of a dialog: dimmed window, card, title, body, a row of buttons, Esc and Enter.
//!
//! A dialog fits any window: its title and buttons stay in place, and what is between them scrolls
//! if there is not enough room.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Context, CornerRadius, FontId, Frame, Id, Key, Margin, Memory, Modal, Modifiers, Role, Stroke,
    Ui, UiBuilder, vec2,
};

use super::button::Button;
use super::row_ends;
use super::scrolling::{RING, scrolling};
use crate::theme::{Tokens, metrics, paint, type_scale};

/// The margins between a card and the edges of the window: at the sides, and above and below.
const BESIDE: f32 = 32.0;
const ABOVE: f32 = 16.0;
/// In a high window a long dialog scrolls before it fills the window.
const HEIGHT_MAX: f32 = 820.0;
/// The inner margins of a dialog's card, in a small window and in any other.
const MARGIN: i8 = 24;
const MARGIN_SMALL: i8 = 16;
const SMALL_HEIGHT: f32 = 640.0;
/// The minimum height of the body: a field with its label.
const BODY_MIN: f32 = 64.0;
/// A longer title or subtitle is cut off after this many lines; the tooltip has the whole text.
const TITLE_LINES: usize = 2;

/// The style of a dialog button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogButtonKind {
    /// The default button, pressed by Enter.
    Primary,
    /// The default button, when it deletes or discards.
    Danger,
    /// Any other.
    Secondary,
}

/// A button of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialogButton<'a> {
    /// The label: a verb, never "OK".
    pub label: &'a str,
    /// How loud it is.
    pub kind: DialogButtonKind,
    /// Whether it is enabled.
    pub enabled: bool,
}

impl<'a> DialogButton<'a> {
    /// The default button, pressed by Enter.
    pub const fn primary(label: &'a str) -> Self {
        Self {
            label,
            kind: DialogButtonKind::Primary,
            enabled: true,
        }
    }

    /// The default button, when it deletes or discards.
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

    /// The same button, enabled or disabled.
    pub const fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }
}

/// What happened in this frame.
#[derive(Debug)]
pub struct DialogResponse<R> {
    /// What the body returned.
    pub inner: R,
    /// The button that was clicked, or pressed by Enter.
    pub clicked: Option<usize>,
    /// Esc was pressed.
    pub cancelled: bool,
}

/// A dialog. Build, then [`DialogFrame::show`] in every frame in which it is open.
#[derive(Debug)]
#[must_use = "a dialog does nothing until it is shown"]
pub struct DialogFrame<'a> {
    id: Id,
    title: &'a str,
    icon: Option<&'a str>,
    subtitle: Option<&'a str>,
    width: f32,
    enter_confirms: bool,
}

impl<'a> DialogFrame<'a> {
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

    /// Leaves Enter to the body, for example to a multi-line text.
    pub fn enter_is_text(mut self) -> Self {
        self.enter_confirms = false;
        self
    }

    /// Shows the dialog above everything else; `buttons` are at the right, in this order.
    ///
    /// A click outside the card does nothing, so that typed text is not lost.
    pub fn show<R>(
        self,
        ctx: &Context,
        buttons: &[DialogButton<'_>],
        body: impl FnOnce(&mut Ui) -> R,
    ) -> DialogResponse<R> {
        let tokens = Tokens::for_visuals(&ctx.global_style().visuals);
        let window = ctx.content_rect().size();
        let window = window.min(vec2(window.x, HEIGHT_MAX));
        let margin = if window.y < SMALL_HEIGHT {
            MARGIN_SMALL
        } else {
            MARGIN
        };
        let room = window - 2.0 * (vec2(BESIDE, ABOVE) + egui::Vec2::splat(margin.into()));
        let modal = Modal::new(self.id)
            .backdrop_color(tokens.backdrop)
            .frame(card(tokens, margin));
        let label = self.title;
        let id = self.id;
        let focused = ctx.memory(Memory::focused);
        let shown = modal.show(ctx, |ui| {
            ui.set_width(self.width.min(room.x));
            let top = ui.cursor().top();
            self.header(ui, buttons);
            let spacing = ui.spacing().item_spacing.y;
            let above = ui.cursor().top() - top;
            let row: Vec<_> = buttons.iter().map(DialogButton::widget).collect();
            let rows = row_ends::button_rows_height(ui, &row, ui.available_width());
            let below = spacing + metrics::SPACE_16 - RING + rows;
            let height = (room.y - above - below).max(BODY_MIN);
            let inner = scrolling(ui, id, height, body);
            ui.add_space(metrics::SPACE_16 - RING);
            let group = UiBuilder::new()
                .accessibility_role(Role::Group)
                .accessibility_label("Buttons".to_owned());
            let clicked = ui.scope_builder(group, |ui| row_ends::button_rows(ui, "buttons", &row));
            super::accessibility::name(ui, ui.unique_id(), Role::Dialog, label);
            let place = super::accessibility::bounds(ui.min_rect());
            let node = ui.unique_id();
            ui.ctx()
                .accesskit_node_builder(node, |node| node.set_bounds(place));
            (inner, clicked.inner)
        });
        let on_top = shown.is_top_modal && !shown.any_popup_open;
        let (inner, mut clicked) = shown.inner;
        let mut cancelled = false;
        if on_top {
            let take = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
            cancelled = take(Key::Escape);
            // A focused button handles Enter itself.
            let free = ctx.memory(|memory| memory.focused().is_none()) || ctx.text_edit_focused();
            if self.enter_confirms && clicked.is_none() && free && take(Key::Enter) {
                clicked = buttons.iter().position(|button| {
                    button.enabled && button.kind != DialogButtonKind::Secondary
                });
                // A field loses the keyboard on Enter; it gets it back if the dialog cannot be
                // confirmed yet.
                if clicked.is_none()
                    && let Some(field) = focused
                {
                    ctx.memory_mut(|memory| memory.request_focus(field));
                }
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
        ui.horizontal_top(|ui| {
            if let Some(glyph) = self.icon {
                let (_, place) = ui.allocate_space(vec2(26.0, 26.0));
                paint::icon(ui.painter(), place, glyph, 24.0, color);
                ui.add_space(metrics::SPACE_4);
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                few_lines(ui, self.title, type_scale::title(), tokens.text);
                if let Some(subtitle) = self.subtitle {
                    few_lines(ui, subtitle, type_scale::body(), tokens.faint);
                }
            });
        });
        ui.add_space(metrics::SPACE_12 - RING);
    }
}

/// A text limited to a few lines, so that even the longest file name leaves room for the rest.
fn few_lines(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) {
    let shown = type_scale::one_name(text);
    let mut job = LayoutJob::single_section(shown, TextFormat::simple(font, color));
    job.wrap = TextWrapping {
        max_width: ui.available_width(),
        max_rows: TITLE_LINES,
        break_anywhere: false,
        ..TextWrapping::default()
    };
    let galley = ui.painter().layout_job(job);
    let elided = galley.elided;
    let response = ui.label(galley);
    if elided {
        response.on_hover_text(text);
    }
}

/// The surface of dialogs and of the unlock page, with a margin of `margin` points.
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

/// The height of a scrolling list inside a dialog: `wanted` points, or in a small window what is
/// left after title, buttons and `beside` points of other contents.
pub fn list_height(ctx: &Context, wanted: f32, beside: f32) -> f32 {
    const FRAME: f32 = 180.0;
    const LEAST: f32 = 80.0;
    let room = ctx.content_rect().height() - FRAME - beside;
    wanted.min(room.max(LEAST))
}

impl DialogButton<'_> {
    fn widget(&self) -> (Button<'_>, bool) {
        let button = match self.kind {
            DialogButtonKind::Primary => Button::primary(self.label),
            DialogButtonKind::Danger => Button::danger(self.label),
            DialogButtonKind::Secondary => Button::secondary(self.label),
        };
        (button.min_width(76.0), self.enabled)
    }
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{DialogButton, DialogFrame};
    use crate::widgets::field::TextField;

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
                    let response = DialogFrame::new(egui::Id::unique("ask"), "Delete 3 records?")
                        .show(ui.ctx(), &buttons, |ui| {
                            ui.label("They can be brought back.")
                        });
                    *clicked = clicked.or(response.clicked);
                    *cancelled |= response.cancelled;
                },
                (None, false),
            );
        harness.run();
        harness
    }

    #[test]
    fn a_dialog_is_named_by_its_title_and_its_buttons_respond() {
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
    fn enter_presses_the_default_button_unless_it_is_disabled() {
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
    fn a_field_keeps_the_keyboard_if_enter_confirms_nothing() {
        let ui = |ui: &mut egui::Ui, text: &mut String| {
            let buttons = [DialogButton::danger("Delete").enabled(text == "delete")];
            let dialog = DialogFrame::new(egui::Id::unique("ask"), "Delete everything?");
            dialog.show(ui.ctx(), &buttons, |ui| {
                let field = egui::Id::unique("word");
                TextField::new(field, "Type it").show(ui, text);
            });
        };
        let mut harness = Harness::builder()
            .with_size([700.0, 400.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(ui, String::new());
        harness.run();
        let field = |harness: &Harness<'static, String>| {
            let field = harness.get_by_role_and_label(egui::Role::TextInput, "Type it");
            field.is_focused()
        };
        harness
            .get_by_role_and_label(egui::Role::TextInput, "Type it")
            .focus();
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert!(field(&harness));
    }

    #[test]
    fn esc_cancels() {
        let mut harness = harness(true);
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(*harness.state(), (None, true));
    }
}
