//! The requests to the engine and its replies: closed enums of plain data.

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

/// A request to the engine. Requests are handled in order; one with a [`RequestId`] is settled by
/// [`Reply::Settled`] exactly once, whatever happens.
#[derive(Clone, Debug)]
pub enum Request {
    /// Reads what a file reveals without a password.
    Probe(PathBuf),
    /// Opens a file.
    Open {
        /// Returned with the answer.
        ticket: Ticket,
        /// The file.
        path: PathBuf,
        /// What opens it.
        secret: Secret,
        /// Open it without writing.
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
        /// Replace an existing file.
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
        /// Its name.
        title: String,
    },
    /// Saves a copy with its own password and continues with it.
    SaveAs {
        /// Returned with the answer.
        ticket: Ticket,
        /// The file.
        path: PathBuf,
        /// Its password.
        secret: Secret,
        /// The records on screen: they are saved if the engine has lost its store.
        snapshot: Snapshot,
        /// What the user agreed to replace.
        consent: Consent,
    },
    /// Commits a batch.
    Commit(WriteBatch),
    /// Commits the content of the editor. The editor keeps it until the commit arrives.
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
    /// Changes a part of a record's value.
    EditLeaf {
        /// Which record.
        key: Key,
        /// The change.
        edit: LeafEdit,
    },
    /// Copies a record under a free key.
    Duplicate(Key),
    /// Deletes records.
    Delete(Target),
    /// Sets or clears the expiry of records.
    SetExpiry {
        /// Which records.
        target: Target,
        /// When; `None` for never.
        expires_at: Option<Millis>,
    },
    /// Commits the records that an import read.
    Import {
        /// The task it belongs to.
        task: TaskId,
        /// The records.
        batch: WriteBatch,
        /// What was read.
        report: ImportReport,
    },
    /// Runs another request as a task: a change to so many records that it takes a while.
    Watched(TaskId, Box<Self>),
    /// Undoes the last change.
    Undo,
    /// Redoes the last undone change.
    Redo,
    /// Tries again to write changes that could not be written.
    WriteAgain,
    /// Confirms that the clock is right: expired records are deleted.
    ConfirmClock,
    /// Checks whether another program changed the open file.
    LookAtFile,
    /// Sets how many generations of the file are kept as backups.
    KeepBackups(u8),
    /// Compacts the file.
    Compact(TaskId),
    /// Reads the whole open file and lists any damage.
    Check(TaskId),
    /// Changes a setting of the file. It cannot be undone, and nothing waits for it.
    SetSetting {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: EncodedValue,
    },
    /// Deletes the sealed edit: it was committed or discarded.
    ForgetDraft,
    /// Changes the password of the file.
    ChangePassword {
        /// The current one.
        current: Secret,
        /// The new one.
        new: Secret,
    },
    /// A request about passwords and keys of the open file.
    Security(SecurityRequest),
    /// Drops keys and records, after sealing the open edit in the file.
    Lock {
        /// The open edit.
        draft: Option<SealedDraft>,
    },
    /// Closes the store, unless more changes are waiting than the user knows of.
    Close {
        /// The number of waiting changes that the user has agreed to lose.
        giving_up: usize,
    },
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// It was refused; nothing changed.
    Refused,
    /// The file did not take the change. It waits in the engine, unless the editor holds it.
    NotWritten,
    /// The database it was about is not open.
    NotOpen,
    /// The engine failed while handling it.
    Crashed,
}

/// A reply of the engine, and the database it is about.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The session of that database; `None` if the reply is about none that is open.
    pub session: Option<Ticket>,
    /// The reply.
    pub reply: Reply,
}

