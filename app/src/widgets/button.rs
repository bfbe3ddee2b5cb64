//! Buttons: with a label (primary, secondary, ghost, danger) or with an icon alone.

use egui::{
    Align, Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    vec2,
};

use super::shortcut_text;
use crate::theme::{Tokens, metrics, paint, type_scale};

const ICON: f32 = 16.0;
const PADDING: f32 = 12.0;
const MAX_LABEL: f32 = 400.0;
/// A label is cut off if there is no room for it, but never to less than this.
const MIN_LABEL: f32 = 40.0;

/// The style of a button. A dialog has one primary button at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Primary,
    Secondary,
    Ghost,
    Link,
    Danger,
}

/// A button with a label.
#[derive(Debug, Clone, Copy)]
#[must_use = "a button does nothing until it is shown"]
pub struct Button<'a> {
    kind: Kind,
    label: &'a str,
    icon: Option<&'a str>,
    shortcut: Option<&'a str>,
    hint: Option<&'a str>,
    min_width: f32,
}

impl<'a> Button<'a> {
    /// The default button, pressed by Enter.
    pub fn primary(label: &'a str) -> Self {
        Self::of(Kind::Primary, label)
    }

    /// A button with a border.
    pub fn secondary(label: &'a str) -> Self {
        Self::of(Kind::Secondary, label)
    }

    /// A button without a surface until the pointer is over it.
    pub fn ghost(label: &'a str) -> Self {
        Self::of(Kind::Ghost, label)
    }

    /// Text without a surface, aligned with the text around it (`Open read-only`).
    pub fn link(label: &'a str) -> Self {
        Self::of(Kind::Link, label)
    }

    /// The button that deletes or discards.
    pub fn danger(label: &'a str) -> Self {
        Self::of(Kind::Danger, label)
    }

    fn of(kind: Kind, label: &'a str) -> Self {
        Self {
            kind,
            label,
            icon: None,
            shortcut: None,
            hint: None,
            min_width: 0.0,
        }
    }

    /// An icon before the label.
    pub fn icon(mut self, glyph: &'a str) -> Self {
        self.icon = Some(glyph);
        self
    }

    /// The shortcut, shown in the tooltip.
    pub fn shortcut(mut self, shortcut: &'a str) -> Self {
        self.shortcut = Some(shortcut);
        self
    }

