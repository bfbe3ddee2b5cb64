//! A one-line text field with its label above it and an error below.
//!
//! For plain texts only: for passwords use [`super::password`].

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    Align, Context, CornerRadius, Frame, Id, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, TextEdit, Ui, UiBuilder, accesskit, vec2,
};

use super::accessibility;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};

/// A longer text is cut off: form fields hold names, paths and keys.
pub const MAX_CHARS: usize = 8_192;

const PADDING: f32 = 11.0;

/// The field; build, then [`TextField::show`].
#[derive(Debug)]
#[must_use = "a field does nothing until it is shown"]
pub struct TextField<'a> {
    id: Id,
    label: &'a str,
    hint: &'a str,
    error: Option<&'a str>,
    mono: bool,
    titled: bool,
}

impl<'a> TextField<'a> {
    /// A field with this label, which is also its accessible name.
    pub fn new(id: Id, label: &'a str) -> Self {
        Self {
            id,
            label,
            hint: "",
            error: None,
            mono: false,
            titled: true,
        }
    }

    /// A fainter text while the field is empty.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// Why the text is invalid; paints the field in the danger colour.
    pub fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// Uses the font of values.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Hides the label, except from screen readers.
    pub fn untitled(mut self) -> Self {
        self.titled = false;
        self
    }

    /// Shows the field as wide as the available space.
    pub fn show(self, ui: &mut Ui, text: &mut String) -> Response {
        if self.titled {
            label(ui, self.label);
        }
        let tokens = Tokens::of(ui);
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), metrics::FIELD));
        let radius = CornerRadius::same(metrics::RADIUS);
        let border = Stroke::new(1.0, tokens.strong_line);
        ui.painter()
            .rect(rect, radius, tokens.raised, border, StrokeKind::Inside);
        let response = self.edit(ui, rect.shrink2(vec2(PADDING, 0.0)), text);
        if self.error.is_some() {
            paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.danger);
        } else if response.has_focus() {
            paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
        }
        if let Some(error) = self.error.filter(|error| !error.is_empty()) {
            problem(ui, error);
        }
        response
    }

    fn edit(&self, ui: &mut Ui, room: Rect, text: &mut String) -> Response {
        let tokens = Tokens::of(ui);
        let font = if self.mono {
            type_scale::mono()
        } else {
            type_scale::body()
        };
        let hint = RichText::new(self.hint)
            .font(font.clone())
            .color(tokens.faint);
        let mut inner = ui.new_child(UiBuilder::new().max_rect(room));
        let response = inner.add_sized(
            room.size(),
            TextEdit::singleline(text)
                .id(self.id)
                .font(font)
                .frame(Frame::NONE)
                .align(egui::Align2::LEFT_CENTER)
                .char_limit(MAX_CHARS)
                .hint_text(hint),
        );
        accessibility::name(ui, response.id, Role::TextInput, self.label);
        response
    }
}

/// Makes the toolkit forget the text of a field, including its undo history.
pub fn forget(ctx: &Context, id: Id) {
    TextEdit::store_state(ctx, id, TextEditState::default());
}

/// Selects the whole text of a field, so that typing replaces it.
pub fn select_all(ctx: &Context, id: Id, text: &str) {
    let mut state = TextEdit::load_state(ctx, id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    let range = CCursorRange::two(CCursor::new(0), end);
    state.cursor.set_char_range(Some(range));
    TextEdit::store_state(ctx, id, state);
}

/// The label above a field or a group of controls.
pub fn label(ui: &mut Ui, text: &str) {
    let color = Tokens::of(ui).muted;
    ui.label(RichText::new(text).font(type_scale::small()).color(color));
}

/// An explanation, fainter than the text around it.
pub fn explanation(ui: &mut Ui, text: &str) -> Response {
    let color = Tokens::of(ui).muted;
    ui.label(RichText::new(text).font(type_scale::small()).color(color))
}

/// An error with an icon, announced to screen readers.
pub fn problem(ui: &mut Ui, text: &str) -> Response {
    let color = Tokens::of(ui).danger;
    let looks = (icons::WARNING_CIRCLE, color);
    announced(ui, looks, text, Role::Alert, usize::MAX)
}

/// The same limited to `lines` lines, for limited space; the tooltip has the whole text.
pub fn problem_in_lines(ui: &mut Ui, text: &str, lines: usize) -> Response {
    let looks = (icons::WARNING_CIRCLE, Tokens::of(ui).danger);
    announced(ui, looks, text, Role::Alert, lines)
}

/// A warning with an icon, announced politely.
pub fn caution(ui: &mut Ui, text: &str) -> Response {
    caution_in_lines(ui, text, usize::MAX)
}

/// The same limited to a number of lines; the tooltip has the whole text.
pub fn caution_in_lines(ui: &mut Ui, text: &str, lines: usize) -> Response {
    let looks = (icons::WARNING, Tokens::of(ui).warning);
    announced(ui, looks, text, Role::Status, lines)
}

fn announced(
    ui: &mut Ui,
    (glyph, color): (&str, egui::Color32),
    text: &str,
    role: Role,
    lines: usize,
) -> Response {
    const ICON: f32 = 20.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let (_, place) = ui.allocate_space(vec2(ICON, 18.0));
        let place = place.with_max_x(place.left() + 14.0);
        paint::icon(ui.painter(), place, glyph, 14.0, color);
        let mut job = egui::text::LayoutJob::simple(
            text.to_owned(),
            type_scale::body(),
            color,
            ui.available_width(),
        );
        job.wrap.max_rows = lines;
        let galley = ui.painter().layout_job(job);
        let size = vec2(galley.size().x, galley.size().y.max(18.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let elided = galley.elided;
        paint::text_in(ui.painter(), rect, Align::Min, galley);
        let response = if elided {
            response.on_hover_text(text)
        } else {
            response
        };
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(role);
            node.set_label(text);
            node.set_bounds(accessibility::bounds(rect));
            node.set_live(if role == Role::Alert {
                accesskit::Live::Assertive
            } else {
                accesskit::Live::Polite
            });
        });
        response
    })
    .inner
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::TextField;

    #[test]
    fn a_field_has_a_name_accepts_text_and_shows_its_error() {
        let mut harness = Harness::builder()
            .with_size([300.0, 120.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, text: &mut String| {
                    let error = (text.len() > 3).then_some("too long");
                    let field = TextField::new(egui::Id::unique("field"), "Name");
                    field.error(error).show(ui, text);
                },
                String::new(),
            );
        harness.run();
        harness
            .get_by_role_and_label(egui::Role::TextInput, "Name")
            .focus();
        harness.run();
        let field = harness.get_by_role_and_label(egui::Role::TextInput, "Name");
        field.type_text("abcd");
        harness.run();
        assert_eq!(harness.state(), "abcd");
        assert!(
            harness
                .query_by_role_and_label(egui::Role::Alert, "too long")
                .is_some()
        );
    }
}
