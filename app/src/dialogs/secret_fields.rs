//! The password and key file fields of the forms about damaged files.

use egui::{Id, Ui};

use crate::command::Commands;
use crate::forms::KeyFileField;
use crate::state::Secret;
use crate::view::AppView;
use crate::widgets::field;
use crate::widgets::password::{PasswordField, PasswordResponse};

/// The contents of the fields.
#[derive(Debug, Default)]
pub(super) struct SecretFields {
    password: PasswordField,
    key_file: KeyFileField,
    /// The form was submitted without a password.
    missing: bool,
    /// The failure of the last attempt has been handled: the password was selected for replacement.
    failed: bool,
}

impl SecretFields {
    /// Draws the fields under a label, and why the last attempt failed. Returns what happened in
    /// the password field.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        (id, label): (&'static str, &str),
        problem: Option<&str>,
        view: AppView<'_>,
        commands: &mut Commands,
    ) -> PasswordResponse {
        field::label(ui, label);
        let missing = self.missing && self.password.is_empty();
        let shown = self
            .password
            .show(ui, Id::unique((id, "password")), "Password", missing);
        let fails = problem.is_some() && !std::mem::replace(&mut self.failed, true);
        if fails {
            self.password.select_all();
            shown.response.request_focus();
        }
        let key_file = Id::unique((id, "key file"));
        self.key_file.show(ui, key_file, "Key file", view, commands);
        if let Some(problem) = problem {
            field::problem(ui, problem);
        }
        shown
    }

    /// The typed secret, which is masked from now on; `None` if the password is empty.
    pub(super) fn submit(&mut self) -> Option<Secret> {
        self.missing = self.password.is_empty();
        if self.missing {
            return None;
        }
        self.password.hide();
        self.failed = false;
        Some(Secret {
            password: self.password.to_secret(),
            key_file: self.key_file.path(),
        })
    }
}
