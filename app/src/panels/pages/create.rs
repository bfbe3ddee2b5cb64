//! The card that creates a database: where, and with which password.

use std::path::PathBuf;

use egui::{Id, Key, Layout, Modifiers, Ui, vec2};

use super::card::{busy_line, card, heading};
use super::key_file::KeyFileField;
use super::new_password::NewPassword;
use crate::command::{Commands, FileCommand, Secret};
use crate::state::{AfterClose, CreatePage, FilePurpose};
use crate::theme::{Tokens, icons, metrics};
use crate::typed_path::typed_path;
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field::{self, TextField};

/// What is typed on the page.
#[derive(Debug, Default)]
pub(super) struct CreateForm {
    path: String,
    password: NewPassword,
    key_file: KeyFileField,
    started: bool,
    tried: bool,
}

/// The path as it will be used: with the ending of our files if it has none.
pub(super) fn with_ending(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['/', std::path::MAIN_SEPARATOR]) {
        return None;
    }
    let mut path = typed_path(text)?;
    path.file_name()?;
    if path.extension().is_none() {
        path.set_extension("vstore");
    }
    Some(path)
}

impl CreateForm {
    /// Empties the form.
    pub(super) fn clear(&mut self) {
        if self.started {
            *self = Self::default();
        }
    }

    /// Empties the passwords and leaves the rest, as when the user went away.
    pub(super) fn forget_password(&mut self) {
        self.password.clear();
    }

    /// Whether a password is typed.
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
            let second = "One encrypted file, for your eyes only";
            heading(ui, icons::FILE_LOCK, tokens.accent, "New database", second);
            let idle = page.busy.is_none();
            let submitted = ui
                .add_enabled_ui(idle, |ui| self.fields(ui, starts, view, commands))
                .inner;
            self.state_of_things(ui, page);
            let pressed = self.buttons(ui, page, commands);
            if idle && (submitted || pressed) {
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
        let no_path = self.tried && with_ending(&self.path).is_none();
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
            field::problem(ui, "Choose where the file goes and what it is called.");
        }
        ui.add_space(metrics::SPACE_4);
        let shown = self.password.show(ui, Id::unique("create password"));
        let title = "Key file as well as the password";
        self.key_file
            .show(ui, Id::unique("create key file"), title, view, commands);
        shown.submitted
    }

    fn state_of_things(&self, ui: &mut Ui, page: &CreatePage) {
        ui.add_space(metrics::SPACE_4);
        if let Some(phase) = page.busy {
            busy_line(ui, Id::unique("create progress"), phase);
        } else if self.would_overwrite(page) {
            let text = "A file with this name exists. Creating replaces it; what it holds now stays \
                        beside it as a backup.";
            field::caution(ui, text);
        } else if let Some(problem) = &page.problem {
            field::problem(ui, &problem.text());
        }
        ui.add_space(metrics::SPACE_8);
    }

    fn would_overwrite(&self, page: &CreatePage) -> bool {
        page.exists.is_some() && page.exists == with_ending(&self.path)
    }

    fn buttons(&self, ui: &mut Ui, page: &CreatePage, commands: &mut Commands) -> bool {
        let idle = page.busy.is_none();
        let mut pressed = false;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
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
                pressed = ui.add_enabled_ui(idle, create).inner.clicked();
                if Button::secondary("Cancel")
                    .min_width(68.0)
                    .show(ui)
                    .clicked()
                {
                    if idle {
                        commands.push(FileCommand::Close(AfterClose::Welcome));
                    } else {
                        commands.push(FileCommand::CancelBusy);
                    }
                }
            });
        });
        pressed
    }

    fn submit(&mut self, page: &CreatePage, commands: &mut Commands) {
        self.tried = true;
        let path = with_ending(&self.path);
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
