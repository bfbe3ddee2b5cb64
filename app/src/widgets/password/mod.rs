//! The password field.
//!
//! The toolkit's text field keeps plain copies of its text (a comparison copy in every frame and an
//! undo history), so a password must never reach it. This field edits a [`PasswordText`], removes
//! the typed characters from the frame's input and wipes them there, and paints the visible text
//! one character at a time, so that the toolkit's text cache never holds the password either. Like
//! other password fields, it supports neither copy nor undo.

mod buffer;
mod input;

use egui::{
    Align, CornerRadius, CursorIcon, EventFilter, Id, PointerButton, Rect, Response, Role, Sense,
    Stroke, StrokeKind, Ui, pos2, vec2,
};
use zeroize::Zeroizing;

pub use buffer::{CAPACITY, Motion, PasswordText};

use super::accessibility;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

const BULLET_ADVANCE: f32 = 10.0;
const EYE: f32 = 36.0;
const PADDING: f32 = 11.0;

/// A password being typed, and the state of its field. The caller owns it.
#[derive(Debug, Default)]
pub struct PasswordField {
    text: PasswordText,
    revealed: bool,
    caps_lock: bool,
    composing: bool,
    full: bool,
}

/// What happened to the field in this frame.
#[derive(Debug)]
pub struct PasswordResponse {
    /// The field; it has the keyboard focus.
    pub response: Response,
    /// The text changed.
    pub changed: bool,
    /// Enter was pressed.
    pub submitted: bool,
}

impl PasswordField {
    /// Takes the password out of the field and empties it.
    pub fn take(&mut self) -> Zeroizing<String> {
        self.text.take()
    }

    /// A self-wiping copy, to compare with a second field or to rate its strength.
    pub fn to_secret(&self) -> Zeroizing<String> {
        self.text.to_secret()
    }

    /// Empties and masks the field.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Selects all, so that typing replaces it, for example after a wrong password.
    pub fn select_all(&mut self) {
        self.text.select_all();
    }

    /// Whether the field is empty.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Masks the text again, for example when it is submitted.
    pub fn hide(&mut self) {
        self.revealed = false;
    }

    /// Whether the typed text suggests that Caps Lock is on. This is inferred from the letters,
    /// because not every window system reports it.
    pub fn caps_lock(&self) -> bool {
        self.caps_lock
    }

    /// Whether input was dropped because the field is full ([`CAPACITY`]).
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Shows the field as wide as the available space. `label` is its accessible name; `error`
    /// paints it in the danger colour.
    pub fn show(&mut self, ui: &mut Ui, id: Id, label: &str, error: bool) -> PasswordResponse {
        let size = vec2(ui.available_width(), metrics::FIELD);
        let (_, rect) = ui.allocate_space(size);
        let field = Rect::from_min_max(rect.min, pos2(rect.right() - EYE, rect.bottom()));
        let response = ui
            .interact(field, id, Sense::click_and_drag())
            .on_hover_cursor(CursorIcon::Text);
        let room = field.with_min_x(field.left() + PADDING);

        let edges = self.edges(ui);
        let shift = scroll_of(&edges, self.text.caret_char(), room.width());
        self.pointer(&response, &edges, room.left() - shift);
        let outcome = if response.has_focus() {
            self.keyboard(ui, &response, rect)
        } else {
            input::Outcome::default()
        };
        self.node(ui, id, label);
        self.paint(ui, rect, room, &response, error);
        self.eye(ui, rect, id);
        PasswordResponse {
            response,
            changed: outcome.changed,
            submitted: outcome.submitted,
        }
    }

    fn keyboard(&mut self, ui: &Ui, response: &Response, rect: Rect) -> input::Outcome {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..Default::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let outcome = input::apply(ui, self);
        ui.ctx().output_mut(|output| {
            output.ime = Some(egui::output::IMEOutput {
                purpose: egui::IMEPurpose::Password,
                rect,
                cursor_rect: rect.with_max_x(rect.left() + 2.0),
                should_interrupt_composition: false,
            });
        });
        outcome
    }

