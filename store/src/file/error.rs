//! What can go wrong with a file, one enum per operation, in words for people.
//!
//! A torn tail is not an error: it is reported by [`OpenReport`](super::OpenReport). No error
//! carries plaintext or anything that depends on a key.
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::{
    kdf::{KdfError, KdfParams},
    lock::LockHolder,
    lock_obstacle::LockObstacle,
    seal::EntropyError,
};

/// The system call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileOp {
    /// Opening an existing file.
    Open,
    /// Creating a new file.
    Create,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Changing the length.
    Resize,
    /// Making written bytes durable.
    Sync,
    /// Making names in a folder durable.
    SyncFolder,
    /// Giving a file another name.
    Rename,
    /// Removing a file.
    Remove,
    /// Adding a second name.
    Link,
    /// Asking for length and identity.
    Inspect,
    /// Listing a folder.
    List,
    /// Locking.
    Lock,
    /// Asking for owner, group, mode and attributes, or changing them.
    Rights,
}

impl fmt::Display for FileOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Create => "create",
            Self::Read => "read",
            Self::Write => "write to",
            Self::Resize => "change the length of",
            Self::Sync => "make the data durable of",
            Self::SyncFolder => "make the folder durable of",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::Link => "link",
            Self::Inspect => "inspect",
            Self::List => "list",
            Self::Lock => "lock",
            Self::Rights => "keep owner and rights of",
        })
    }
}

/// A failed system call: what, on which path, why.
#[derive(Debug, thiserror::Error)]
#[error("could not {op} {}: {source}", path.display())]
pub struct IoError {
    /// The call.
    pub op: FileOp,
    /// Its path.
    pub path: PathBuf,
    /// The answer of the operating system.
    pub source: io::Error,
}

impl IoError {
    /// Says which call failed on which path.
    pub fn new(op: FileOp, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self {
            op,
            path: path.into(),
            source,
        }
    }

    /// The class of the operating system's answer.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// Whether the medium or a quota is full.
    pub fn is_storage_full(&self) -> bool {
        matches!(
            self.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    }

    /// Whether the place refuses writing: permissions or a read-only medium.
    pub fn is_write_refused(&self) -> bool {
        matches!(
            self.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        )
    }

    /// Whether the file system has no locks.
    pub(crate) fn is_lock_unsupported(&self) -> bool {
        #[cfg(unix)]
        let of_system = {
            use rustix::io::Errno;
            [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL]
                .iter()
                .any(|errno| self.source.raw_os_error() == Some(errno.raw_os_error()))
        };
        #[cfg(not(unix))]
        let of_system = false;
        self.op == FileOp::Lock && (of_system || self.kind() == io::ErrorKind::Unsupported)
    }

    /// Whether another program has the file open in a way that keeps us out, as on Windows.
    pub(crate) fn is_sharing_violation(&self) -> bool {
        const ERROR_SHARING_VIOLATION: i32 = 32;
        cfg!(windows) && self.source.raw_os_error() == Some(ERROR_SHARING_VIOLATION)
    }
}

/// The user asked to stop; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CorruptKind {
    /// The mark that opens a frame is missing.
    Magic,
    /// The checksum of the frame header does not match.
    HeaderCrc,
    /// A length is impossible.
    Length,
    /// The sequence number is not the next one.
    Seq,
    /// The frame does not follow the one before it.
    Link,
    /// The frame was written for another place.
    Offset,
    /// Authentication failed: the bytes are not what was written.
    Auth,
    /// A structure inside the encryption breaks the rules.
    Inner,
    /// The compressed data cannot be decoded.
    Lzw,
    /// Frames of a transaction or of the checkpoint are out of order.
    TxnOrder,
    /// The checkpoint does not contain what its end promises.
    SnapshotIncomplete,
    /// Bytes that must be zero are not.
    Padding,
    /// The payloads of the file would be larger than those of any file of its length may be.
    Expansion,
}

impl fmt::Display for CorruptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Magic => "no frame begins here",
            Self::HeaderCrc => "the frame header is damaged",
            Self::Length => "a length is impossible",
            Self::Seq => "a frame is missing or repeated",
            Self::Link => "the frame does not follow the one before it",
            Self::Offset => "the frame belongs to another place",
            Self::Auth => "the encrypted data was changed",
            Self::Inner => "the content breaks the rules of the format",
            Self::Lzw => "the compressed data cannot be decoded",
            Self::TxnOrder => "frames are out of order",
            Self::SnapshotIncomplete => "the checkpoint is incomplete",
            Self::Padding => "bytes that must be zero are not",
            Self::Expansion => "it would unpack to far more than a file of this length holds",
        })
    }
}

