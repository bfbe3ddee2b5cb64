//! The key file field of a form, collapsed until it is needed.

use std::path::PathBuf;

use egui::{Id, Role, Sense, Ui, WidgetInfo, vec2};

use crate::command::{Commands, FileCommand};
use crate::state::FilePurpose;
use crate::theme::{Tokens, icons, metrics, paint, type_scale};
use crate::typed_path::typed_path;
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field::TextField;

/// The state of the field.
#[derive(Debug, Default)]
pub(crate) struct KeyFileField {
    open: bool,
    path: String,
    /// The system's file dialog was opened for this field, not for another one.
    asked: bool,
}

impl KeyFileField {
    /// The path of the key file, if one is chosen.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.open.then(|| typed_path(&self.path)).flatten()
    }

    /// Expands the field, for a file that is known to need one.
    pub(crate) fn open(&mut self) {
        self.open = true;
    }

    /// Receives the next key file that the user chooses or creates.
    pub(crate) fn expect(&mut self) {
        self.open = true;
        self.asked = true;
    }

    /// Collapses and empties the field.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Shows the line that expands the field and, if expanded, the field.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        id: Id,
        title: &str,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        if let Some((FilePurpose::KeyFile, path)) = view.picked
            && std::mem::take(&mut self.asked)
        {
            self.path = path.to_string_lossy().into_owned();
        }
        if disclosure(ui, title, self.open) {
            self.open = !self.open;
        }
        if !self.open {
            return;
        }
        ui.horizontal(|ui| {
            let browse = 90.0;
            let width = ui.available_width() - browse - ui.spacing().item_spacing.x;
            ui.allocate_ui(vec2(width, metrics::FIELD), |ui| {
                TextField::new(id, "Key file")
                    .hint("Path of the key file")
                    .untitled()
                    .show(ui, &mut self.path);
            });
            let button = Button::secondary("Browse…").min_width(browse);
            let free = view.file_dialog.is_none();
            if ui
                .add_enabled_ui(free, |ui| button.show(ui))
                .inner
                .clicked()
            {
                self.asked = true;
                commands.push(FileCommand::PickFile(FilePurpose::KeyFile));
            }
        });
    }
}

/// A line with a caret that expands what is below it. Returns whether it was clicked.
pub(crate) fn disclosure(ui: &mut Ui, title: &str, open: bool) -> bool {
    let tokens = Tokens::of(ui);
    let text = type_scale::line(ui, title, type_scale::body(), tokens.muted, 400.0);
    let size = vec2(text.size().x + 20.0, metrics::LIST_ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::DisclosureTriangle, ui.is_enabled(), open, title)
    });
    let glyph = if open {
        icons::CARET_DOWN
    } else {
        icons::CARET_RIGHT
    };
    let caret = rect.with_max_x(rect.left() + 12.0);
    paint::icon(ui.painter(), caret, glyph, 12.0, tokens.muted);
    let room = rect.with_min_x(rect.left() + 16.0);
    paint::text_in(ui.painter(), room, egui::Align::Min, text);
    if response.has_focus() {
        paint::focus_ring(ui.painter(), rect, metrics::RADIUS, tokens.accent);
    }
    response.clicked()
}
