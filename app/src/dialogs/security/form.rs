//! The form of each change, and the command that it produces.

use egui::{Context, Id, Ui};

use super::recovery::Retyped;
use super::{WIDTH, Words, outcome};
use crate::command::{Commands, CopyWhat, RecordCommand, SecurityCommand};
use crate::dialogs::frame;
use crate::forms::{KeyFileField, NewPassword};
use crate::state::{
    KeyChange, KeyCost, KeyKind, KeySlot, NewKey, Problem, Secret, Security, SecurityStep,
};
use crate::theme::{icons, metrics};
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};
use crate::widgets::password::PasswordField;
use crate::widgets::segmented::segmented;

/// The contents of the form. Emptied at every step.
#[derive(Debug, Default)]
pub(in crate::dialogs) struct SecurityForm {
    step: SecurityStep,
    current: PasswordField,
    current_key_file: KeyFileField,
    new: NewPassword,
    new_key_file: KeyFileField,
    label: String,
    cost: KeyCost,
    retyped: Retyped,
    /// The user has tried to submit: from now on missing entries are pointed out.
    tried: bool,
    started: bool,
    failed: bool,
}

impl SecurityForm {
    /// Empties the form when the dialog moves to another step.
    pub(super) fn follow(&mut self, security: &Security) {
        if self.step != security.step {
            *self = Self {
                step: security.step,
                ..Self::default()
            };
        }
        let failed = security.problem == Some(Problem::WrongPassword);
        if failed && !self.failed {
            self.current.select_all();
            self.started = false;
        }
        self.failed = failed;
    }

    pub(super) fn show(
        &mut self,
        ctx: &Context,
        words: &Words,
        security: &Security,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        let verb = if self.new.is_warning() {
            "Continue anyway"
        } else {
            words.verb
        };
        let waits = self.waits_for_key(security);
        let main = if words.dangerous {
            DialogButton::danger(verb)
        } else {
            DialogButton::primary(verb)
        };
        let buttons = [
            DialogButton::secondary("Back").enabled(!security.busy),
            main.enabled(!security.busy && !waits),
        ];
        let shown = DialogFrame::new(frame::id("security form"), &words.title)
            .icon(icons::SHIELD_CHECK)
            .width(WIDTH)
            .show(ctx, &buttons, |ui| {
                let fields = |ui: &mut Ui| self.fields(ui, security, view, commands);
                let submitted = ui.add_enabled_ui(!security.busy, fields).inner;
                outcome(ui, security);
                submitted
            });
        if security.busy {
            return;
        }
        if shown.cancelled || shown.clicked == Some(0) {
            commands.push(SecurityCommand::Show(SecurityStep::List));
        } else if (shown.inner || shown.clicked == Some(1)) && !waits {
            self.submit(security, commands);
        }
    }

    fn waits_for_key(&self, security: &Security) -> bool {
        self.step == SecurityStep::Add(KeyKind::RecoveryKey) && security.recovery_key.is_none()
    }

    /// Draws the fields; returns whether Enter was pressed in the last one.
    fn fields(
        &mut self,
        ui: &mut Ui,
        security: &Security,
        view: AppView<'_>,
        commands: &mut Commands,
    ) -> bool {
        match self.step {
            SecurityStep::Add(KeyKind::RecoveryKey) => self.recovery(ui, security, commands),
            SecurityStep::Add(kind) => {
                self.label_field(ui);
                self.new_password(ui, kind, view, commands);
            }
            SecurityStep::Change(number) => {
                let slot = security.slots.iter().find(|slot| slot.number == number);
                let kind = slot.map_or(KeyKind::Password, |slot| slot.kind);
                field::explanation(
                    ui,
                    "To change only the cost of guessing, enter the same password again.",
                );
                ui.add_space(metrics::SPACE_8);
                self.new_password(ui, kind, view, commands);
            }
            SecurityStep::Remove(_) => {
                field::explanation(
                    ui,
                    "It will no longer open this file. Copies made earlier can still be opened \
                     with it.",
                );
            }
            SecurityStep::Rotate => rotation(ui, security),
            SecurityStep::List => {}
        }
        ui.add_space(metrics::SPACE_12);
        self.current(ui, view, commands)
    }

    fn recovery(&mut self, ui: &mut Ui, security: &Security, commands: &mut Commands) {
        let Some(key) = &security.recovery_key else {
            field::explanation(ui, "Generating the key…");
            return;
        };
        self.label_field(ui);
        self.retyped.ui(ui, &key.0, self.tried);
        if Button::link("Copy for printing").show(ui).clicked() {
            let text = key.0.to_string();
            commands.push(RecordCommand::Copy(CopyWhat::Text(text)));
        }
    }