/// Damage: where, and of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file is damaged at byte {offset} (frame {seq}): {kind}")]
pub struct Corruption {
    /// Absolute position in the file, in bytes.
    pub offset: u64,
    /// Number of the frame expected there.
    pub seq: u64,
    /// What is wrong.
    pub kind: CorruptKind,
}

/// Why a file could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("this is not a VStore file")]
    NotAVStore,
    /// The file begins like a VStore file but ends before its data can begin.
    #[error("the file is incomplete: it has only {len} bytes")]
    TooShort {
        /// Its length in bytes.
        len: u64,
    },
    /// A later version wrote the file.
    #[error("the file needs a newer version of VStore (format {major}.{minor})")]
    UnsupportedVersion {
        /// Major version found.
        major: u16,
        /// Minor version found.
        minor: u16,
        /// Features this version does not know, as bits.
        unknown_features: u32,
    },
    /// Both header copies are damaged.
    #[error("both copies of the file header are damaged")]
    HeaderCorrupt,
    /// The header is intact but was not written by a holder of the key.
    #[error("the file header was changed by someone without the key")]
    HeaderTampered,
    /// The header is older than the data.
    #[error("the file header (epoch {header}) is older than the data (epoch {journal})")]
    HeaderRollback {
        /// Epoch of the header.
        header: u64,
        /// Epoch the data knows.
        journal: u64,
    },
    /// The password (or the key file) is not the one of this file.
    #[error("wrong password")]
    WrongPassword,
    /// The recovery key is not one of this file.
    #[error("the recovery key does not belong to this file")]
    WrongRecoveryKey,
    /// The file needs a key file as well.
    #[error("the file needs its key file as well as the password")]
    KeyFileRequired,
    /// The password is right but its slot is damaged.
    #[error("the password is right, but key slot {slot} is damaged")]
    SlotCorrupt {
        /// Number of the slot, from 0.
        slot: u8,
    },
    /// Opening would cost more than the limits allow.
    #[error("opening would cost too much: {0}")]
    KdfTooExpensive(KdfParams),
    /// Not enough memory.
    #[error("not enough memory")]
    OutOfMemory,
    /// The file is damaged.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
    /// The file ends inside its checkpoint.
    #[error("the file ends at byte {offset}, inside its checkpoint")]
    Truncated {
        /// Where it ends.
        offset: u64,
        /// The least length it had.
        expected_at_least: u64,
    },
    /// The file is authentic, but what it holds makes no sense: a defect of what wrote it.
    #[error("the content at byte {offset} (frame {seq}) cannot be read: {reason}")]
    Content {
        /// Absolute position of the frame with which it begins, in bytes.
        offset: u64,
        /// The number of that frame.
        seq: u64,
        /// What is wrong with it.
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another program (or another window) has the file open.
    #[error("{}", locked_message(holder.as_ref()))]
    Locked {
        /// Who, as far as known.
        holder: Option<LockHolder>,
    },
    /// Something that is no lock of ours stands where the lock file belongs; it was left alone.
    #[error("{}", obstructed_message(path, *obstacle))]
    LockObstructed {
        /// Where it stands.
        path: PathBuf,
        /// What it is.
        obstacle: LockObstacle,
    },
    /// The file system has no file locks.
    #[error("{}", no_locks_message(path))]
    LocksUnsupported {
        /// What could not be locked.
        path: PathBuf,
    },
    /// File or folder refuse writing; opening read-only may work.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// What refuses.
        path: PathBuf,
    },
    /// The medium is full.
    #[error("no space left for {}", path.display())]
    StorageFull {
        /// What was being written.
        path: PathBuf,
    },
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A system call failed.
    #[error(transparent)]
    Io(IoError),
}

