//! Everything the program can be asked to do, with the data it needs.
//!
//! Panels, dialogs, menus and shortcuts queue commands; only [`crate::update`] executes them.

mod repair;
mod security;

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::Location as Caller;
use std::path::PathBuf;

use vstore::search::Mode;
use vstore::target::Consent;
use vstore::value::EncodedValue;
use vstore::{Key, Millis, Path};

use crate::state::{
    AfterClose, BottomTab, Column, ColumnKind, DetailTab, Dialog, ExportPlan, FacetScope,
    FilePurpose, FocusTarget, ImportPlan, Location, NoticeId, PanelSide, Query, Scope, Secret,
    Sort, TaskId, ThemeChoice,
};
use crate::theme::Density;

pub use repair::RepairCommand;
pub use security::SecurityCommand;

/// Something the user wants done, by topic.
#[derive(Clone, Debug)]
pub enum Command {
    /// Databases: create, open, save, close.
    File(FileCommand),
    /// Records: edit, delete, undo.
    Record(RecordCommand),
    /// What the table shows, and in which order.
    Search(SearchCommand),
    /// Saved searches, columns and other settings that the file keeps.
    Settings(SettingsCommand),
    /// Which records are selected.
    Selection(SelectionCommand),
    /// Panels, tabs, dialogs, notices, preferences.
    Layout(LayoutCommand),
    /// Locking and unlocking.
    Lock(LockCommand),
    /// Import, export, and background work.
    Transfer(TransferCommand),
    /// Passwords and keys of the open file.
    Security(SecurityCommand),
    /// Checks, and repairs of damaged files.
    Repair(RepairCommand),
}

/// Databases: create, open, save, close.
#[derive(Clone, Debug)]
pub enum FileCommand {
    /// Shows the form for a new database; closes the open one first.
    NewDatabase,
    /// Creates a database at a path and opens it.
    Create {
        /// Where.
        path: PathBuf,
        /// Its password.
        secret: Secret,
        /// Replace an existing file.
        overwrite: bool,
    },
    /// Opens the sample database, which exists in memory only.
    OpenSample,
    /// Shows the unlock page of a file, or offers to import it if it is not a VStore file.
    Open {
        /// The file.
        path: PathBuf,
        /// Open it without writing.
        read_only: bool,
    },
    /// Files were dropped on the window.
    Dropped(Vec<PathBuf>),
    /// Asks for a path with the system's file dialog, or with a text field where there is none.
    PickFile(FilePurpose),
    /// A path was entered in the text field that replaces the file dialog.
    Picked {
        /// The purpose.
        purpose: FilePurpose,
        /// The path.
        path: PathBuf,
    },
    /// Cancels opening or creating.
    CancelBusy,
    /// Brings the window that has this file open to the front.
    SwitchToWindow(PathBuf),
    /// Rewrites the file without obsolete data. Everything is already saved.
    Compact,
    /// Tries again to write changes that could not be written.
    WriteAgain,
    /// Deletes expired records although the clock is in doubt: the user confirms that it is right.
    DeleteExpired,
    /// Leaves expired records in the file, hidden.
    KeepExpired,
    /// Accepts a file that is not the version that was last open here.
    AcceptStanding,
    /// The window has regained focus: did another program change the file in the meantime?
    LookAtFile,
    /// Closes the file and asks for its password, to read its current contents.
    Reload,
    /// Asks where to save a copy.
    SaveAs,
    /// Saves a copy with its own password and continues with it.
    SaveCopy {
        /// Where.
        path: PathBuf,
        /// Its password.
        secret: Secret,
        /// What the user agreed to replace.
        consent: Consent,
    },
    /// Changes the password of the open file.
    ChangePassword {
        /// The current one.
        current: Secret,
        /// The new one.
        new: Secret,
    },
    /// Closes the database; asks first if changes would be lost.
    Close(AfterClose),
    /// The answer to [`Dialog::SaveBeforeClosing`]: close without saving.
    CloseWithoutSaving(AfterClose),
    /// The answer to [`Dialog::SaveBeforeClosing`]: save, then close.
    SaveAndClose(AfterClose),
    /// Removes a file from the recent list.
    ForgetRecent(PathBuf),
    /// Clears the recent list.
    ClearRecent,
}

