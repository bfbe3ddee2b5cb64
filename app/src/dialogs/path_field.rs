//! A text field for a path, used when no native file dialog is available.

use std::path::Path;

use egui::Context;

use super::frame;
use crate::command::{Commands, FileCommand};
use crate::state::FilePurpose;
use crate::theme::{icons, type_scale};
use crate::typed_path::{UserFolders, path_in};
use crate::view::AppView;
use crate::widgets::field::{self, TextField};
use crate::widgets::modal::{DialogButton, DialogFrame};

/// The path as typed.
#[derive(Debug, Default)]
pub(super) struct PathForm {
    path: String,
    started: bool,
}

/// Title, hint and button label for a purpose.
pub(super) const fn words(purpose: FilePurpose) -> (&'static str, &'static str, &'static str) {
    match purpose {
        FilePurpose::Open => ("Open a database", "notes.vstore", "Open"),
        FilePurpose::OpenReadOnly => ("Open read-only", "notes.vstore", "Open"),
        FilePurpose::Create => ("Location of the new database", "notes.vstore", "Choose"),
        FilePurpose::SaveAs => ("Save as", "copy.vstore", "Continue"),
        FilePurpose::KeyFile => ("Key file", "my.key", "Choose"),
        FilePurpose::NewKeyFile => ("Create a key file", "my.key", "Create"),
        FilePurpose::HeaderBackup => ("Save a header backup", "notes.vstore-header", "Save"),
        FilePurpose::OpenHeaderBackup => ("Header backup", "notes.vstore-header", "Choose"),
        FilePurpose::Damaged => ("Salvage a damaged file", "notes.vstore", "Continue"),
        FilePurpose::Import => ("Import", "data.json", "Continue"),
        FilePurpose::Export => ("Export", "data.json", "Export"),
    }
}

/// The folder that a relative path refers to: that of the proposed file, or the documents folder
/// for a file to be written. A path to open is used as typed.
fn base<'a>(
    purpose: FilePurpose,
    suggested: &'a str,
    folders: &'a UserFolders,
) -> Option<&'a Path> {
    match purpose {
        FilePurpose::Create
        | FilePurpose::SaveAs
        | FilePurpose::NewKeyFile
        | FilePurpose::HeaderBackup
        | FilePurpose::Export => {
            let proposed = Path::new(suggested).parent();
            let proposed = proposed.filter(|folder| folder.is_absolute());
            proposed.or(folders.documents.as_deref())
        }
        _ => None,
    }
}

pub(super) fn show(
    ctx: &Context,
    form: &mut PathForm,
    (purpose, suggested): (FilePurpose, &str),
    view: AppView<'_>,
    commands: &mut Commands,
) {
    let starts = !std::mem::replace(&mut form.started, true);
    if starts {
        suggested.clone_into(&mut form.path);
    }
    let (title, hint, verb) = words(purpose);
    let base = base(purpose, suggested, view.folders);
    let path = path_in(&form.path, base);
    let buttons = [
        DialogButton::secondary("Cancel"),
        DialogButton::primary(verb).enabled(path.is_some()),
    ];
    let shown = DialogFrame::new(frame::id("path"), title)
        .icon(icons::FOLDER_OPEN)
        .subtitle("The system's file dialog is not available")
        .show(ctx, &buttons, |ui| {
            let field = TextField::new(frame::field_id("path"), "Path").hint(hint);
            let response = field.show(ui, &mut form.path);
            if starts {
                response.request_focus();
                field::select_all(ui.ctx(), frame::field_id("path"), &form.path);
            }
            // The typed text may be relative: this line, which is always there, shows the whole
            // path.
            let whole = path.as_deref().map(Path::to_string_lossy);
            let whole = whole.filter(|whole| **whole != *form.path.trim());
            let whole = whole.map(|whole| type_scale::one_name(&whole));
            field::explanation(ui, whole.as_deref().unwrap_or(" "));
        });
    if shown.cancelled || shown.clicked == Some(0) {
        frame::close(commands);
    } else if let (Some(1), Some(path)) = (shown.clicked, path) {
        commands.push(FileCommand::Picked { purpose, path });
    }
}
