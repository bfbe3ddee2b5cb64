//! The value as JSON text: shown at any size, editable up to a limit.

use egui::text::{CCursor, CCursorRange};
use egui::{Context, Id, Key, Modifiers, RichText, TextEdit, Ui, vec2};
use vstore::Record;

use super::data::Stamp;
use super::large_text::LargeText;
use crate::command::{Commands, RecordCommand};
use crate::format;
use crate::state::{Draft, DraftError, EDITED_TEXT_BYTES_MAX};
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::view::StoreView;
use crate::widgets::button::Button;
use crate::widgets::code_editor::{CodeEditor, CodeEditorState};
use crate::widgets::field;
use crate::widgets::row_ends::Ends;
use crate::widgets::text_view::{TextViewState, text_view};

/// Height of the status text of a draft: two lines.
const STATUS: f32 = 36.0;
const STATUS_LINES: usize = 2;
/// Height of the status text and the buttons below the editor of a draft, with their margins.
const BELOW_EDITOR: f32 = STATUS + metrics::BUTTON + 24.0;

/// The state of the editor: the typed text and where it came from.
#[derive(Debug, Default)]
pub(super) struct TextTab {
    text: LargeText,
    buffer: String,
    /// The record whose text is in the buffer; `None` while the buffer belongs to a draft.
    shown: Option<Stamp>,
    /// The draft's text as last seen. The toolkit may run a frame twice, so only a draft that has
    /// changed replaces what was typed meanwhile.
    seen: Option<String>,
    editor: CodeEditorState,
    view: TextViewState,
    had_focus: bool,
    /// Esc was pressed in a changed draft: the next Esc discards it.
    asks: bool,
    wants_focus: bool,
}

/// Whether a text is valid, as a sentence.
pub(super) fn status(parsed: Result<(), &DraftError>) -> Result<&'static str, String> {
    match parsed {
        Ok(()) => Ok("Valid JSON"),
        Err(error) => Err(format!(
            "Line {}, column {}: {}",
            error.line, error.column, error.message
        )),
    }
}

/// The identity of the editor.
pub(super) fn id() -> Id {
    Id::unique("value text")
}

impl TextTab {
    /// Forgets all texts.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Focuses the editor in the next frame.
    pub(super) fn focus(&mut self) {
        self.wants_focus = true;
    }

