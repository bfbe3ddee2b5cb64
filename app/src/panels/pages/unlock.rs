//! The card that asks for the password of a file.

use std::path::PathBuf;

use egui::{Id, Key, Modifiers, RichText, Ui, vec2};
use jiff::tz::TimeZone;
use vstore::Millis;

use super::card::{card, heading};
use super::damage_check::check_ui;
use super::problem::ProblemData;
use super::start::{day, folder};
use crate::command::{Commands, FileCommand, LockCommand};
use crate::format;
use crate::forms::{KeyFileField, busy_line};
use crate::state::{AfterClose, BusyPhase, FocusTarget, OpenStore, Problem, Secret, UnlockPage};
use crate::theme::{Tokens, icons, metrics, type_scale};
use crate::view::AppView;
use crate::widgets::button::Button;
use crate::widgets::field;
use crate::widgets::password::PasswordField;
use crate::widgets::row_ends::Ends;

/// Height for messages about the password: two lines, or the progress of opening the file.
const NOTES: f32 = 36.0;

/// The contents of the page. The password never reaches the toolkit's text field.
#[derive(Debug, Default)]
pub(super) struct UnlockForm {
    path: PathBuf,
    password: PasswordField,
    key_file: KeyFileField,
    attempts_seen: u32,
    wants_focus: bool,
}

/// What the card shows besides the form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UnlockData {
    pub(super) name: String,
    pub(super) second: String,
    pub(super) read_only: bool,
    pub(super) busy: Option<BusyPhase>,
    /// Why the last attempt failed.
    pub(super) problem: Option<Problem>,
    /// The changes kept for the file until it is unlocked, in a sentence.
    pub(super) kept: Option<String>,
}

impl UnlockData {
    pub(super) fn new(page: &UnlockPage, view: AppView<'_>, zone: &TimeZone) -> Self {
        let opened = view.prefs.recent.iter().find(|file| file.path == page.path);
        let mut parts: Vec<String> = folder(&page.path).into_iter().collect();
        parts.extend(page.len.map(format::bytes));
        if page.was_locked {
            parts.push("locked".to_owned());
        } else if let Some(opened) = opened {
            parts.push(format!(
                "opened {}",
                day(Millis(opened.opened_at), view.now, zone)
            ));
        }
        if page.read_only {
            parts.push("read-only".to_owned());
        }
        Self {
            name: OpenStore::title_of(&page.path),
            second: parts.join(" · "),
            read_only: page.read_only,
            busy: page.busy,
            problem: page.problem.clone(),
            kept: kept(page, view),
        }
    }
}

/// The changes that could not be written before the file was locked.
fn kept(page: &UnlockPage, view: AppView<'_>) -> Option<String> {
    let kept = view.kept_aside.iter().filter(|kept| kept.path == page.path);
    let (count, outlive) = kept.fold((0, true), |(count, outlive), kept| {
        (count + kept.changes, outlive && kept.outlives_program)
    });
    if count == 0 {
        return None;
    }
    let changes = format::counted(count as u64, "change");
    let end = if outlive {
        ""
    } else {
        " Do not quit VStore until then."
    };
    Some(format!(
        "{changes} could not be written. Unlocking the file tries again.{end}"
    ))
}

impl UnlockForm {
    /// Empties the form.
    pub(super) fn clear(&mut self) {
        self.password.clear();
        self.key_file.clear();
        self.path = PathBuf::new();
        self.attempts_seen = 0;
    }

