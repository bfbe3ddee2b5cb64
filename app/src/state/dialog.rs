//! Dialogs: plain data in; the answers are commands. What is typed in them is the dialogs' own.

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
    /// The searches that the file keeps by name.
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
    /// An open edit, or a database that has no file yet, before it is closed.
    SaveBeforeClosing {
        /// The name of the database.
        name: String,
        /// An edit is open and valid or not.
        draft: Option<String>,
        /// The database has no file and is not empty.
        no_file: bool,
        /// The number of changes that the file did not take.
        waiting: usize,
        /// The database is locked: the changes are sealed in memory and can only be given up.
        locked: bool,
        /// What comes next.
        then: AfterClose,
    },
    /// Place and password of a copy, or of a database that has no file yet.
    SaveAs {
        /// Where.
        path: PathBuf,
        /// Key derivation and writing are under way.
        busy: bool,
        /// Why the last attempt failed.
        problem: Option<Problem>,
        /// What comes after it was saved.
        then: Option<AfterClose>,
    },
    /// Another password for the open file.
    ChangePassword {
        /// Key derivation is under way.
        busy: bool,
        /// Why the last attempt failed.
        problem: Option<Problem>,
    },
    /// Bringing what is left of a damaged file into a new one.
    Salvage(Box<super::Salvage>),
    /// Putting the backup of its header back into a file.
    RestoreHeader(Box<super::Restore>),
    /// What reading the open file whole showed.
    Check(super::Check),
    /// What opens the open file.
    Security(Box<super::Security>),
    /// Data to import: how, with a preview.
    Import {
        /// What is imported and how.
        plan: ImportPlan,
        /// The first records that the plan makes, once they are known.
        preview: Option<Result<ImportPreview, String>>,
    },
    /// What an import did, record by record.
    ImportReport {
        /// The task that imported.
        task: TaskId,
        /// What was imported: `Import films.json`.
        title: String,
        /// The account.
        report: Arc<ImportReport>,
    },
    /// What to export, and how. Warns that the file is not encrypted.
    Export {
        /// What and how; the path is asked for last.
        plan: ExportPlan,
        /// How many records.
        count: usize,
    },
    /// A file stands where an export is to go.
    ReplaceFile {
        /// The file.
        existing: Box<Existing>,
        /// What is exported if it may be replaced.
        plan: ExportPlan,
    },
    /// A field for a path, where no native file dialog answers.
    PathField {
        /// What the path is for.
        purpose: FilePurpose,
        /// What stands in it at first; empty for nothing.
        suggested: String,
    },
    /// Something that needs more room than a notice.
    Message {
        /// The heading.
        title: String,
        /// The text.
        text: String,
    },
}

/// What happens when a database was closed.
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
