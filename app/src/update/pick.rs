//! Asks for a path with the system's file dialog, and interprets file names.

use std::path::{Path, PathBuf};

use vstore::transfer::Format;

use super::Effects;
use crate::effect::Effect;
use crate::state::{Dialog, FilePurpose, State};

/// Shows the system's file dialog, unless one is open.
pub(super) fn pick(state: &mut State, purpose: FilePurpose) -> Effects {
    let has_subject = state.store().is_some() || !purpose.needs_open_database();
    if state.file_dialog.is_some() || !has_subject {
        return Effects::new();
    }
    state.file_dialog = Some(purpose);
    state.file_dialog_session = state.session();
    let stem = state.store().map(|store| {
        let title = Path::new(&store.title).file_stem().unwrap_or_default();
        title.to_string_lossy().into_owned()
    });
    let has_file = state.store().is_some_and(|store| store.path.is_some());
    let replaced = state.store().is_some_and(|store| store.changed_elsewhere);
    let name = match (purpose, stem) {
        (FilePurpose::Create, _) => Some("database.vstore".to_owned()),
        (FilePurpose::NewKeyFile, Some(stem)) => Some(format!("{stem}.key")),
        (FilePurpose::HeaderBackup, Some(stem)) => Some(format!("{stem}.vstore-header")),
        // Another program has put a file under the name itself.
        (FilePurpose::SaveAs, Some(stem)) if replaced => Some(format!("{stem} (mine).vstore")),
        // Never suggests the open file: a copy cannot replace it.
        (FilePurpose::SaveAs, Some(stem)) if has_file => Some(format!("{stem} copy.vstore")),
        (FilePurpose::SaveAs, Some(stem)) => Some(format!("{stem}.vstore")),
        (FilePurpose::Export, Some(stem)) => {
            let extension = export_extension(state);
            Some(format!("{stem}.{extension}"))
        }
        _ => None,
    };
    let folder = state
        .store()
        .and_then(|store| store.path.as_deref()?.parent());
    let folder = folder.map(Path::to_path_buf);
    vec![Effect::FileDialog {
        purpose,
        name,
        folder,
    }]
}

/// The extension of the file that the export form would write.
fn export_extension(state: &State) -> &'static str {
    match state.dialog() {
        Some(Dialog::Export { plan, .. }) => plan.format.extension(),
        _ => Format::default().extension(),
    }
}

/// Whether a file is imported, not opened, judging by its name.
pub(super) fn is_data(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["json", "ndjson", "jsonl"]
        .iter()
        .any(|data| ending == *data)
}

/// Adds an extension to a path that has none.
pub(super) fn with_ending(path: PathBuf, ending: &str) -> PathBuf {
    if path.extension().is_some() {
        path
    } else {
        path.with_extension(ending)
    }
}
