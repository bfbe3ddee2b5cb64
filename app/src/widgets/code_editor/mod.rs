//! An editor for the JSON of one value: monospaced, coloured, with line numbers and a marker on the
//! line of an error.
//!
//! The toolkit's text field copies its text several times per frame, so the editor is only for
//! small texts ([`MAX_BYTES`]); larger values are edited one leaf at a time.

mod json_colors;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Color32, CornerRadius, Frame, Id, Margin, Rect, Response, Role, ScrollArea, Stroke,
    TextEdit, Ui, pos2, vec2,
};

use self::json_colors::{Piece, pieces};
use super::accessibility;
use crate::theme::{Tokens, metrics, paint, type_scale};

/// The largest text the editor takes, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

const GUTTER: f32 = 44.0;
const LINE: f32 = 19.0;

/// What the editor keeps between frames: the coloured layout of the last text.
#[derive(Debug, Clone, Default)]
pub struct CodeEditorState {
    colored: Option<(u64, LayoutJob)>,
}

/// The editor; build, then [`CodeEditor::show`].
#[derive(Debug)]
#[must_use = "an editor does nothing until it is shown"]
pub struct CodeEditor<'a> {
    id: Id,
    label: &'a str,
    error_line: Option<usize>,
}

impl<'a> CodeEditor<'a> {
    /// An editor; `label` is its accessible name.
    pub fn new(id: Id, label: &'a str) -> Self {
        Self {
            id,
            label,
            error_line: None,
        }
    }

    /// Marks this line, counted from 1.
    pub fn error_line(mut self, line: Option<usize>) -> Self {
        self.error_line = line;
        self
    }

    /// Fills the available space. A text that is too large is shown read-only: the caller checks
    /// [`MAX_BYTES`] first and offers an alternative.
    pub fn show(self, ui: &mut Ui, state: &mut CodeEditorState, text: &mut String) -> Response {
        let tokens = Tokens::of(ui);
        let fill = surface(tokens);
        let area = ui.available_rect_before_wrap();
        let radius = CornerRadius::same(metrics::RADIUS);
        ui.painter().rect_filled(area, radius, fill);
        let response = Frame::NONE
            .inner_margin(Margin {
                left: 0,
                right: 4,
                top: 6,
                bottom: 6,
            })
            .show(ui, |ui| {
                ScrollArea::both()
                    .id_salt(self.id)
                    .auto_shrink(false)
                    .show(ui, |ui| self.edit(ui, state, text))
                    .inner
            })
            .inner;
        if response.has_focus() {
            paint::focus_ring(ui.painter(), area, metrics::RADIUS, tokens.accent);
        } else {
            let line = Stroke::new(1.0, tokens.strong_line);
            ui.painter()
                .rect_stroke(area, radius, line, egui::StrokeKind::Inside);
        }
        response
    }

    fn edit(&self, ui: &mut Ui, state: &mut CodeEditorState, text: &mut String) -> Response {
        let tokens = Tokens::of(ui);
        let editable = text.len() <= MAX_BYTES;
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _wrap: f32| {
            ui.painter().layout_job(state.job(text.as_str(), tokens))
        };
        let size = ui.available_size();
        let output = ui
            .horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.add_space(GUTTER);
                TextEdit::multiline(text)
                    .id(self.id)
                    .code_editor()
                    .frame(Frame::NONE)
                    .margin(Margin::ZERO)
                    .interactive(editable)
                    .desired_width(f32::INFINITY)
                    .min_size(vec2(size.x - GUTTER, size.y))
                    .char_limit(MAX_BYTES)
                    .layouter(&mut layouter)
                    .show(ui)
            })
            .inner;
        let response = output.response.response;
        accessibility::name(ui, response.id, Role::MultilineTextInput, self.label);
        self.gutter(ui, &output.galley, output.galley_pos);
        response
    }

    /// Draws the numbers of the visible lines, and the marker of the error.
    fn gutter(&self, ui: &Ui, galley: &egui::Galley, origin: egui::Pos2) {
        let tokens = Tokens::of(ui);
        let clip = ui.clip_rect();
        // Text scrolled sideways must not show through the numbers.
        let strip = clip.with_max_x(clip.left() + GUTTER - 6.0);
        ui.painter().rect_filled(strip, 0.0, surface(tokens));
        let mut line = 1;
        let mut begins = true;
        for row in &galley.rows {
            let rect = row.rect().translate(origin.to_vec2());
            if clip.top() < rect.bottom() && rect.top() < clip.bottom() && begins {
                let failed = self.error_line == Some(line);
                // The numbers stay in view when the text is scrolled sideways.
                let left = clip.left();
                let place = Rect::from_min_max(
                    pos2(left, rect.top()),
                    pos2(left + GUTTER - 12.0, rect.bottom()),
                );
                if failed {
                    let all = Rect::from_min_max(place.min, pos2(clip.right(), rect.bottom()));
                    ui.painter()
                        .rect_filled(all, 0.0, tokens.danger.gamma_multiply(0.16));
                    let edge = Rect::from_min_size(place.min, vec2(3.0, place.height()));
                    ui.painter().rect_filled(edge, 0.0, tokens.danger);
                }
                let color = if failed { tokens.danger } else { tokens.faint };
                let text = line.to_string();
                let number = type_scale::line(ui, &text, type_scale::mono(), color, GUTTER);
                paint::text_in(ui.painter(), place, Align::Max, number);
            }
            begins = row.ends_with_newline;
            line += usize::from(begins);
        }
    }
}

