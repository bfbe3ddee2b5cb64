//! Everything the program can be asked to do, with what it needs for it.
//!
//! Panels, dialogs, menus and shortcuts queue commands; [`crate::update`] is the only place that
//! carries them out.

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

/// Something the user wants, by topic.
#[derive(Clone, Debug)]
pub enum Command {
    /// Databases: create, open, save, close.
    File(FileCommand),
    /// Records: edit, delete, undo.
    Record(RecordCommand),
    /// What the table shows, and in which order.
    Search(SearchCommand),
    /// What the file keeps about how it is looked at.
    Settings(SettingsCommand),
    /// Which records are meant.
    Selection(SelectionCommand),
    /// Panels, tabs, dialogs, notices, preferences.
    Layout(LayoutCommand),
    /// Locking and unlocking.
    Lock(LockCommand),
    /// Import, export, and background work.
    Transfer(TransferCommand),
    /// Passwords and keys of the open file.
    Security(SecurityCommand),
    /// Looking for damage, and what helps against it.
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
        /// A file that is there is overwritten.
        overwrite: bool,
    },
    /// Opens the sample database, which lives in memory.
    OpenSample,
    /// Shows the unlock page of a file, or offers to import it if it is none of ours.
    Open {
        /// The file.
        path: PathBuf,
        /// Without writing.
        read_only: bool,
    },
    /// Files were dropped on the window.
    Dropped(Vec<PathBuf>),
    /// Asks for a path with the system's file dialog, or with a field where there is none.
    PickFile(FilePurpose),
    /// A path was entered by hand in the field that stands in for a file dialog.
    Picked {
        /// What it is for.
        purpose: FilePurpose,
        /// The path.
        path: PathBuf,
    },
    /// Gives up opening or creating.
    CancelBusy,
    /// Brings the window to the front that has this file open.
    SwitchToWindow(PathBuf),
    /// Writes the file anew, without what is obsolete. Everything is saved already.
    Compact,
    /// Writes what could not be written.
    WriteAgain,
    /// Deletes what has expired by a clock that is doubted: somebody says that it is right.
    DeleteExpired,
    /// Leaves it hidden.
    KeepExpired,
    /// Goes on with a file that is not what was last open here.
    AcceptStanding,
    /// The window has the keyboard again: did another program change the file meanwhile?
    LookAtFile,
    /// Closes the file and asks for its password, to read it as it is now.
    Reload,
    /// Asks where to save a copy.
    SaveAs,
    /// Writes a copy with its own password and goes on with it.
    SaveCopy {
        /// Where.
        path: PathBuf,
        /// Its password.
        secret: Secret,
        /// What the person agreed to replace.
        consent: Consent,
    },
    /// Gives the open file another password.
    ChangePassword {
        /// The one it has.
        current: Secret,
        /// The one it gets.
        new: Secret,
    },
    /// Closes the database; asks first if something would be lost.
    Close(AfterClose),
    /// The answer to [`Dialog::SaveBeforeClosing`]: lose it.
    CloseWithoutSaving(AfterClose),
    /// The answer to [`Dialog::SaveBeforeClosing`]: save it, then close.
    SaveAndClose(AfterClose),
    /// Takes a file from the recent list.
    ForgetRecent(PathBuf),
    /// Empties the recent list.
    ClearRecent,
}