/// Records: edit, delete, undo. A command about a record that no longer exists does nothing.
#[derive(Clone, Debug)]
pub enum RecordCommand {
    /// Starts a draft of a new record; its key starts with the prefix.
    New {
        /// What the key starts with.
        prefix: String,
    },
    /// Starts a draft of a record.
    Edit(Key),
    /// Scrolls to the open edit.
    ShowDraft,
    /// The text or key of the draft was changed.
    EditDraft {
        /// The current key.
        key: String,
        /// The current text.
        text: String,
    },
    /// The expiry of the draft was chosen.
    SetDraftExpiry(Option<Millis>),
    /// Saves the draft.
    CommitDraft,
    /// Discards the draft.
    DiscardDraft,
    /// Bases the draft on the current record, keeping what was typed.
    RebaseDraft,
    /// Reports that a single value is too large to be edited.
    LeafTooLarge,
    /// Replaces a part of a record's value.
    SetLeaf {
        /// Which record.
        key: Key,
        /// Where; empty for the whole value.
        location: Location,
        /// The new value.
        value: EncodedValue,
    },
    /// Removes an entry or element inside a record's value.
    RemoveLeaf {
        /// Which record.
        key: Key,
        /// Where.
        location: Location,
    },
    /// Adds an entry to a map (with a name) or an element to a list inside a record's value.
    AddLeaf {
        /// Which record.
        key: Key,
        /// The map or list.
        location: Location,
        /// The name of the entry.
        name: Option<String>,
        /// Its value.
        value: EncodedValue,
    },
    /// Puts a record.
    Put {
        /// Its key.
        key: Key,
        /// Its value.
        value: EncodedValue,
        /// Its expiry.
        expires_at: Option<Millis>,
    },
    /// Copies a record under a free key and selects the copy.
    Duplicate(Key),
    /// Changes the key of a record.
    Rename {
        /// The current key.
        from: Key,
        /// The new key.
        to: Key,
    },
    /// Deletes the selection; asks first if that is more than one record.
    DeleteSelected,
    /// Deletes records without asking.
    Delete(Scope),
    /// Sets or clears the expiry of records.
    SetExpiry {
        /// Which records.
        scope: Scope,
        /// When; `None` for never.
        expires_at: Option<Millis>,
    },
    /// Undoes the last change.
    Undo,
    /// Redoes the last undone change.
    Redo,
    /// Copies something about a record to the clipboard.
    Copy(CopyWhat),
}

/// What is copied to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyWhat {
    /// The value of the record under the cursor, as JSON.
    Value,
    /// The key of the record under the cursor.
    Key,
    /// The selected records as JSON.
    SelectedAsJson,
    /// A part of a record's value.
    Leaf {
        /// Which record.
        key: Key,
        /// Where.
        location: Location,
    },
    /// The path of a part of a value.
    Path(Location),
    /// Any text.
    Text(String),
}

/// Settings that the file keeps about its display, except columns and sort order.
#[derive(Clone, Debug)]
pub enum SettingsCommand {
    /// Saves the current search under a name.
    SaveSearch {
        /// The name; a search that already has it is replaced.
        name: String,
    },
    /// Renames a saved search.
    RenameSearch {
        /// The current name.
        from: String,
        /// The new name.
        to: String,
    },
    /// Deletes a saved search.
    DeleteSearch(String),
    /// Adds the current search to the recent ones.
    RememberSearch,
    /// Clears the recent searches.
    ForgetRecentSearches,
    /// Runs a saved or recent search.
    Search(Query),
    /// A column was dragged.
    ResizeColumn {
        /// Which.
        column: ColumnKind,
        /// Its width in points.
        width: f32,
    },
    /// Moves a column by one place.
    MoveColumn {
        /// Which.
        column: ColumnKind,
        /// To the right; otherwise to the left.
        right: bool,
    },
    /// Sets the delimiter between the parts of keys, one of [`crate::state::DELIMITERS`].
    SetDelimiter(char),
}