    /// Draws the text of a record that is not being edited. Typing starts a draft.
    pub(super) fn read_ui(
        &mut self,
        ui: &mut Ui,
        record: &Record,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        self.seen = None;
        self.asks = false;
        let stamp = Stamp::of(record);
        let Some(text) = self.text.of(ui.ctx(), record) else {
            let size = format::bytes(record.value.len() as u64);
            ui.centered_and_justified(|ui| ui.label(format!("Preparing {size} of text…")));
            return;
        };
        let too_large = EDITED_TEXT_BYTES_MAX < text.len();
        let why = if too_large {
            Some("This value is too large to edit as text. Edit individual values in the tree.")
        } else {
            view.read_only_reason()
        };
        if let Some(why) = why {
            let height = ui.available_height() - 36.0;
            ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
                let named = (stamp.number(), text);
                text_view(
                    ui,
                    id().with("view"),
                    "Value as text",
                    &mut self.view,
                    named,
                    &[],
                );
            });
            ui.add_space(metrics::SPACE_4);
            field::explanation(ui, why);
            return;
        }
        if self.shown.as_ref() != Some(&stamp) {
            self.buffer = String::from(&**text);
            self.shown = Some(stamp);
        }
        let height = ui.available_height() - 40.0;
        if self.edit(ui, height, None) {
            commands.push(RecordCommand::Edit(record.key.clone()));
            commands.push(RecordCommand::EditDraft {
                key: record.key.to_string(),
                text: self.buffer.clone(),
            });
        }
        ui.add_space(metrics::SPACE_4);
        field::explanation(ui, "Type to edit. Every edit can be undone.");
    }

    /// Draws the editor of a draft, with its status and buttons.
    pub(super) fn draft_ui(
        &mut self,
        ui: &mut Ui,
        draft: &Draft,
        verb: &str,
        view: StoreView<'_>,
        commands: &mut Commands,
    ) {
        self.follow(draft);
        // The key is taken before the text of the same frame but carried out after it, so that
        // saving right after typing saves that text.
        let saves = view.app.dialog.is_none()
            && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        let escaped =
            self.had_focus && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        let error = draft.parsed.as_ref().err();
        let height = ui.available_height() - BELOW_EDITOR;
        if self.edit(ui, height, error.map(|error| error.line)) {
            commands.push(RecordCommand::EditDraft {
                key: draft.key.clone(),
                text: self.buffer.clone(),
            });
            self.asks = false;
        }
        ui.add_space(metrics::SPACE_4);
        // The height is fixed, so that the buttons below do not move.
        let size = vec2(ui.available_width(), STATUS);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            match status(draft.parsed.as_ref().map(|_| ())) {
                Ok(words) if !self.asks => match &draft.note {
                    None => valid(ui, words),
                    Some(note) => {
                        field::caution_in_lines(ui, note, STATUS_LINES);
                    }
                },
                Err(words) if !self.asks => {
                    field::problem_in_lines(ui, &words, STATUS_LINES);
                }
                _ => {
                    field::caution(ui, "Press Esc again to discard this edit.");
                }
            }
        });
        buttons(ui, draft, verb, commands);
        if saves {
            commands.push(RecordCommand::CommitDraft);
        } else if escaped {
            self.escape(draft, commands);
        }
    }

    fn follow(&mut self, draft: &Draft) {
        self.shown = None;
        if self.seen.as_deref() != Some(&draft.text) {
            if self.buffer != draft.text {
                self.buffer.clone_from(&draft.text);
            }
            self.seen = Some(draft.text.clone());
        }
    }

    fn edit(&mut self, ui: &mut Ui, height: f32, error_line: Option<usize>) -> bool {
        let size = vec2(ui.available_width(), height.max(80.0));
        let response = ui
            .allocate_ui(size, |ui| {
                ui.set_min_size(size);
                CodeEditor::new(id(), "Value as JSON")
                    .error_line(error_line)
                    .show(ui, &mut self.editor, &mut self.buffer)
            })
            .inner;
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
            if self.buffer == Draft::NEW_TEXT {
                caret_between_braces(ui.ctx());
            }
        }
        self.had_focus = response.has_focus();
        response.changed()
    }

    /// The first Esc in a changed draft asks, the second one discards.
    fn escape(&mut self, draft: &Draft, commands: &mut Commands) {
        if draft.is_dirty() && !self.asks {
            self.asks = true;
            self.wants_focus = true;
        } else {
            self.asks = false;
            commands.push(RecordCommand::DiscardDraft);
        }
    }
}

fn buttons(ui: &mut Ui, draft: &Draft, verb: &str, commands: &mut Commands) {
    let ready = draft.is_valid() && draft.is_dirty() && draft.committing.is_none();
    let format = |ui: &mut Ui| {
        let format = |ui: &mut Ui| {
            Button::link("Format")
                .icon(icons::TEXT_ALIGN_LEFT)
                .show(ui)
                .clicked()
        };
        ui.add_enabled_ui(draft.parsed.is_ok(), format).inner
    };
    let finish = |ui: &mut Ui| {
        let cancel = Button::secondary("Cancel").shortcut("Esc");
        let cancelled = cancel.show(ui).clicked();
        let save = |ui: &mut Ui| {
            Button::primary(verb)
                .shortcut("Ctrl+Enter")
                .min_width(72.0)
                .show(ui)
        };
        (cancelled, ui.add_enabled_ui(ready, save).inner.clicked())
    };
    let ends = Ends::new(ui, "draft buttons", metrics::BUTTON);
    let formatted = ends.start(ui, format);
    let (cancelled, saved) = ends.end(ui, finish);
    if formatted && let Ok(value) = &draft.parsed {
        commands.push(RecordCommand::EditDraft {
            key: draft.key.clone(),
            text: vstore::value::json::to_pretty(value.view()),
        });
    }
    if saved {
        commands.push(RecordCommand::CommitDraft);
    }
    if cancelled {
        commands.push(RecordCommand::DiscardDraft);
    }
}

/// Places the caret where the first entry of a new value is typed.
fn caret_between_braces(ctx: &Context) {
    let place = Draft::NEW_TEXT.find('}').unwrap_or(1) - 1;
    let mut state = TextEdit::load_state(ctx, id()).unwrap_or_default();
    let caret = CCursorRange::one(CCursor::new(place));
    state.cursor.set_char_range(Some(caret));
    TextEdit::store_state(ctx, id(), state);
}

fn valid(ui: &mut Ui, words: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (_, place) = ui.allocate_space(vec2(14.0, 18.0));
        paint::icon(ui.painter(), place, icons::CHECK, 14.0, tokens.ok);
        ui.label(
            RichText::new(words)
                .font(type_scale::body())
                .color(tokens.muted),
        );
    });
}