/// Records: edit, delete, undo. Whatever stands for a record that is gone does nothing.
#[derive(Clone, Debug)]
pub enum RecordCommand {
    /// Starts a draft of a new record; its key starts with the prefix.
    New {
        /// What the key starts with.
        prefix: String,
    },
    /// Starts a draft of a record.
    Edit(Key),
    /// Brings the open edit into sight.
    ShowDraft,
    /// The draft was typed in.
    EditDraft {
        /// The key as it stands now.
        key: String,
        /// The text as it stands now.
        text: String,
    },
    /// The draft's expiry was chosen.
    SetDraftExpiry(Option<Millis>),
    /// Writes the draft.
    CommitDraft,
    /// Throws the draft away.
    DiscardDraft,
    /// Makes the draft continue from the record as it is now, keeping what was typed.
    RebaseDraft,
    /// Says that a single value is too large to be edited.
    LeafTooLarge,
    /// Puts a value at a place inside a record's value.
    SetLeaf {
        /// Which record.
        key: Key,
        /// Where; empty: the whole value.
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
    /// Copies a record under a key that is free and selects it.
    Duplicate(Key),
    /// Gives a record another key.
    Rename {
        /// The key it has.
        from: Key,
        /// The key it gets.
        to: Key,
    },
    /// Deletes what is selected; asks first if that is more than one record.
    DeleteSelected,
    /// Deletes records without asking.
    Delete(Scope),
    /// Sets or clears the expiry of records.
    SetExpiry {
        /// Which records.
        scope: Scope,
        /// When; `None`: never.
        expires_at: Option<Millis>,
    },
    /// Takes the last change back.
    Undo,
    /// Makes the last change that was taken back again.
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
    /// What stands at a place inside a record's value.
    Leaf {
        /// Which record.
        key: Key,
        /// Where.
        location: Location,
    },
    /// The path of a place inside a value.
    Path(Location),
    /// Any text.
    Text(String),
}

/// What the file keeps about how it is looked at, beside columns and order.
#[derive(Clone, Debug)]
pub enum SettingsCommand {
    /// Keeps the search that is asked now under a name.
    SaveSearch {
        /// The name; a search that has it gives way.
        name: String,
    },
    /// Gives a saved search another name.
    RenameSearch {
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// Forgets a saved search.
    DeleteSearch(String),
    /// Notes the search that is asked now among the recent ones.
    RememberSearch,
    /// Forgets the recent searches.
    ForgetRecentSearches,
    /// Asks a saved or recent search.
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
        /// To the right, else to the left.
        right: bool,
    },
    /// Another delimiter between the parts of keys, one of [`crate::state::DELIMITERS`].
    SetDelimiter(char),
}

/// What the table shows, and in which order.
#[derive(Clone, Debug)]
pub enum SearchCommand {
    /// The search box was typed in.
    SetText(String),
    /// Words match in another way.
    SetMode(Mode),
    /// Empties the search box.
    Clear,
    /// Adds a condition to the query, where the user sees it: `genres[]="Comedy"`. One about the
    /// same path that was added like this goes.
    AddFilter(String),
    /// Adds a condition as [`AddFilter`](Self::AddFilter) does, or takes it away if it is there.
    ToggleFilter(String),
    /// Excludes what meets a condition, or does not any more.
    ToggleExclusion(String),
    /// Asks the search again that was asked before this one, or with `false` the one after it.
    Back(bool),
    /// Selects the first row once what is asked is answered, unless a row is chosen.
    TakeFirst,
    /// Orders the table.
    Sort(Sort),
    /// Whether the order stays when a search begins.
    KeepOrder(bool),
    /// Adds or removes the column of a path.
    ToggleColumn(Column),
    /// Shows what stands at a path; `None`: nothing.
    SelectPath(Option<Path>),
    /// Looks for keys that have these letters.
    Jump(String),
    /// Tells why a record is among the hits.
    WhyHit(Key),
    /// Counts what stands there in all records, or in those that the search found.
    CountWithin(FacetScope),
    /// Opens or closes a namespace in the tree.
    ExpandNamespace {
        /// Its prefix.
        prefix: String,
        /// Open.
        expanded: bool,
    },
    /// Asks anew for everything on screen.
    Refresh,
}

/// Which records are meant. Rows are those of the listing on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionCommand {
    /// This row and nothing else.
    Only(usize),
    /// Adds or removes this row.
    Toggle(usize),
    /// These rows and nothing else; the cursor goes to the second value.
    Range(Range<usize>, usize),
    /// These rows too; the cursor goes to the second value.
    AddRange(Range<usize>, usize),
    /// Moves the cursor and leaves the selection.
    Cursor(usize),
    /// This record, wherever its row is.
    Key(Key),
    /// This record, in its row: a search that does not find it is cleared.
    GoTo(Key),
    /// Every row of the table.
    All,
    /// Nothing.
    None,
    /// The next row (of a search result).
    Next,
    /// The row before.
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
    /// Shows a form of the record.
    ShowDetail(DetailTab),
    /// Gives the keyboard to a part of the window.
    Focus(FocusTarget),
    /// Gives the keyboard to the next part of the window.
    FocusNext,
    /// Shows a dialog when no other is shown.
    OpenDialog(Box<Dialog>),
    /// Closes the dialog that is shown.
    CloseDialog,
    /// Takes a notice away.
    DismissNotice(NoticeId),
    /// Changes a preference.
    Set(Preference),
    /// The window was resized (points) or maximised.
    WindowResized {
        /// Its size.
        size: [f32; 2],
        /// It fills the screen.
        maximised: bool,
    },
}

/// A preference with its new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// Dark, light, or as the system says.
    Theme(ThemeChoice),
    /// How high rows are.
    Density(Density),
    /// Minutes without input after which the database is locked; 0: never.
    LockAfterMinutes(u16),
    /// Lock when the window is minimised.
    LockWhenMinimised(bool),
    /// Lock when the screen is locked or the computer goes to sleep.
    LockWithSystem(bool),
    /// How many generations of a file are kept as backups.
    Backups(u8),
    /// Whether recent files may be remembered. Turning it off forgets them.
    RememberRecent(bool),
    /// A top-level integer `expireAt` sets the expiry.
    HonourExpireAt(bool),
    /// No motion.
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
        /// Without writing.
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
    /// Imports.
    Import(ImportPlan),
    /// Shows the export form.
    PlanExport(Scope),
    /// The export form was changed.
    ChangeExportPlan(ExportPlan),
    /// Exports; asks for the path if the plan has none.
    Export(ExportPlan),
    /// Asks a task to stop.
    Cancel(TaskId),
    /// Forgets tasks that no longer run.
    ClearFinished,
    /// Shows what an import did.
    ShowReport(TaskId),
    /// Copies what an import did, as text.
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

/// Commands that wait to be carried out, first in, first out. Each remembers who asked for it.
#[derive(Debug, Default)]
pub struct Commands {
    queue: VecDeque<Queued>,
}

/// A command and the line of code that asked for it.
#[derive(Debug)]
pub struct Queued {
    /// What is asked.
    pub command: Command,
    /// By whom.
    pub caller: &'static Caller<'static>,
}

impl Commands {
    /// Asks for something. It happens after everything that was asked for before.
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

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_leave_in_the_order_they_came() {
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