    /// A tooltip.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Sets a minimum width, in points.
    pub fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }

    /// The width of the button, in points.
    pub fn width(&self, ui: &Ui) -> f32 {
        (self.content_width(ui) + 2.0 * self.padding()).max(self.min_width)
    }

    fn padding(&self) -> f32 {
        if self.kind == Kind::Link {
            0.0
        } else {
            PADDING
        }
    }

    fn content_width(&self, ui: &Ui) -> f32 {
        self.lay_out(ui, Color32::PLACEHOLDER, self.label_room(ui))
            .size()
            .x
            + self.icon_width()
    }

    fn icon_width(&self) -> f32 {
        if self.icon.is_some() {
            ICON + metrics::SPACE_8
        } else {
            0.0
        }
    }

    /// The room for the label, excluding the button's own margins.
    fn label_room(&self, ui: &Ui) -> f32 {
        let beside = self.icon_width() + 2.0 * self.padding();
        (ui.available_width() - beside).clamp(MIN_LABEL, MAX_LABEL)
    }

    fn lay_out(&self, ui: &Ui, color: Color32, room: f32) -> std::sync::Arc<egui::Galley> {
        type_scale::line(ui, self.label, type_scale::body(), color, room)
    }

    /// Shows the button; in a disabled [`Ui`] it is faint and cannot be pressed.
    pub fn show(self, ui: &mut Ui) -> Response {
        let tokens = Tokens::of(ui);
        let icon_width = self.icon_width();
        let content = self.content_width(ui);
        let label_room = self.label_room(ui);
        let width = self.width(ui);
        let size = vec2(width, metrics::BUTTON);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), self.label));

        if ui.is_rect_visible(rect) {
            let lit = response.hovered() || response.is_pointer_button_down_on();
            let (_, text) = self.colors(tokens, lit);
            self.paint_surface(ui, rect, lit);
            if response.has_focus() {
                paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
            }
            let mut room = Rect::from_center_size(rect.center(), vec2(content, rect.height()));
            if let Some(glyph) = self.icon {
                let place = room.with_max_x(room.left() + ICON);
                paint::icon(ui.painter(), place, glyph, ICON, text);
                room = room.with_min_x(room.left() + icon_width);
            }
            paint::text_in(
                ui.painter(),
                room,
                Align::Min,
                self.lay_out(ui, text, label_room),
            );
        }
        match (self.hint, self.shortcut) {
            (None, None) => response,
            (hint, shortcut) => {
                shortcut_text::tooltip(response, hint.unwrap_or(self.label), shortcut)
            }
        }
    }

    fn colors(&self, tokens: &Tokens, lit: bool) -> (Color32, Color32) {
        let towards_text = if lit { 0.12 } else { 0.0 };
        match self.kind {
            Kind::Primary => (
                tokens.accent.lerp_to_gamma(tokens.text, towards_text),
                tokens.on_accent,
            ),
            Kind::Danger => (
                tokens.danger.lerp_to_gamma(tokens.text, towards_text),
                tokens.on_danger,
            ),
            Kind::Secondary => (if lit { tokens.hover } else { tokens.raised }, tokens.text),
            Kind::Link => (
                Color32::TRANSPARENT,
                if lit { tokens.text } else { tokens.muted },
            ),
            Kind::Ghost => (
                if lit {
                    tokens.hover
                } else {
                    Color32::TRANSPARENT
                },
                tokens.muted,
            ),
        }
    }

    fn paint_surface(&self, ui: &Ui, rect: Rect, lit: bool) {
        let tokens = Tokens::of(ui);
        let (fill, _) = self.colors(tokens, lit);
        let border = if self.kind == Kind::Secondary {
            tokens.strong_line
        } else {
            fill
        };
        ui.painter().rect(
            rect,
            CornerRadius::same(metrics::RADIUS),
            fill,
            Stroke::new(1.0, border),
            StrokeKind::Inside,
        );
    }
}

/// A square button with only an icon; its label is the tooltip and the accessible name.
#[derive(Debug)]
#[must_use = "a button does nothing until it is shown"]
pub struct IconButton<'a> {
    glyph: &'a str,
    label: &'a str,
    shortcut: Option<&'a str>,
    selected: Option<bool>,
    framed: bool,
    color: Option<Color32>,
}

impl<'a> IconButton<'a> {
    /// A button with this glyph of [`crate::theme::icons`].
    pub fn new(glyph: &'a str, label: &'a str) -> Self {
        Self {
            glyph,
            label,
            shortcut: None,
            selected: None,
            framed: false,
            color: None,
        }
    }

    /// The shortcut, shown in the tooltip.
    pub fn shortcut(mut self, shortcut: &'a str) -> Self {
        self.shortcut = Some(shortcut);
        self
    }

    /// Makes the button a toggle that is on or off.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// Gives the button a border.
    pub fn framed(mut self) -> Self {
        self.framed = true;
        self
    }

    /// Sets a colour for the glyph.
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// Shows the button.
    pub fn show(self, ui: &mut Ui) -> Response {
        let tokens = Tokens::of(ui);
        let size = vec2(metrics::BUTTON, metrics::BUTTON);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| match self.selected {
            Some(on) => WidgetInfo::selected(Role::Button, ui.is_enabled(), on, self.label),
            None => WidgetInfo::labeled(Role::Button, ui.is_enabled(), self.label),
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response, tokens);
        }
        shortcut_text::tooltip(response, self.label, self.shortcut)
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, tokens: &Tokens) {
        let lit = response.hovered() || response.is_pointer_button_down_on();
        let on = self.selected == Some(true);
        let radius = CornerRadius::same(metrics::RADIUS);
        if self.framed {
            paint::control(ui.painter(), rect, tokens, lit || on);
        } else if lit || on {
            ui.painter().rect_filled(rect, radius, tokens.hover);
        }
        if response.has_focus() {
            paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
        }
        let quiet = if lit || on || self.framed {
            tokens.text
        } else {
            tokens.muted
        };
        paint::icon(
            ui.painter(),
            rect,
            self.glyph,
            ICON + 1.0,
            self.color.unwrap_or(quiet),
        );
    }
}