    /// Empties the password and keeps the rest, for when the user is away.
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
        page: &UnlockPage,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        self.follow(page, view);
        let data = UnlockData::new(page, view, &TimeZone::system());
        let id = Id::unique("unlock");
        if let Some(problem) = page.problem.as_ref().filter(|problem| problem.is_final()) {
            let problem = ProblemData::new(problem, page, view.now, &TimeZone::system());
            let label = "File cannot be opened";
            card(ui, id.with("problem"), label, |ui| {
                let closer_look = |ui: &mut Ui, commands: &mut Commands| {
                    if problem.can_be_checked {
                        self.check(ui, page, view, commands);
                    }
                };
                super::problem::problem_ui(ui, &problem, closer_look, commands);
            });
            return;
        }
        let label = format!("Unlock {}", data.name);
        card(ui, id, &label, |ui| {
            self.form(ui, &data, page, view, commands);
        });
    }

    fn check(
        &mut self,
        ui: &mut Ui,
        page: &UnlockPage,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        let key_file = self.key_file.path();
        let secret = |password: &PasswordField| Secret {
            password: password.to_secret(),
            key_file,
        };
        let check = page.check.as_ref();
        check_ui(ui, check, &mut self.password, secret, view, commands);
    }

    /// Reacts to another file, a failed attempt, or a request for the focus.
    fn follow(&mut self, page: &UnlockPage, view: AppView<'_>) {
        if self.path != page.path {
            self.clear();
            self.path.clone_from(&page.path);
            self.wants_focus = true;
        }
        if page.needs_key_file == Some(true) {
            self.key_file.open();
        }
        if self.attempts_seen < page.attempts || view.takes_focus(FocusTarget::Password) {
            self.attempts_seen = page.attempts;
            self.password.select_all();
            self.wants_focus = true;
        }
    }

    fn form(
        &mut self,
        ui: &mut Ui,
        data: &UnlockData,
        page: &UnlockPage,
        view: AppView<'_>,
        commands: &mut Commands,
    ) {
        let tokens = Tokens::of(ui);
        heading(
            ui,
            icons::LOCK_SIMPLE,
            tokens.accent,
            &data.name,
            &data.second,
        );
        let idle = data.busy.is_none();
        let submitted = ui
            .add_enabled_ui(idle, |ui| {
                let submitted = self.password_field(ui, data, idle);
                let title = "Key file";
                self.key_file
                    .show(ui, Id::unique("unlock key file"), title, view, commands);
                submitted
            })
            .inner;
        if let Some(kept) = &data.kept {
            ui.add_space(metrics::SPACE_8);
            field::caution(ui, kept);
        }
        ui.add_space(metrics::SPACE_8);
        let pressed = self.buttons(ui, data, page, commands);
        if submitted || pressed.is_some() {
            self.submit(pressed.unwrap_or(data.read_only), commands);
        }
        self.escape(ui, idle, commands);
    }

    fn password_field(&mut self, ui: &mut Ui, data: &UnlockData, idle: bool) -> bool {
        field::label(ui, "Password");
        let wrong = data.problem == Some(Problem::WrongPassword) && idle;
        let id = Id::unique("unlock password");
        let shown = self.password.show(ui, id, "Password", wrong);
        if idle && std::mem::take(&mut self.wants_focus) {
            shown.response.request_focus();
        }
        // All messages about the password share one place, so that nothing below it moves on
        // submit.
        let size = vec2(ui.available_width(), NOTES);
        ui.allocate_ui(size, |ui| {
            ui.set_min_height(NOTES);
            if let Some(phase) = data.busy {
                busy_line(ui, Id::unique("unlock progress"), phase);
            } else {
                self.notes(ui, data, idle);
            }
        });
        shown.submitted
    }

    fn notes(&self, ui: &mut Ui, data: &UnlockData, idle: bool) {
        let caps_lock = self.password.caps_lock();
        match &data.problem {
            Some(problem) if idle => {
                let hint = if caps_lock && *problem == Problem::WrongPassword {
                    " Caps Lock may be on."
                } else {
                    ""
                };
                field::problem(ui, &format!("{}{hint}", problem.text()));
            }
            _ if caps_lock && idle => {
                field::caution(ui, "Caps Lock may be on.");
            }
            _ if self.password.is_full() => {
                field::caution(ui, "The password has reached its maximum length.");
            }
            _ => {}
        }
    }

    /// If one of the opening buttons was pressed, returns whether to open read-only.
    fn buttons(
        &self,
        ui: &mut Ui,
        data: &UnlockData,
        page: &UnlockPage,
        commands: &mut Commands,
    ) -> Option<bool> {
        let tokens = Tokens::of(ui);
        let idle = data.busy.is_none();
        let ready = idle && !self.password.is_empty();
        let mut pressed = None;
        let ends = Ends::new(ui, "unlock buttons", metrics::BUTTON);
        ends.start(ui, |ui| {
            if data.read_only {
                let note = RichText::new("Opens read-only").color(tokens.muted);
                ui.label(note.font(type_scale::body()));
            } else if idle {
                let hint = "View the records without changing the file";
                let button = Button::link("Open read-only").hint(hint);
                if button.show(ui).clicked() {
                    if ready {
                        pressed = Some(true);
                    } else {
                        commands.push(FileCommand::Open {
                            path: page.path.clone(),
                            read_only: true,
                        });
                    }
                }
            }
        });
        ends.end(ui, |ui| {
            let stop = Button::secondary("Cancel").min_width(68.0);
            if stop.show(ui).clicked() {
                cancel(idle, commands);
            }
            let unlock = |ui: &mut Ui| Button::primary("Unlock").min_width(80.0).show(ui);
            if ui.add_enabled_ui(ready, unlock).inner.clicked() {
                pressed = Some(data.read_only);
            }
        });
        pressed
    }

    fn submit(&mut self, read_only: bool, commands: &mut Commands) {
        self.password.hide();
        if self.password.is_empty() {
            return;
        }
        let secret = Secret {
            password: self.password.to_secret(),
            key_file: self.key_file.path(),
        };
        commands.push(LockCommand::Unlock { secret, read_only });
    }

    /// Esc first stops a running attempt, then empties the field; it never leaves the page.
    fn escape(&mut self, ui: &Ui, idle: bool, commands: &mut Commands) {
        if idle && self.password.is_empty() {
            return;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            if idle {
                self.password.clear();
                self.wants_focus = true;
            } else {
                commands.push(FileCommand::CancelBusy);
            }
        }
    }
}

fn cancel(idle: bool, commands: &mut Commands) {
    if idle {
        commands.push(FileCommand::Close(AfterClose::Welcome));
    } else {
        commands.push(FileCommand::CancelBusy);
    }
}
