//! The card that creates a database: its location and password.

use std::path::{Path, PathBuf};

use egui::{Id, Key, Modifiers, Ui, vec2};

use super::card::{card, heading};
use crate::command::{Commands, FileCommand};
use crate::forms::{KeyFileField, NewPassword, busy_line};
use crate::state::{AfterClose, CreatePage, FilePurpose, Secret};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::typed_path::{UserFolders, path_in};
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field::{self, TextField};
use crate::widgets::row_ends::at_end;

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct CreateForm {
    path: String,
    /// The meaning of the path.
    whole: Option<PathBuf>,
    password: NewPassword,
    key_file: KeyFileField,
    started: bool,
    tried: bool,
}

/// The path that will be used: in the documents folder unless the path names a folder, and with our
/// extension if it has none.
pub(super) fn whole_path(text: &str, folders: &UserFolders) -> Option<PathBuf> {
    if text.trim_end().ends_with(['/', std::path::MAIN_SEPARATOR]) {
        return None;
    }
    let mut path = path_in(text, folders.documents.as_deref())?;
    path.file_name()?;
    if path.extension().is_none() {
        path.set_extension("vstore");
    }
    Some(path)
}

/// The location of the file in one line; the tooltip has all of it.
fn place_line(ui: &mut Ui, text: &str) {
    let color = Tokens::of(ui).muted;
    let words = egui::RichText::new(text).font(type_scale::small());
    ui.add(egui::Label::new(words.color(color)).truncate());
}

impl CreateForm {
    /// Empties the form.
    pub(super) fn clear(&mut self) {
        if self.started {
            *self = Self::default();
        }
    }

    /// Empties the passwords and keeps the rest, for when the user is away.
    pub(super) fn forget_password(&mut self) {
        self.password.clear();
    }

    /// Whether a password has been typed.
    pub(super) fn is_typed(&self) -> bool {
        !self.password.is_empty()
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        page: &CreatePage,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        let starts = !std::mem::replace(&mut self.started, true);
        if let Some((FilePurpose::Create, path)) = view.picked {
            self.path = path.to_string_lossy().into_owned();
            self.password.focus();
        }
        let id = Id::unique("create");
        card(ui, id, "New database", |ui| {
            let tokens = Tokens::of(ui);
            let second = "One encrypted, password-protected file";
            heading(ui, icons::FILE_LOCK, tokens.accent, "New database", second);
            let idle = page.busy.is_none();
            self.whole = whole_path(&self.path, view.folders);
            let submitted = ui
                .add_enabled_ui(idle, |ui| self.fields(ui, starts, view, commands))
                .inner;
            self.state_of_things(ui, page);
            let pressed = self.buttons(ui, page, commands);
            if idle && (submitted || pressed) {
                self.whole = whole_path(&self.path, view.folders);
                self.submit(page, commands);
            }
            if !idle && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                commands.push(FileCommand::CancelBusy);
            }
        });
    }

    fn fields(
        &mut self,
        ui: &mut Ui,
        starts: bool,
        view: AppView<'_>,
        commands: &mut Commands,
    ) -> bool {
        field::label(ui, "File");
        let no_path = self.tried && self.whole.is_none();
        ui.horizontal(|ui| {
            let browse = 90.0;
            let width = ui.available_width() - browse - ui.spacing().item_spacing.x;
            let shown = ui.allocate_ui(vec2(width, metrics::FIELD), |ui| {
                TextField::new(Id::unique("create path"), "File")
                    .hint("notes.vstore")
                    .untitled()
                    .error(no_path.then_some(""))
                    .show(ui, &mut self.path)
            });
            if starts {
                shown.inner.request_focus();
            }
            if shown.inner.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                self.password.focus();
            }
            let free = view.file_dialog.is_none();
            let button = Button::secondary("Browse…").min_width(browse);
            if ui
                .add_enabled_ui(free, |ui| button.show(ui))
                .inner
                .clicked()
            {
                commands.push(FileCommand::PickFile(FilePurpose::Create));
            }
        });
        if no_path {
            field::problem(ui, "Choose a location and a name for the file.");
        } else {
            // The line is always there, so that nothing below it moves.
            let place = self.whole.as_deref().map(Path::to_string_lossy);
            let place = place.map(|place| format!("Creates {}", type_scale::one_name(&place)));
            place_line(ui, place.as_deref().unwrap_or(" "));
        }
        ui.add_space(metrics::SPACE_4);
        let shown = self.password.show(ui, Id::unique("create password"));
        let title = "Key file (in addition to the password)";
        self.key_file
            .show(ui, Id::unique("create key file"), title, view, commands);
        shown.submitted
    }

    fn state_of_things(&self, ui: &mut Ui, page: &CreatePage) {
        ui.add_space(metrics::SPACE_4);
        if let Some(phase) = page.busy {
            busy_line(ui, Id::unique("create progress"), phase);
        } else if self.would_overwrite(page) {
            let text = "A file with this name already exists. “Replace” keeps it beside the new one as a \
                        backup.";
            field::caution(ui, text);
        } else if let Some(problem) = &page.problem {
            field::problem(ui, &problem.text());
        }
        ui.add_space(metrics::SPACE_8);
    }

    fn would_overwrite(&self, page: &CreatePage) -> bool {
        page.exists.is_some() && page.exists == self.whole
    }

    fn buttons(&self, ui: &mut Ui, page: &CreatePage, commands: &mut Commands) -> bool {
        let idle = page.busy.is_none();
        at_end(ui, "create buttons", metrics::BUTTON, |ui| {
            let cancel = Button::secondary("Cancel").min_width(68.0);
            if cancel.show(ui).clicked() {
                commands.push(if idle {
                    FileCommand::Close(AfterClose::Welcome)
                } else {
                    FileCommand::CancelBusy
                });
            }
            let create = |ui: &mut Ui| {
                let button = if self.would_overwrite(page) {
                    Button::danger("Replace")
                } else if self.password.is_warning() {
                    Button::primary("Continue anyway")
                } else {
                    Button::primary("Create")
                };
                button.min_width(80.0).show(ui)
            };
            ui.add_enabled_ui(idle, create).inner.clicked()
        })
    }

    fn submit(&mut self, page: &CreatePage, commands: &mut Commands) {
        self.tried = true;
        let path = self.whole.clone();
        let Some(password) = self.password.confirm() else {
            return;
        };
        let Some(path) = path else {
            return;
        };
        commands.push(FileCommand::Create {
            overwrite: self.would_overwrite(page),
            path,
            secret: Secret {
                password,
                key_file: self.key_file.path(),
            },
        });
    }
}