/// Why a file could not be created. An existing file is untouched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// There is a file already, and overwriting was not asked for.
    #[error("{} exists already", path.display())]
    AlreadyExists {
        /// The path asked for.
        path: PathBuf,
    },
    /// Another program has the file to be overwritten open.
    #[error("{}", locked_message(holder.as_ref()))]
    Locked {
        /// Who, as far as known.
        holder: Option<LockHolder>,
    },
    /// Something that is no lock of ours stands where the lock file belongs; it was left alone.
    #[error("{}", obstructed_message(path, *obstacle))]
    LockObstructed {
        /// Where it stands.
        path: PathBuf,
        /// What it is.
        obstacle: LockObstacle,
    },
    /// The file system has no file locks.
    #[error("{}", no_locks_message(path))]
    LocksUnsupported {
        /// What could not be locked.
        path: PathBuf,
    },
    /// The folder refuses writing.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// What refuses.
        path: PathBuf,
    },
    /// The cost of key derivation is below the floor (19 MiB, 2 passes).
    #[error("the cost of key derivation is too low: {0}")]
    KdfTooCheap(KdfParams),
    /// The cost of key derivation is beyond what opening allows.
    #[error("the cost of key derivation is too high: {0}")]
    KdfTooExpensive(KdfParams),
    /// A chunk is beyond 64 MiB.
    #[error("a chunk of {len} bytes is too large")]
    TooLarge {
        /// Its length in bytes.
        len: u64,
    },
    /// Not enough memory.
    #[error("not enough memory")]
    OutOfMemory,
    /// The medium is full.
    #[error("no space left for {}", path.display())]
    StorageFull {
        /// What was being written.
        path: PathBuf,
    },
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A system call failed.
    #[error(transparent)]
    Io(IoError),
}

/// Why transactions could not be made durable. None of the group was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The file was opened read-only.
    #[error("the file is open read-only")]
    ReadOnly,
    /// An earlier failure left the file in doubt; only a compaction helps.
    #[error("writing stopped after an earlier failure: {cause}")]
    Poisoned {
        /// The earlier failure, in words.
        cause: String,
    },
    /// Another program replaced or changed the file. If that was seen only after writing, the
    /// transactions may be in the file that it left.
    #[error("another program changed the file")]
    ExternallyModified,
    /// A transaction is too large for the format.
    #[error("a transaction of {len} bytes is too large")]
    TooLarge {
        /// Its length in bytes.
        len: u64,
    },
    /// The medium is full; the transactions were taken back.
    #[error("no space left for {}", path.display())]
    StorageFull {
        /// What was being written.
        path: PathBuf,
    },
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A system call failed.
    #[error(transparent)]
    Io(IoError),
}

/// Why a compaction did not happen. The file is as it was, unless it is reported as poisoned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompactError {
    /// The file was opened read-only.
    #[error("the file is open read-only")]
    ReadOnly,
    /// A compaction is under way.
    #[error("a compaction is under way")]
    AlreadyRunning,
    /// This result belongs to no compaction that is under way.
    #[error("this compaction was given up")]
    NotRunning,
    /// Another program replaced or changed the file.
    #[error("another program changed the file")]
    ExternallyModified,
    /// The file contains frames of a later version, which a compaction would lose.
    #[error("the file contains data of a newer version that compaction would lose")]
    WouldDropUnknownFrames,
    /// The new file is in place, but nobody knows whether its name survives a power failure: until
    /// a compaction succeeds, nothing is written to it.
    #[error("the new file is in place, but its name could not be made durable: {0}")]
    NameInDoubt(IoError),
    /// The new file was written but the system refused to put it in place; try again later.
    #[error("the new file could not be put in place: {0}")]
    Deferred(IoError),
    /// What was written did not read back.
    #[error("the new file did not read back as written: {0}")]
    NotAsWritten(Corruption),
    /// A chunk or a transaction is too large for the format.
    #[error("a chunk of {len} bytes is too large")]
    TooLarge {
        /// Its length in bytes.
        len: u64,
    },
    /// Not enough memory.
    #[error("not enough memory")]
    OutOfMemory,
    /// The medium is full.
    #[error("no space left for {}", path.display())]
    StorageFull {
        /// What was being written.
        path: PathBuf,
    },
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A system call failed.
    #[error(transparent)]
    Io(IoError),
}

