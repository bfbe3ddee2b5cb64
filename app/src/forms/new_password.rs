//! Chooses a password: two fields, a strength meter, a warning about weak passwords, and one about
//! losing it.

use egui::{Id, Ui};
use zeroize::Zeroizing;

use super::strength::{is_weak, meter};
use crate::theme::metrics;
use crate::widgets::field;
use crate::widgets::password::PasswordField;
use crate::widgets::strength::{Strength, strength};

/// Shown wherever a password is chosen.
const CANNOT_BE_RECOVERED: &str =
    "A lost password cannot be recovered: without it, nobody can open the file.";

/// The state of the two fields.
#[derive(Debug, Default)]
pub(crate) struct NewPassword {
    first: PasswordField,
    second: PasswordField,
    strength: Option<Strength>,
    /// The warning about this weak password has been shown.
    warned: bool,
    /// The user has tried to submit: from now on missing entries are pointed out.
    tried: bool,
    wants_focus: bool,
}

/// What happened to the fields in this frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NewPasswordResponse {
    /// Enter was pressed in the second field.
    pub(crate) submitted: bool,
}

impl NewPassword {
    /// Empties both fields.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether both fields are empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.second.is_empty()
    }

    /// Focuses the first field in the next frame.
    pub(crate) fn focus(&mut self) {
        self.wants_focus = true;
    }

    /// Whether a weak password was typed and its warning is shown; the button is then labelled
    /// `Continue anyway`.
    pub(crate) fn is_warning(&self) -> bool {
        self.warned
    }

    /// The password, if both fields agree and a weak password has been confirmed. Otherwise what is
    /// missing is shown from now on. Call it when the user submits the form.
    pub(crate) fn confirm(&mut self) -> Option<Zeroizing<String>> {
        self.tried = true;
        if self.first.is_empty() || !self.agree() {
            return None;
        }
        if self.strength.as_ref().is_some_and(is_weak) && !self.warned {
            self.warned = true;
            return None;
        }
        self.first.hide();
        self.second.hide();
        Some(self.first.to_secret())
    }

    fn agree(&self) -> bool {
        *self.first.to_secret() == *self.second.to_secret()
    }

    /// Shows both fields, the meter and the warnings.
    pub(crate) fn show(&mut self, ui: &mut Ui, id: Id) -> NewPasswordResponse {
        field::label(ui, "Password");
        let missing = self.tried && self.first.is_empty();
        let first = self.first.show(ui, id.with("first"), "Password", missing);
        if std::mem::take(&mut self.wants_focus) {
            first.response.request_focus();
        }
        if first.changed {
            self.warned = false;
            self.strength = strength(&self.first.to_secret());
        }
        meter(ui, self.strength.as_ref());
        field::label(ui, "Repeat password");
        let differs = !self.agree() && (self.tried || self.second_is_not_a_start());
        let second = self
            .second
            .show(ui, id.with("second"), "Repeat password", differs);
        if first.submitted {
            second.response.request_focus();
        }
        let problem = if missing {
            Some("Choose a password: the file is always encrypted.")
        } else {
            differs.then_some("The passwords do not match.")
        };
        self.notes(ui, problem);
        NewPasswordResponse {
            submitted: second.submitted,
        }
    }

    /// While the second field is being typed it is shorter; only a text that can no longer become
    /// equal is pointed out.
    fn second_is_not_a_start(&self) -> bool {
        !self
            .first
            .to_secret()
            .starts_with(self.second.to_secret().as_str())
    }

    fn notes(&self, ui: &mut Ui, problem: Option<&str>) {
        ui.add_space(metrics::SPACE_4);
        if let Some(problem) = problem {
            field::problem(ui, problem);
        } else if self.warned {
            let why = self
                .strength
                .as_ref()
                .and_then(|strength| strength.warning.as_deref());
            let why = why.unwrap_or("This password is easy to guess.");
            field::caution(ui, &format!("{why} Choose a longer one, or continue."));
        } else if self.first.caps_lock() || self.second.caps_lock() {
            field::caution(ui, "Caps Lock may be on.");
        } else if self.first.is_full() {
            field::caution(ui, "The password has reached its maximum length.");
        }
        field::explanation(ui, CANNOT_BE_RECOVERED);
    }
}
