//! Changes the password of the open file, after asking for the current one.

use egui::{Context, Id, Ui};

use super::frame;
use crate::command::{Commands, FileCommand};
use crate::forms::{KeyFileField, NewPassword};
use crate::state::{Problem, Secret};
use crate::theme::{icons, metrics};
use crate::view::AppView;
use crate::widgets::field;
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::password::PasswordField;

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct ChangePasswordForm {
    current: PasswordField,
    current_key_file: KeyFileField,
    new: NewPassword,
    new_key_file: KeyFileField,
    started: bool,
    /// The result of the last attempt has been handled: a wrong current password is selected only
    /// once.
    failed: bool,
}

impl ChangePasswordForm {
    fn fields(
        &mut self,
        ui: &mut Ui,
        problem: Option<&Problem>,
        view: AppView<'_>,
        commands: &mut Commands,
    ) -> bool {
        let wrong = problem == Some(&Problem::WrongPassword);
        field::label(ui, "Current password");
        let id = Id::unique("current password");
        let shown = self.current.show(ui, id, "Current password", wrong);
        let failed_now = wrong && !std::mem::replace(&mut self.failed, wrong);
        if failed_now {
            self.current.select_all();
        }
        if failed_now || !std::mem::replace(&mut self.started, true) {
            shown.response.request_focus();
        }
        if shown.submitted {
            self.new.focus();
        }
        ui.add_space(metrics::SPACE_8);
        field::label(ui, "New password");
        let shown = self.new.show(ui, Id::unique("new password"));
        // Below the passwords, so that the Tab key goes straight from one to the other.
        let id = Id::unique("current key file");
        self.current_key_file
            .show(ui, id, "Current key file", view, commands);
        let id = Id::unique("new key file");
        self.new_key_file.show(
            ui,
            id,
            "New key file (in addition to the password)",
            view,
            commands,
        );
        shown.submitted
    }

    fn submit(&mut self, commands: &mut Commands) {
        self.failed = false;
        let Some(password) = self.new.confirm() else {
            return;
        };
        if self.current.is_empty() {
            self.started = false;
            return;
        }
        self.current.hide();
        commands.push(FileCommand::ChangePassword {
            current: Secret {
                password: self.current.to_secret(),
                key_file: self.current_key_file.path(),
            },
            new: Secret {
                password,
                key_file: self.new_key_file.path(),
            },
        });
    }
}

pub(super) fn show(
    ctx: &Context,
    form: &mut ChangePasswordForm,
    (busy, problem): (bool, Option<&Problem>),
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let change = if form.new.is_warning() {
        "Continue anyway"
    } else {
        "Change password"
    };
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::primary(change).enabled(!busy),
    ];
    let shown = DialogFrame::new(frame::id("change password"), "Change password")
        .icon(icons::KEY)
        .show(ctx, &buttons, |ui| {
            let fields = |ui: &mut Ui| form.fields(ui, problem, view, commands);
            let submitted = ui.add_enabled_ui(!busy, fields).inner;
            frame::derivation(ui, busy, problem) && submitted
        });
    if shown.cancelled || shown.clicked == Some(0) {
        frame::leave(commands, busy);
    } else if shown.inner || shown.clicked == Some(1) {
        form.submit(commands);
    }
}