/// Why passwords and keys were not changed. Unless the file is reported as poisoned, the old ones
/// hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// The file was opened read-only.
    #[error("the file is open read-only")]
    ReadOnly,
    /// An earlier failure left the file in doubt.
    #[error("writing stopped after an earlier failure: {cause}")]
    Poisoned {
        /// The earlier failure, in words.
        cause: String,
    },
    /// The change could not be made durable and was taken back: what opened the file before still
    /// does, and nothing else.
    #[error(
        "the change could not be written and was taken back, so that the file opens as before: {cause}"
    )]
    TakenBack {
        /// The failure, in words.
        cause: String,
    },
    /// The change could neither be made durable nor taken back.
    #[error(
        "nobody knows whether the change was made: the file may open with what opened it before, or \
         with what should open it now: {cause}"
    )]
    InDoubt {
        /// The failure, in words.
        cause: String,
    },
    /// Another program replaced or changed the file.
    #[error("another program changed the file")]
    ExternallyModified,
    /// The current password is not right.
    #[error("wrong password")]
    WrongPassword,
    /// The current recovery key is not one of this file.
    #[error("the recovery key does not belong to this file")]
    WrongRecoveryKey,
    /// There is no file: what is in memory only has no password.
    #[error("there is no file")]
    NoFile,
    /// The key slot does not exist (any more).
    #[error("there is no such key slot")]
    NoSuchSlot,
    /// All eight key slots are in use.
    #[error("all eight key slots are in use")]
    NoFreeSlot,
    /// Without this slot nobody could open the file any more.
    #[error("the last password or recovery key cannot be removed")]
    LastSlot,
    /// The data key is being exchanged; its new slots are chosen already.
    #[error("the data key is being exchanged")]
    RotationRunning,
    /// The current credentials lack the key file.
    #[error("the file needs its key file as well as the password")]
    KeyFileRequired,
    /// The password is right but its slot is damaged.
    #[error("the password is right, but key slot {slot} is damaged")]
    SlotCorrupt {
        /// Number of the slot, from 0.
        slot: u8,
    },
    /// The cost of key derivation is below the floor (19 MiB, 2 passes).
    #[error("the cost of key derivation is too low: {0}")]
    KdfTooCheap(KdfParams),
    /// The cost of key derivation is beyond what opening allows.
    #[error("the cost of key derivation is too high: {0}")]
    KdfTooExpensive(KdfParams),
    /// Not enough memory.
    #[error("not enough memory")]
    OutOfMemory,
    /// The medium is full.
    #[error("no space left for {}", path.display())]
    StorageFull {
        /// What was being written.
        path: PathBuf,
    },
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The user asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A system call failed.
    #[error(transparent)]
    Io(IoError),
}

/// Why the mark of a clean close could not be written. All acknowledged data is safe.
pub type CloseError = AppendError;

fn locked_message(holder: Option<&LockHolder>) -> String {
    holder.map_or_else(
        || "the file is open in another program, perhaps under another name".to_owned(),
        |holder| format!("the file is open in {holder}"),
    )
}

fn obstructed_message(path: &Path, obstacle: LockObstacle) -> String {
    format!(
        "{} is {obstacle}, where the lock file of the database belongs; it was left as it is. Move \
         it away to write to the database; reading works without a lock",
        path.display()
    )
}

fn no_locks_message(path: &Path) -> String {
    format!(
        "the file system of {} has no file locks, without which two programs could write at once; \
         the database can be read there, and written after it was copied to another disk",
        path.display()
    )
}

/// Turns a failed system call into the words of each operation: a full medium is told apart.
macro_rules! from_io {
    ($($error:ident),+) => {$(
        impl From<IoError> for $error {
            fn from(error: IoError) -> Self {
                if error.is_storage_full() {
                    Self::StorageFull { path: error.path }
                } else {
                    Self::Io(error)
                }
            }
        }
    )+};
}
from_io!(
    OpenError,
    CreateError,
    AppendError,
    CompactError,
    PasswordError
);

/// Turns a refused key derivation into the words of the operations that choose its cost.
macro_rules! from_kdf {
    ($($error:ident),+) => {$(
        impl From<KdfError> for $error {
            fn from(error: KdfError) -> Self {
                match error {
                    KdfError::TooCheap(params) => Self::KdfTooCheap(params),
                    KdfError::TooExpensive(params) => Self::KdfTooExpensive(params),
                    KdfError::OutOfMemory => Self::OutOfMemory,
                }
            }
        }
    )+};
}
from_kdf!(CreateError, PasswordError);

/// Frames that could not be sealed; shared by everything that writes frames.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("{len} bytes are too many for a frame")]
    TooLarge { len: u64 },
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

macro_rules! from_seal {
    ($($error:ident),+) => {$(
        impl From<SealError> for $error {
            fn from(error: SealError) -> Self {
                match error {
                    SealError::TooLarge { len } => Self::TooLarge { len },
                    SealError::Entropy(error) => Self::Entropy(error),
                }
            }
        }
    )+};
}
from_seal!(CreateError, AppendError, CompactError);