/// What the table shows, and in which order.
#[derive(Clone, Debug)]
pub enum SearchCommand {
    /// The text of the search box was changed.
    SetText(String),
    /// Sets how words match.
    SetMode(Mode),
    /// Clears the search box.
    Clear,
    /// Adds a condition to the query text, visible to the user: `genres[]="Comedy"`. It replaces
    /// one about the same path that was added this way.
    AddFilter(String),
    /// Adds a condition as [`AddFilter`](Self::AddFilter) does, or removes it if it is there.
    ToggleFilter(String),
    /// Excludes records that meet a condition, or stops excluding them.
    ToggleExclusion(String),
    /// Goes back to the search before this one, or with `false` forward to the one after it.
    Back(bool),
    /// Selects the first row once the search is answered, unless a row has been chosen.
    TakeFirst,
    /// Orders the table.
    Sort(Sort),
    /// Whether a new search keeps the current order.
    KeepOrder(bool),
    /// Adds or removes the column of a path.
    ToggleColumn(Column),
    /// Shows statistics of a path; `None` for none.
    SelectPath(Option<Path>),
    /// Finds keys that contain these letters.
    Jump(String),
    /// Explains why a record is among the hits.
    WhyHit(Key),
    /// Counts the values of the path in all records, or in those that the search found.
    CountWithin(FacetScope),
    /// Expands or collapses a namespace in the tree.
    ExpandNamespace {
        /// Its prefix.
        prefix: String,
        /// Expand it.
        expanded: bool,
    },
    /// Reloads everything on screen.
    Refresh,
}

/// Which records are selected. Rows are those of the listing on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionCommand {
    /// Selects this row and nothing else.
    Only(usize),
    /// Adds or removes this row.
    Toggle(usize),
    /// Selects these rows and nothing else; the cursor moves to the second value.
    Range(Range<usize>, usize),
    /// Adds these rows; the cursor moves to the second value.
    AddRange(Range<usize>, usize),
    /// Moves the cursor and keeps the selection.
    Cursor(usize),
    /// Selects this record, whatever its row.
    Key(Key),
    /// Goes to the row of this record and selects it; clears a search that does not find it.
    GoTo(Key),
    /// Selects every row of the table.
    All,
    /// Clears the selection.
    None,
    /// Goes to the next row (of a search result).
    Next,
    /// Goes to the previous row.
    Previous,
}

/// Panels, tabs, dialogs, notices, preferences.
#[derive(Clone, Debug)]
pub enum LayoutCommand {
    /// Shows or hides a panel.
    Toggle(PanelSide),
    /// A panel was dragged to a size in points.
    Resize(PanelSide, f32),
    /// Shows a tab of the bottom panel.
    ShowBottom(BottomTab),
    /// Shows another view of the record.
    ShowDetail(DetailTab),
    /// Moves keyboard focus to a part of the window.
    Focus(FocusTarget),
    /// Moves keyboard focus to the next part of the window.
    FocusNext,
    /// Shows a dialog, as soon as no other is shown.
    OpenDialog(Box<Dialog>),
    /// Closes the dialog that is shown.
    CloseDialog,
    /// Dismisses a notice.
    DismissNotice(NoticeId),
    /// Changes a preference.
    Set(Preference),
    /// The window was resized (points) or maximised.
    WindowResized {
        /// Its size.
        size: [f32; 2],
        /// Whether it is maximised.
        maximised: bool,
    },
}