impl CodeEditorState {
    /// The coloured text; recoloured only when text or theme changes.
    fn job(&mut self, text: &str, tokens: &Tokens) -> LayoutJob {
        let mut hasher = DefaultHasher::new();
        (text, tokens.dark).hash(&mut hasher);
        let stamp = hasher.finish();
        match &self.colored {
            Some((known, job)) if *known == stamp => job.clone(),
            _ => {
                let job = color(text, tokens);
                self.colored = Some((stamp, job.clone()));
                job
            }
        }
    }

    /// Forgets the text, for example when the file is locked.
    pub fn clear(&mut self) {
        self.colored = None;
    }
}

/// The background of the text.
fn surface(tokens: &Tokens) -> Color32 {
    if tokens.dark {
        tokens.background
    } else {
        tokens.raised
    }
}

fn color(text: &str, tokens: &Tokens) -> LayoutJob {
    let format = |color: Color32| TextFormat {
        line_height: Some(LINE),
        ..TextFormat::simple(type_scale::mono(), color)
    };
    let mut job = LayoutJob::default();
    for (range, piece) in pieces(text) {
        let color = match piece {
            Piece::Key => tokens.path,
            Piece::String => tokens.string,
            Piece::Number => tokens.number,
            Piece::Bool => tokens.boolean,
            Piece::Null => tokens.null,
            Piece::Other => tokens.muted,
        };
        job.append(text.get(range).unwrap_or_default(), 0.0, format(color));
    }
    job
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{CodeEditor, CodeEditorState, MAX_BYTES};
    use crate::theme::tokens;

    type Edited = (CodeEditorState, String);

    fn harness(text: String) -> Harness<'static, Edited> {
        Harness::builder()
            .with_size([300.0, 200.0])
            .with_context_setup(crate::theme::install)
            .build_ui_state(
                |ui, (state, text): &mut Edited| {
                    CodeEditor::new(egui::Id::unique("json"), "Value as JSON")
                        .error_line(Some(1))
                        .show(ui, state, text);
                },
                (CodeEditorState::default(), text),
            )
    }

    #[test]
    fn the_editor_is_found_by_its_label_and_takes_typing() {
        let mut harness = harness("{}".to_owned());
        harness.get_by_label("Value as JSON").focus();
        harness.run();
        harness.get_by_label("Value as JSON").type_text("[");
        harness.run();
        assert!(harness.state().1.contains('['));
    }

    #[test]
    fn a_text_that_is_too_large_cannot_be_edited() {
        let text = "1\n".repeat(MAX_BYTES / 2 + 1);
        let mut harness = harness(text.clone());
        harness.get_by_label("Value as JSON").focus();
        harness.run_steps(2);
        harness.get_by_label("Value as JSON").type_text("2");
        harness.run_steps(2);
        assert_eq!(harness.state().1.len(), text.len());
    }

    #[test]
    fn colours_are_kept_until_text_or_theme_change() {
        let mut state = CodeEditorState::default();
        let stamp = |state: &CodeEditorState| state.colored.as_ref().map(|(stamp, _)| *stamp);
        state.job("{}", &tokens::DARK);
        let first = stamp(&state);
        state.job("{}", &tokens::DARK);
        assert_eq!(stamp(&state), first);
        state.job("{}", &tokens::LIGHT);
        assert_ne!(stamp(&state), first);
        state.clear();
        assert_eq!(stamp(&state), None);
    }
}