    fn label_field(&mut self, ui: &mut Ui) {
        let id = frame::field_id("slot label");
        let field = TextField::new(id, "Name").hint("Ana, paper in the safe … (not encrypted)");
        field.show(ui, &mut self.label);
        ui.add_space(metrics::SPACE_4);
    }

    fn new_password(
        &mut self,
        ui: &mut Ui,
        kind: KeyKind,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        self.new.show(ui, Id::unique("slot password"));
        if kind == KeyKind::PasswordAndKeyFile {
            self.new_key_file.open();
            let id = Id::unique("slot key file");
            self.new_key_file
                .show(ui, id, "New key file", view, commands);
            if Button::link("Create key file…").show(ui).clicked() {
                self.new_key_file.expect();
                commands.push(SecurityCommand::NewKeyFile);
            }
            if self.tried && self.new_key_file.path().is_none() {
                field::problem(ui, "Choose or create a key file.");
            }
        }
        ui.add_space(metrics::SPACE_8);
        field::label(ui, "Cost of each guess at this password");
        let names = KeyCost::ALL.map(KeyCost::name);
        let chosen = KeyCost::ALL.iter().position(|cost| *cost == self.cost);
        let picked = segmented(ui, "Cost of each guess", &names, chosen.unwrap_or(0));
        if let Some(cost) = picked.and_then(|index| KeyCost::ALL.get(index)) {
            self.cost = *cost;
        }
    }

    fn current(&mut self, ui: &mut Ui, view: AppView<'_>, commands: &mut Commands) -> bool {
        field::label(ui, "Current password or recovery key");
        let wrong = self.failed || self.tried && self.current.is_empty();
        let id = Id::unique("security current");
        let shown = self.current.show(ui, id, "Current password", wrong);
        if !std::mem::replace(&mut self.started, true) {
            shown.response.request_focus();
        }
        let id = Id::unique("security current key file");
        self.current_key_file
            .show(ui, id, "Current key file", view, commands);
        shown.submitted
    }

    fn submit(&mut self, security: &Security, commands: &mut Commands) {
        self.tried = true;
        let change = match self.step {
            SecurityStep::Add(KeyKind::RecoveryKey) => {
                let Some(key) = &security.recovery_key else {
                    return;
                };
                if self.retyped.is_empty() || !self.retyped.fits(&key.0) {
                    return;
                }
                Some(KeyChange::Add {
                    new: NewKey::Recovery(key.clone()),
                    label: self.label.clone(),
                })
            }
            SecurityStep::Add(kind) => {
                let Some(new) = self.new_key(kind) else {
                    return;
                };
                let label = self.label.clone();
                Some(KeyChange::Add { new, label })
            }
            SecurityStep::Change(number) => {
                let slot = security.slots.iter().find(|slot| slot.number == number);
                let kind = slot.map_or(KeyKind::Password, |slot| slot.kind);
                let Some(new) = self.new_key(kind) else {
                    return;
                };
                Some(KeyChange::Replace { number, new })
            }
            SecurityStep::Remove(number) => Some(KeyChange::Remove { number }),
            SecurityStep::Rotate => None,
            SecurityStep::List => return,
        };
        if self.current.is_empty() {
            self.started = false;
            return;
        }
        self.current.hide();
        let current = Secret {
            password: self.current.to_secret(),
            key_file: self.current_key_file.path(),
        };
        commands.push(match change {
            Some(change) => SecurityCommand::Change { current, change },
            None => SecurityCommand::Rotate { current },
        });
    }

    fn new_key(&mut self, kind: KeyKind) -> Option<NewKey> {
        let password = self.new.confirm()?;
        let key_file = self.new_key_file.path();
        if kind == KeyKind::PasswordAndKeyFile && key_file.is_none() {
            return None;
        }
        let secret = Secret { password, key_file };
        let cost = self.cost;
        Some(NewKey::Password { secret, cost })
    }
}

fn rotation(ui: &mut Ui, security: &Security) {
    field::explanation(
        ui,
        "The whole file is rewritten. Afterwards only what you enter here opens it. The others \
         cannot be carried over without being entered: any shortcut would let a stolen data key \
         reveal the new one.",
    );
    field::explanation(
        ui,
        "Backups beside the file (NAME.vstore.bak1 and so on) and copies elsewhere are not \
         changed: the old passwords still open them. Delete any that must not be read.",
    );
    if security.slots.len() > 1 {
        let names: Vec<_> = security.slots.iter().map(KeySlot::title).collect();
        let words = format!(
            "Of {}, only the one you enter is kept. Add the others again afterwards.",
            names.join(", ")
        );
        field::caution(ui, &words);
    }
}