    fn pointer(&mut self, response: &Response, edges: &[f32], left: f32) {
        // In a slow window the button can be pressed and released within one frame.
        if response.is_pointer_button_down_on() || response.clicked() {
            response.request_focus();
        }
        let Some(pointer) = response.interact_pointer_pos() else {
            return;
        };
        let nearest = edges
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| {
                (left + **a - pointer.x)
                    .abs()
                    .total_cmp(&(left + **b - pointer.x).abs())
            })
            .map_or(0, |(index, _)| index);
        if response.double_clicked() {
            self.text.select_all();
        } else if response.drag_started_by(PointerButton::Primary) || response.clicked() {
            self.text.go(Motion::To(nearest), false);
        } else if response.dragged_by(PointerButton::Primary) {
            self.text.go(Motion::To(nearest), true);
        }
    }

    /// The start of each character and the end of the last one, in points from the first.
    fn edges(&self, ui: &Ui) -> Vec<f32> {
        let mut edges = vec![0.0];
        let mut at = 0.0;
        for character in self.text.as_str().chars() {
            at += if self.revealed {
                ui.fonts_mut(|fonts| fonts.glyph_width(&type_scale::mono(), character))
            } else {
                BULLET_ADVANCE
            };
            edges.push(at);
        }
        edges
    }

    fn node(&self, ui: &Ui, id: Id, label: &str) {
        let masked = "•".repeat(self.text.chars());
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::PasswordInput);
            node.set_label(label);
            node.set_value(masked);
        });
    }

    fn paint(&self, ui: &Ui, rect: Rect, room: Rect, response: &Response, error: bool) {
        let tokens = Tokens::of(ui);
        let fill = tokens.raised;
        let border = Stroke::new(1.0, tokens.strong_line);
        let radius = CornerRadius::same(metrics::RADIUS);
        ui.painter()
            .rect(rect, radius, fill, border, StrokeKind::Inside);
        if error {
            paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.danger);
        } else if response.has_focus() {
            paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
        }

        let edges = self.edges(ui);
        let caret = self.text.caret_char();
        let left = room.left() - scroll_of(&edges, caret, room.width());
        let painter = ui.painter().with_clip_rect(ui.clip_rect().intersect(room));
        let edge = |index: usize| left + edges.get(index).copied().unwrap_or(0.0);
        let selection = self.text.selection_chars();
        if !selection.is_empty() {
            let x = egui::Rangef::new(edge(selection.start), edge(selection.end));
            let surface = Rect::from_x_y_ranges(x, room.y_range().shrink(8.0));
            painter.rect_filled(surface, 0.0, tokens.accent_surface);
        }
        let mut buffer = [0_u8; 4];
        for (index, character) in self.text.as_str().chars().enumerate() {
            let cell = Rect::from_x_y_ranges(
                egui::Rangef::new(edge(index), edge(index + 1)),
                room.y_range(),
            );
            if self.revealed {
                let glyph = character.encode_utf8(&mut buffer).to_owned();
                let galley = painter.layout_no_wrap(glyph, type_scale::mono(), tokens.text);
                paint::text_in(&painter, cell, Align::Min, galley);
            } else {
                painter.circle_filled(cell.center(), 2.2, tokens.text);
            }
        }
        if response.has_focus() && selection.is_empty() {
            let x = edge(caret).max(room.left() + 1.0);
            painter.vline(
                x,
                room.y_range().shrink(9.0),
                Stroke::new(1.5, tokens.accent),
            );
        }
    }

    fn eye(&mut self, ui: &Ui, rect: Rect, id: Id) {
        let tokens = Tokens::of(ui);
        let place = Rect::from_min_max(pos2(rect.right() - EYE, rect.top()), rect.max);
        let response = ui.interact(place, id.with("eye"), Sense::CLICK);
        let (glyph, label) = if self.revealed {
            (icons::EYE_SLASH, "Hide password")
        } else {
            (icons::EYE, "Show password")
        };
        accessibility::clickable(ui, response.id, Role::Button, label, place);
        let color = if response.hovered() {
            tokens.text
        } else {
            tokens.muted
        };
        paint::icon(ui.painter(), place, glyph, 17.0, color);
        if response.on_hover_text(label).clicked() {
            self.revealed = !self.revealed;
        }
    }
}

/// How far the text is shifted to the left so that the caret is visible.
fn scroll_of(edges: &[f32], caret: usize, width: f32) -> f32 {
    let at = edges.get(caret).copied().unwrap_or(0.0);
    (at + 4.0 - width).max(0.0)
}

#[cfg(test)]
mod tests;