/// A reply of the engine.
#[derive(Clone, Debug)]
pub enum Reply {
    /// What a file reveals without a password.
    Probed {
        /// The file.
        path: PathBuf,
        /// Its facts, or why it cannot be opened.
        facts: Result<FileFacts, Problem>,
    },
    /// The progress of opening, creating or saving.
    Busy(Ticket, BusyPhase),
    /// The first records of a file that is still being read.
    Preview(Ticket, Preview),
    /// A store is open.
    Opened(Ticket, Box<OpenedStore>),
    /// No store was opened; the open one, if any, stays open.
    NotOpened(Ticket, Problem),
    /// The user cancelled it.
    Cancelled(Ticket),
    /// A commit was made.
    Committed(Box<Committed>),
    /// The outcome of a request. This is the last reply to it.
    Settled(RequestId, Outcome),
    /// A change was refused, with the reason; nothing changed.
    Refused(String),
    /// A write failed; nothing changed.
    WriteFailed(Problem),
    /// All changes that are not in the file. Sent whenever they change.
    Unsaved(Unsaved),
    /// Changes kept for files that are not open. Sent whenever they change.
    KeptAside(Vec<KeptAside>),
    /// Whether another program changed or replaced the open file.
    ChangedElsewhere(bool),
    /// Records were not deleted although they have expired, because the clock is far ahead of the
    /// file; `None` once that is over.
    ClockSuspect(Option<ClockSuspect>),
    /// The progress of a task.
    TaskProgress(TaskId, BusyPhase),
    /// A change that ran as a task is done, with its summary.
    TaskDone(TaskId, String),
    /// An import was committed.
    Imported(TaskId, ImportReport),
    /// The file was compacted, to this length in bytes.
    Compacted(TaskId, u64),
    /// The result of checking the open file, or the reason it failed; `Err(None)` if it was
    /// cancelled.
    Checked(TaskId, Result<VerifyReport, Option<String>>),
    /// The file was compacted, but the previous version could not be kept as a backup, for this
    /// reason.
    BackupFailed(String),
    /// A task was cancelled; nothing changed.
    TaskCancelled(TaskId),
    /// A task failed, for this reason; nothing changed.
    TaskFailed(TaskId, String),
    /// The progress of building indexes.
    Indexing(Indexing),
    /// The journal has grown so long that a compaction is worthwhile.
    CompactionAdvised,
    /// The password was changed, or why not.
    PasswordChanged(Result<(), Problem>),
    /// A reply about passwords and keys of the open file.
    Security(SecurityReply),
    /// Keys and records were dropped.
    Locked {
        /// Why some unsaved changes could not be kept; `None` if all were.
        lost: Option<String>,
        /// The file. It differs from the one the window knows if a copy was finished just before.
        path: Option<PathBuf>,
    },
    /// The store was not closed: more changes are waiting than the user knows of.
    NotClosed,
    /// The store is closed; an error if something could not be written at the end.
    Closed(Result<(), String>),
}

/// What a file reveals without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Length in bytes.
    pub len: u64,
    /// Opening it also needs a key file.
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
    /// The session, its name from now on; a copy keeps that of its original.
    pub session: Ticket,
    /// Its title.
    pub title: String,
    /// Its file.
    pub path: Option<PathBuf>,
    /// The key file that opened it.
    pub key_file: Option<PathBuf>,
    /// It cannot be written.
    pub read_only: bool,
    /// Its records.
    pub snapshot: Snapshot,
    /// An edit that was open when the file was locked.
    pub draft: Option<SealedDraft>,
    /// What opening found: an incomplete write, expired records.
    pub notes: Vec<String>,
    /// How it compares with its position when it was last open here.
    pub standing: Standing,
    /// It is a copy of the store that was open: the window keeps what it shows.
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
    /// What was done, in words.
    pub summary: CommitSummary,
    /// A record to select.
    pub select: Option<Key>,
    /// The request that caused it; `None` if none did.
    pub request: Option<RequestId>,
}

/// A request on its way, with the means to cancel it.
#[derive(Debug)]
pub struct Envelope {
    /// The open database it is about and the number of the request; `None` if it is about none.
    pub id: Option<RequestId>,
    /// The request.
    pub request: Request,
    /// Reports progress and cancels the request.
    pub control: Control,
}

/// Work the engine hands to other threads, so that commits continue.
#[derive(Debug)]
pub enum Background {
    /// Writing a new checkpoint.
    Compact(TaskId, Box<Compaction>, Control),
    /// Reading the whole file.
    Check(TaskId, Box<Verification>, Control),
    /// Merging segments.
    Merge(Merge),
    /// Building missing indexes, until the token is cancelled.
    Index(Box<Snapshot>, CancelToken),
}

/// A request about passwords and keys.
#[derive(Clone, Debug)]
pub enum SecurityRequest {
    /// Lists what opens the file.
    List,
    /// Changes it.
    Change {
        /// What opens the file now.
        current: Secret,
        /// The change.
        change: KeyChange,
    },
    /// Exchanges the data key.
    Rotate {
        /// The task it belongs to.
        task: TaskId,
        /// What opens the file now and afterwards.
        current: Secret,
    },
    /// Generates a recovery key, without adding it yet.
    MakeRecoveryKey,
    /// Makes a key file.
    MakeKeyFile(PathBuf),
    /// Writes a header backup.
    BackUpHeader(PathBuf),
}

/// A reply about passwords and keys.
#[derive(Clone, Debug)]
pub enum SecurityReply {
    /// What opens the file.
    Slots(Vec<KeySlot>),
    /// The result of a change: a message, or why it failed.
    Changed(Result<&'static str, Problem>),
    /// The data key was exchanged.
    Rotated {
        /// The task it belonged to.
        task: TaskId,
        /// What no longer opens the file, because it was not presented.
        dropped: Vec<KeySlot>,
    },
    /// A recovery key.
    RecoveryKey(SecretText),
    /// A key file was created, or why not.
    KeyFile(Result<PathBuf, Problem>),
    /// A header backup was written, or why not.
    HeaderBackup(Result<PathBuf, Problem>),
}
