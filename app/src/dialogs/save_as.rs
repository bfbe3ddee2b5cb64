//! Asks for the password of a copy, or of a database that has no file yet.

use std::path::Path;

use egui::{Context, Id};
use vstore::target::Consent;

use super::frame;
use crate::command::{Commands, FileCommand};
use crate::forms::{KeyFileField, NewPassword};
use crate::state::{OpenStore, Problem, Secret};
use crate::theme::icons;
use crate::view::AppView;
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The contents of the form.
#[derive(Debug, Default)]
pub(super) struct SaveAsForm {
    password: NewPassword,
    key_file: KeyFileField,
    started: bool,
}

pub(super) fn show(
    ctx: &Context,
    form: &mut SaveAsForm,
    (path, busy, problem): (&Path, bool, Option<&Problem>),
    view: AppView<'_>,
    commands: &mut Commands,
) {
    if !std::mem::replace(&mut form.started, true) {
        form.password.focus();
    }
    let replaces = match problem {
        Some(Problem::Replaces(existing)) if !busy => Some(existing),
        _ => None,
    };
    let save = if replaces.is_some() {
        "Replace"
    } else if form.password.is_warning() {
        "Continue anyway"
    } else {
        "Save"
    };
    let buttons = [
        DialogButton::secondary("Cancel"),
        if replaces.is_some() {
            DialogButton::danger(save)
        } else {
            DialogButton::primary(save).enabled(!busy)
        },
    ];
    let title = format!("Save as {}", OpenStore::title_of(path));
    let folder = path.parent().map(|folder| folder.to_string_lossy());
    let shown = DialogFrame::new(frame::id("save as"), &title)
        .icon(icons::FLOPPY_DISK)
        .subtitle(folder.as_deref().unwrap_or_default())
        .show(ctx, &buttons, |ui| {
            let submitted = ui
                .add_enabled_ui(!busy, |ui| {
                    let shown = form.password.show(ui, Id::unique("save as password"));
                    let title = "Key file (in addition to the password)";
                    let id = Id::unique("save as key file");
                    form.key_file.show(ui, id, title, view, commands);
                    shown.submitted
                })
                .inner;
            frame::derivation(ui, busy, problem) && submitted
        });
    if shown.cancelled || shown.clicked == Some(0) {
        frame::leave(commands, busy);
    } else if (shown.inner || shown.clicked == Some(1))
        && let Some(password) = form.password.confirm()
    {
        commands.push(FileCommand::SaveCopy {
            path: path.to_owned(),
            secret: Secret {
                password,
                key_file: form.key_file.path(),
            },
            // The problem is shown above the button, whose label says that it will be overridden.
            consent: replaces.map_or(Consent::NotAsked, |existing| {
                Consent::Replace((**existing).clone())
            }),
        });
    }
}
