//! What the engine is asked and what it answers: closed enums of plain data.

use std::path::PathBuf;

use vstore::file::{Control, LockHolder, Standing, VerifyReport};
use vstore::search::CancelToken;
use vstore::target::Consent;
use vstore::value::EncodedValue;
use vstore::{
    ClockSuspect, Commit, Compaction, Indexing, Key, Merge, Millis, Snapshot, Verification,
    WriteBatch,
};

use super::draft::SealedDraft;
use super::edit::LeafEdit;
use crate::state::{
    ActivityEvent, BusyPhase, CommitSummary, History, ImportReport, KeptAside, KeyChange, KeySlot,
    Problem, RequestId, Secret, SecretText, Target, TaskId, Ticket, Unsaved,
};

/// Something the engine is asked. Requests are answered in order; one that has a [`RequestId`] is
/// answered by [`Reply::Settled`] exactly once, whatever becomes of it.
#[derive(Clone, Debug)]
pub enum Request {
    /// Looks at a file without a password.
    Probe(PathBuf),
    /// Opens a file.
    Open {
        /// Returned with the answer.
        ticket: Ticket,
        /// The file.
        path: PathBuf,
        /// What opens it.
        secret: Secret,
        /// Without writing.
        read_only: bool,
    },
    /// Creates a file and opens it.
    Create {
        /// Returned with the answer.
        ticket: Ticket,
        /// The file.
        path: PathBuf,
        /// Its password.
        secret: Secret,
        /// Replace a file that exists.
        overwrite: bool,
    },
    /// Opens the sample database.
    OpenSample {
        /// Returned with the answer.
        ticket: Ticket,
    },
    /// Opens an empty database without a file.
    OpenScratch {
        /// Returned with the answer.
        ticket: Ticket,
        /// What it is called.
        title: String,
    },
    /// Writes a copy with its own password and goes on with it.
    SaveAs {
        /// Returned with the answer.
        ticket: Ticket,
        /// The file.
        path: PathBuf,
        /// Its password.
        secret: Secret,
        /// The records on screen: what is saved if the engine has lost its store.
        snapshot: Snapshot,
        /// What the person agreed to replace.
        consent: Consent,
    },
    /// Commits a batch.
    Commit(WriteBatch),
    /// Commits what the editor holds. The editor keeps it until the commit arrives.
    SaveDraft {
        /// The change.
        batch: WriteBatch,
        /// The key of a new record, which must be free.
        new: Option<Key>,
    },
    /// Puts a record under a key that must be free.
    Add {
        /// Its key.
        key: Key,
        /// Its value.
        value: EncodedValue,
        /// Its expiry.
        expires_at: Option<Millis>,
    },
    /// Changes something inside a record's value.
    EditLeaf {
        /// Which record.
        key: Key,
        /// What.
        edit: LeafEdit,
    },
    /// Copies a record under a key that is free.
    Duplicate(Key),
    /// Deletes records.
    Delete(Target),
    /// Sets or clears the expiry of records.
    SetExpiry {
        /// Which records.
        target: Target,
        /// When.
        expires_at: Option<Millis>,
    },
    /// Commits what an import read.
    Import {
        /// The task it belongs to.
        task: TaskId,
        /// The records.
        batch: WriteBatch,
        /// What was read.
        report: ImportReport,
    },
    /// Does what else is asked as a task: a change to records of a number that takes its time.
    Watched(TaskId, Box<Self>),
    /// Takes the last change back.
    Undo,
    /// Makes it again.
    Redo,
    /// Writes what could not be written before.
    WriteAgain,
    /// Says that the clock is right: what has expired by it is deleted.
    ConfirmClock,
    /// Asks whether another program changed the open file.
    LookAtFile,
    /// Keeps this number of generations of the file as backups from now on.
    KeepBackups(u8),
    /// Writes the file anew.
    Compact(TaskId),
    /// Reads all of the open file and lists what is wrong with it.
    Check(TaskId),
    /// Changes a setting of the file. Nobody waits for it and it cannot be undone.
    SetSetting {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: EncodedValue,
    },
    /// Forgets the sealed edit: it was committed or thrown away.
    ForgetDraft,
    /// Gives the file another password.
    ChangePassword {
        /// The one it has.
        current: Secret,
        /// The one it gets.
        new: Secret,
    },
    /// Passwords and keys of the open file.
    Security(SecurityRequest),
    /// Drops keys and records; seals the open edit in the file first.
    Lock {
        /// The open edit.
        draft: Option<SealedDraft>,
    },
    /// Closes the store, unless more changes wait than the person knows of.
    Close {
        /// The number of waiting changes that are given up.
        giving_up: usize,
    },
}

