//! The system's file dialog, on a thread of its own.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rfd::FileDialog;

use super::harden::Visible;
use crate::state::FilePurpose;
use crate::typed_path::UserFolders;
use crate::update::FileAnswer;

/// Nobody closes a dialog faster than this: it was not shown. The library does not distinguish
/// cancelling from failing.
const UNSEEN: Duration = Duration::from_millis(120);

/// Shows a file dialog and calls `answer` from another thread when it is closed.
pub fn ask_for_file(
    purpose: FilePurpose,
    name: Option<String>,
    folder: Option<PathBuf>,
    answer: impl Fn(FileAnswer) + Send + Clone + 'static,
) {
    let on_failure = answer.clone();
    let proposed = proposed(name.as_deref(), folder.clone());
    if !can_ask() {
        answer(FileAnswer::Unavailable(proposed));
        return;
    }
    let proposed_later = proposed.clone();
    let work = move || {
        let shown_at = Instant::now();
        let mut dialog = FileDialog::new();
        if let Some(name) = name {
            dialog = dialog.set_file_name(name);
        }
        if let Some(folder) = folder {
            dialog = dialog.set_directory(folder);
        }
        let visible = Visible::new();
        let picked = show(dialog, purpose);
        drop(visible);
        answer(match picked {
            Some(path) => FileAnswer::Picked(path),
            None if shown_at.elapsed() < UNSEEN => FileAnswer::Unavailable(proposed_later),
            None => FileAnswer::Cancelled,
        });
    };
    if thread::Builder::new()
        .name("file-dialog".to_owned())
        .spawn(work)
        .is_err()
    {
        on_failure(FileAnswer::Unavailable(proposed));
    }
}

/// Whether a file dialog can be shown. Trying may take longer than closing a dialog immediately.
#[cfg(not(target_os = "linux"))]
const fn can_ask() -> bool {
    true
}

/// On Linux the portal on the session bus shows it, or `zenity`.
#[cfg(target_os = "linux")]
fn can_ask() -> bool {
    use std::env;

    let bus = env::var_os("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("bus"));
    let has_bus = env::var_os("DBUS_SESSION_BUS_ADDRESS")
        .is_some_and(|address| !address.is_empty())
        || bus.is_some_and(|bus| bus.exists());
    let has_zenity = || {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|folder| folder.join("zenity").is_file())
    };
    has_bus || has_zenity()
}

/// The user's folders. Reads their configuration, which is too slow for a frame.
pub fn user_folders() -> UserFolders {
    let Some(user) = directories::UserDirs::new() else {
        return UserFolders::default();
    };
    let home = user.home_dir();
    let documents = user.document_dir().filter(|folder| folder.is_dir());
    UserFolders {
        documents: Some(documents.unwrap_or(home).to_path_buf()),
    }
}

/// The suggested path of a new file: beside the open one, or in the documents folder. Empty for
/// files to be opened.
fn proposed(name: Option<&str>, folder: Option<PathBuf>) -> PathBuf {
    let Some(name) = name else {
        return PathBuf::new();
    };
    let documents = || user_folders().documents;
    let folder = folder.or_else(documents).unwrap_or_default();
    folder.join(name)
}

fn show(dialog: FileDialog, purpose: FilePurpose) -> Option<PathBuf> {
    let databases = ["vstore"];
    let data = ["json", "ndjson", "jsonl"];
    match purpose {
        FilePurpose::Open | FilePurpose::OpenReadOnly => dialog
            .set_title("Open a database")
            .add_filter("VStore databases", &databases)
            .add_filter("All files", &["*"])
            .pick_file(),
        FilePurpose::Create => dialog
            .set_title("New database")
            .add_filter("VStore databases", &databases)
            .save_file(),
        FilePurpose::SaveAs => dialog
            .set_title("Save a copy as")
            .add_filter("VStore databases", &databases)
            .save_file(),
        FilePurpose::KeyFile => dialog.set_title("Choose a key file").pick_file(),
        FilePurpose::NewKeyFile => dialog
            .set_title("Create a key file")
            .add_filter("Key files", &["key"])
            .save_file(),
        FilePurpose::HeaderBackup => dialog
            .set_title("Save a backup of the header")
            .add_filter("Header backups", &["vstore-header"])
            .save_file(),
        FilePurpose::OpenHeaderBackup => dialog
            .set_title("Choose a backup of the header")
            .add_filter("Header backups", &["vstore-header"])
            .add_filter("All files", &["*"])
            .pick_file(),
        FilePurpose::Damaged => dialog
            .set_title("Choose the damaged file")
            .add_filter("VStore databases", &databases)
            .add_filter("All files", &["*"])
            .pick_file(),
        FilePurpose::Import => dialog
            .set_title("Import data")
            .add_filter("JSON and NDJSON", &data)
            .add_filter("All files", &["*"])
            .pick_file(),
        FilePurpose::Export => dialog
            .set_title("Export records")
            .add_filter("JSON", &["json"])
            .add_filter("NDJSON", &["ndjson"])
            .save_file(),
    }
}