/// A preference with its new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// Dark, light, or following the system.
    Theme(ThemeChoice),
    /// How high rows are.
    Density(Density),
    /// Minutes without input after which the database is locked; 0 for never.
    LockAfterMinutes(u16),
    /// Lock when the window is minimised.
    LockWhenMinimised(bool),
    /// Lock when the screen is locked or the computer goes to sleep.
    LockWithSystem(bool),
    /// How many generations of a file are kept as backups.
    Backups(u8),
    /// Whether recent files may be remembered. Turning it off forgets them.
    RememberRecent(bool),
    /// Whether a top-level integer `expireAt` in a value sets the expiry.
    HonourExpireAt(bool),
    /// Whether motion is reduced.
    ReducedMotion(bool),
}

/// Locking and unlocking.
#[derive(Clone, Debug)]
pub enum LockCommand {
    /// Locks the open file at once. An open edit is sealed in the file.
    Lock,
    /// Opens the file of the unlock page.
    Unlock {
        /// What opens it.
        secret: Secret,
        /// Open it without writing.
        read_only: bool,
    },
}

/// Import, export, and background work.
#[derive(Clone, Debug)]
pub enum TransferCommand {
    /// Shows the import form for a file.
    PlanImport(PathBuf),
    /// The import form was changed: makes a new preview.
    ChangeImportPlan(ImportPlan),
    /// Runs an import.
    Import(ImportPlan),
    /// Shows the export form.
    PlanExport(Scope),
    /// The export form was changed.
    ChangeExportPlan(ExportPlan),
    /// Exports; asks for the path if the plan has none.
    Export(ExportPlan),
    /// Cancels a task.
    Cancel(TaskId),
    /// Removes tasks that no longer run from the list.
    ClearFinished,
    /// Shows the report of an import.
    ShowReport(TaskId),
    /// Copies the report of an import, as text.
    CopyReport(TaskId),
}

macro_rules! from_topic {
    ($($topic:ident($command:ident)),+ $(,)?) => {$(
        impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$topic(command)
            }
        }
    )+};
}
from_topic!(
    File(FileCommand),
    Record(RecordCommand),
    Search(SearchCommand),
    Settings(SettingsCommand),
    Selection(SelectionCommand),
    Layout(LayoutCommand),
    Lock(LockCommand),
    Transfer(TransferCommand),
    Security(SecurityCommand),
    Repair(RepairCommand),
);

/// Commands that wait to be executed, first in, first out. Each remembers its caller.
#[derive(Debug, Default)]
pub struct Commands {
    queue: VecDeque<Queued>,
}

/// A command and the line of code that queued it.
#[derive(Debug)]
pub struct Queued {
    /// The command.
    pub command: Command,
    /// Where it was queued.
    pub caller: &'static Caller<'static>,
}

impl Commands {
    /// Queues a command. It is executed after everything queued before it.
    #[track_caller]
    pub fn push(&mut self, command: impl Into<Command>) {
        self.queue.push_back(Queued {
            command: command.into(),
            caller: Caller::caller(),
        });
    }

    /// Takes the oldest command.
    pub fn pop(&mut self) -> Option<Queued> {
        self.queue.pop_front()
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_leave_in_the_order_they_arrived() {
        let mut commands = Commands::default();
        commands.push(SelectionCommand::All);
        commands.push(SelectionCommand::None);
        let order: Vec<_> = std::iter::from_fn(|| commands.pop())
            .map(|queued| format!("{:?}", queued.command))
            .collect();
        assert_eq!(order, ["Selection(All)", "Selection(None)"]);
    }

    #[test]
    fn debug_never_prints_a_password() {
        let secret = Secret {
            password: "hunter2".to_owned().into(),
            key_file: None,
        };
        let command = Command::from(LockCommand::Unlock {
            secret,
            read_only: false,
        });
        assert!(!format!("{command:?}").contains("hunter2"));
    }
}