/// How the engine dealt with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Done,
    /// It refused; nothing changed.
    Refused,
    /// The file did not take the change. Unless it is the editor's, it waits in the engine.
    NotWritten,
    /// The database that was meant is not open.
    NotOpen,
    /// The engine failed over it.
    Crashed,
}

/// What the engine says, and about which database.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The session of the database it is about; `None`: about none that is open.
    pub session: Option<Ticket>,
    /// What it says.
    pub reply: Reply,
}

/// What the engine says.
#[derive(Clone, Debug)]
pub enum Reply {
    /// What a file says about itself.
    Probed {
        /// The file.
        path: PathBuf,
        /// Its facts, or why it cannot be opened.
        facts: Result<FileFacts, Problem>,
    },
    /// How far opening, creating or saving is.
    Busy(Ticket, BusyPhase),
    /// The first records of a file that is still being read.
    Preview(Ticket, Preview),
    /// A store is open.
    Opened(Ticket, Box<OpenedStore>),
    /// No store was opened; one that is open stays so.
    NotOpened(Ticket, Problem),
    /// The user gave it up.
    Cancelled(Ticket),
    /// Something was committed.
    Committed(Box<Committed>),
    /// A request was dealt with, and how. The last answer to it.
    Settled(RequestId, Outcome),
    /// A change was refused, in words; nothing changed.
    Refused(String),
    /// An attempt to write failed; nothing changed.
    WriteFailed(Problem),
    /// All that is not in the file, whenever that changes.
    Unsaved(Unsaved),
    /// Changes that are kept for files that are not open, whenever that changes.
    KeptAside(Vec<KeptAside>),
    /// Whether another program changed the open file, or put another one in its place.
    ChangedElsewhere(bool),
    /// Records have expired by a clock that is far ahead of the file, and were not deleted; `None`:
    /// that is over.
    ClockSuspect(Option<ClockSuspect>),
    /// How far a task is.
    TaskProgress(TaskId, BusyPhase),
    /// A change that was watched is done, in words.
    TaskDone(TaskId, String),
    /// An import was committed.
    Imported(TaskId, ImportReport),
    /// The file was written anew; its length in bytes.
    Compacted(TaskId, u64),
    /// The open file was read whole, or why not, in words; `Err(None)`: it was cancelled.
    Checked(TaskId, Result<VerifyReport, Option<String>>),
    /// The file was written anew, but the one before could not be kept as a backup, in words.
    BackupFailed(String),
    /// A task was cancelled; nothing changed.
    TaskCancelled(TaskId),
    /// A task failed, in words; nothing changed.
    TaskFailed(TaskId, String),
    /// Indexes are being built: how far that is.
    Indexing(Indexing),
    /// The journal is so long that a compaction pays.
    CompactionAdvised,
    /// The password was changed, or why not.
    PasswordChanged(Result<(), Problem>),
    /// About passwords and keys of the open file.
    Security(SecurityReply),
    /// Keys and records are gone; why not everything that was unsaved could be kept, if so.
    Locked {
        /// In words.
        lost: Option<String>,
        /// The file: another than the window knows of if a copy was finished just before.
        path: Option<PathBuf>,
    },
    /// The store was not closed: changes wait that the person does not know of.
    NotClosed,
    /// The store is closed; what could not be written at the end, in words.
    Closed(Result<(), String>),
}

