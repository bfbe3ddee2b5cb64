//! Dialogs as plain data; their answers are commands. The dialogs themselves keep the text typed in
//! them.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::Key;
use vstore::target::Existing;

use super::{
    ExportPlan, FilePurpose, ImportPlan, ImportPreview, ImportReport, Problem, Scope, TaskId,
    WhyHit,
};

/// A question or a form over the window.
#[derive(Clone, Debug)]
pub enum Dialog {
    /// Every action, found by typing.
    Palette,
    /// Keys, found by a few of their letters.
    GoToKey,
    /// Why a record is among the hits.
    WhyHit(Box<WhyHit>),
    /// Every shortcut.
    Shortcuts,
    /// Preferences.
    Settings,
    /// The saved searches of the file.
    SavedSearches,
    /// Name, version, licences.
    About,
    /// A new key for a record.
    Rename {
        /// Its key.
        from: Key,
    },
    /// An expiry for records.
    Expiry {
        /// Which records.
        scope: Scope,
    },
    /// An expiry for the record that is being added.
    DraftExpiry,
    /// Deleting more than one record.
    ConfirmDelete {
        /// Which records.
        scope: Scope,
        /// How many.
        count: usize,
        /// The first few keys.
        sample: Vec<Key>,
    },
    /// Asks what to do with an open edit, or a database without a file, before closing.
    SaveBeforeClosing {
        /// The name of the database.
        name: String,
        /// The key of the open edit, valid or not.
        draft: Option<String>,
        /// The database has no file and is not empty.
        no_file: bool,
        /// The number of changes that the file did not take.
        waiting: usize,
        /// The database is locked: its changes are sealed in memory and can only be given up.
        locked: bool,
        /// What happens afterwards.
        then: AfterClose,
    },
    /// Path and password of a copy, or of a database without a file.
    SaveAs {
        /// Where.
        path: PathBuf,
        /// Key derivation or writing is running.
        busy: bool,
        /// Why the last attempt failed.
        problem: Option<Problem>,
        /// What happens after saving.
        then: Option<AfterClose>,
    },
    /// A new password for the open file.
    ChangePassword {
        /// Key derivation is running.
        busy: bool,
        /// Why the last attempt failed.
        problem: Option<Problem>,
    },
    /// Salvages a damaged file.
    Salvage(Box<super::Salvage>),
    /// Restores the header of a file from a backup.
    RestoreHeader(Box<super::Restore>),
    /// The result of checking the open file.
    Check(super::Check),
    /// Passwords and keys of the open file.
    Security(Box<super::Security>),
    /// Options for importing data, with a preview.
    Import {
        /// What is imported and how.
        plan: ImportPlan,
        /// The preview of the plan, once it is known.
        preview: Option<Result<ImportPreview, String>>,
    },
    /// The report of an import, record by record.
    ImportReport {
        /// The task that imported.
        task: TaskId,
        /// The title of the task: `Import films.json`.
        title: String,
        /// The report.
        report: Arc<ImportReport>,
    },
    /// What to export, and how. Warns that the file is not encrypted.
    Export {
        /// The plan; the path is asked for last.
        plan: ExportPlan,
        /// How many records.
        count: usize,
    },
    /// A file already exists where an export is to be written.
    ReplaceFile {
        /// The file.
        existing: Box<Existing>,
        /// What to export if it may be replaced.
        plan: ExportPlan,
    },
    /// A text field for a path, where there is no native file dialog.
    PathField {
        /// What the path is for.
        purpose: FilePurpose,
        /// The initial text; may be empty.
        suggested: String,
    },
    /// A message that is too long for a notice.
    Message {
        /// The heading.
        title: String,
        /// The text.
        text: String,
    },
}

/// What happens after a database was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterClose {
    /// The welcome page.
    Welcome,
    /// The form for a new database.
    NewDatabase,
    /// Another database.
    Open {
        /// Its file.
        path: PathBuf,
        /// Whether to open it without writing.
        read_only: bool,
    },
    /// The sample database.
    Sample,
    /// The program ends.
    Quit,
}