/// What a file says about itself without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Length in bytes.
    pub len: u64,
    /// Opening needs a key file as well.
    pub needs_key_file: bool,
    /// Another program has it open for writing.
    pub holder: Option<LockHolder>,
}

/// The first records of a file that is still being read, as of its last checkpoint.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The records.
    pub snapshot: Snapshot,
}

/// A store that was opened.
#[derive(Clone, Debug)]
pub struct OpenedStore {
    /// By which it is named from now on; that of a copy stays what it was.
    pub session: Ticket,
    /// What it is called.
    pub title: String,
    /// Its file.
    pub path: Option<PathBuf>,
    /// The key file that opened it.
    pub key_file: Option<PathBuf>,
    /// It cannot be written.
    pub read_only: bool,
    /// Its records.
    pub snapshot: Snapshot,
    /// An edit that was open when it was locked.
    pub draft: Option<SealedDraft>,
    /// What opening found, in words: a torn write, records that ran out meanwhile.
    pub notes: Vec<String>,
    /// How it compares with what was last open here.
    pub standing: Standing,
    /// It is a copy of the store that was open: what the window shows stays.
    pub is_copy: bool,
}

/// A commit that was made.
#[derive(Clone, Debug)]
pub struct Committed {
    /// What changed.
    pub commit: Commit,
    /// The records after it.
    pub snapshot: Snapshot,
    /// The rows of the activity panel.
    pub events: Vec<ActivityEvent>,
    /// What can be undone and redone now.
    pub history: History,
    /// What was done.
    pub summary: CommitSummary,
    /// A record that should be selected now.
    pub select: Option<Key>,
    /// The request it came from; `None`: nobody asked for it.
    pub request: Option<RequestId>,
}

/// A request on its way, with what stops it.
#[derive(Debug)]
pub struct Envelope {
    /// The database it is about and the number of the request; `None`: about none.
    pub id: Option<RequestId>,
    /// What is asked.
    pub request: Request,
    /// Reports progress, and stops it.
    pub control: Control,
}

/// Work the engine gives to other threads, so that commits go on.
#[derive(Debug)]
pub enum Background {
    /// Writing a new checkpoint.
    Compact(TaskId, Box<Compaction>, Control),
    /// Reading the whole file.
    Check(TaskId, Box<Verification>, Control),
    /// Merging segments.
    Merge(Merge),
    /// Building the indexes that are missing, until the token is cancelled.
    Index(Box<Snapshot>, CancelToken),
}

/// What is asked about passwords and keys.
#[derive(Clone, Debug)]
pub enum SecurityRequest {
    /// What opens the file.
    List,
    /// Changes it.
    Change {
        /// What opens the file now.
        current: Secret,
        /// What changes.
        change: KeyChange,
    },
    /// Exchanges the data key.
    Rotate {
        /// The task it belongs to.
        task: TaskId,
        /// What opens the file now, and will.
        current: Secret,
    },
    /// Makes a recovery key, for nothing yet.
    MakeRecoveryKey,
    /// Makes a key file.
    MakeKeyFile(PathBuf),
    /// Writes a header backup.
    BackUpHeader(PathBuf),
}

/// What is answered about passwords and keys.
#[derive(Clone, Debug)]
pub enum SecurityReply {
    /// What opens the file.
    Slots(Vec<KeySlot>),
    /// A change was made, in words, or why not.
    Changed(Result<&'static str, Problem>),
    /// The data key was exchanged; what opens the file no more.
    Rotated {
        /// The task it belonged to.
        task: TaskId,
        /// Those that nobody presented.
        dropped: Vec<KeySlot>,
    },
    /// A recovery key.
    RecoveryKey(SecretText),
    /// A key file was made, or why not.
    KeyFile(Result<PathBuf, Problem>),
    /// A header backup was written, or why not.
    HeaderBackup(Result<PathBuf, Problem>),
}
