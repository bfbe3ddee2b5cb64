//! Exit codes, and which failure maps to which.

use std::fmt;
use std::io;
use std::process::ExitCode;

use vstore::file::{
    self, AppendError, CompactError, CreateError, HeaderBackupError, KeyFileError, OpenError,
    PasswordError, RestoreError, RotateError, SlotLabelError,
};
use vstore::transfer::{ExportError, ImportError};
use vstore::value::json::JsonError;
use vstore::{CommitError, KeyError, SalvageError};

/// The result of a command as an exit code. The numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// The key that was asked for does not exist.
    NotFound = 1,
    /// The arguments are invalid.
    Usage = 2,
    /// The password or the recovery key is wrong, empty or mistyped, or the key file is missing.
    WrongPassword = 3,
    /// The file is damaged.
    Damaged = 4,
    /// Another program has the file open.
    Locked = 5,
    /// The file is not a VStore file.
    NotAVStore = 6,
    /// The file needs a newer version of VStore.
    NewerVersion = 7,
    /// The input, or the file to write, was refused; nothing was changed.
    Refused = 8,
    /// Reading or writing failed.
    InputOutput = 9,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed: its exit code and a message for the user. There is no message if nobody is
/// left to read it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) message: Option<String>,
}

impl Failure {
    pub(super) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            exit,
            message: Some(message.to_string()),
        }
    }

    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match &error {
            OpenError::NotAVStore => Exit::NotAVStore,
            OpenError::UnsupportedVersion { .. } => Exit::NewerVersion,
            OpenError::WrongPassword | OpenError::WrongRecoveryKey | OpenError::KeyFileRequired => {
                Exit::WrongPassword
            }
            error if error.is_damage() => Exit::Damaged,
            OpenError::Locked { .. } => Exit::Locked,
            OpenError::KdfTooExpensive(_) => Exit::Refused,
            _ => Exit::InputOutput,
        };
        let hint = match exit {
            Exit::Damaged => {
                "; `vstore verify` lists the damage, `vstore salvage` recovers what is left"
            }
            Exit::Locked => "; close it there first",
            _ => "",
        };
        Self::new(exit, format_args!("{error}{hint}"))
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let exit = match &error {
            CreateError::Locked { .. } => Exit::Locked,
            CreateError::TooLarge { .. } | CreateError::AlreadyExists { .. } => Exit::Refused,
            _ => Exit::InputOutput,
        };
        Self::new(exit, error)
    }
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        let exit = match &error {
            AppendError::TooLarge { .. } => Exit::Refused,
            _ => Exit::InputOutput,
        };
        Self::new(exit, error)
    }
}

impl From<CompactError> for Failure {
    fn from(error: CompactError) -> Self {
        let exit = match &error {
            CompactError::TooLarge { .. } => Exit::Refused,
            CompactError::WouldDropUnknownFrames => Exit::NewerVersion,
            _ => Exit::InputOutput,
        };
        Self::new(exit, error)
    }
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        let exit = match &error {
            PasswordError::WrongPassword
            | PasswordError::WrongRecoveryKey
            | PasswordError::KeyFileRequired => Exit::WrongPassword,
            PasswordError::SlotCorrupt { .. } => Exit::Damaged,
            PasswordError::LastSlot
            | PasswordError::NoFreeSlot
            | PasswordError::NoSuchSlot
            | PasswordError::KdfTooCheap(_)
            | PasswordError::KdfTooExpensive(_) => Exit::Refused,
            _ => Exit::InputOutput,
        };
        Self::new(exit, error)
    }
}

impl From<RotateError> for Failure {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::Keys(error) => error.into(),
            RotateError::Compaction(error) => error.into(),
            error => Self::new(Exit::InputOutput, error),
        }
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        let exit = match &error {
            KeyFileError::Empty | KeyFileError::TooLarge => Exit::Refused,
            _ => Exit::InputOutput,
        };
        Self::new(exit, error)
    }
}

impl From<SlotLabelError> for Failure {
    fn from(error: SlotLabelError) -> Self {
        Self::new(Exit::Refused, error)
    }
}

impl From<HeaderBackupError> for Failure {
    fn from(error: HeaderBackupError) -> Self {
        let exit = match &error {
            HeaderBackupError::NewerVersion => Exit::NewerVersion,
            HeaderBackupError::Damaged => Exit::Damaged,
            HeaderBackupError::NotABackup | HeaderBackupError::AlreadyExists(_) => Exit::Refused,
            _ => Exit::InputOutput,
        };
        Self::new(exit, error)
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::Open(error) => error.into(),
            error => Self::new(Exit::Refused, error),
        }
    }
}

impl From<SalvageError> for Failure {
    fn from(error: SalvageError) -> Self {
        match error {
            SalvageError::Read(file::FileSalvageError::Open(error)) => error.into(),
            SalvageError::Create(error) => error.into(),
            SalvageError::Read(
                file::FileSalvageError::HeadersLost | file::FileSalvageError::NothingFound,
            ) => Self::new(Exit::Damaged, error),
            SalvageError::SameFile => Self::new(Exit::Refused, error),
            error => Self::new(Exit::InputOutput, error),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Rejected(rejection) => Self::new(Exit::Refused, rejection),
            CommitError::Append(error) => error.into(),
            CommitError::Checkpoint(error) => error.into(),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let exit = match &error {
            ImportError::Io { .. } | ImportError::Cancelled => Exit::InputOutput,
            _ => Exit::Refused,
        };
        Self::new(exit, error)
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Io {
                kind: io::ErrorKind::BrokenPipe,
                ..
            } => io::Error::from(io::ErrorKind::BrokenPipe).into(),
            error => Self::new(Exit::InputOutput, error),
        }
    }
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Self {
        Self::new(Exit::Refused, error)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(Exit::Refused, error)
    }
}

/// No message for a reader that went away (`| head`).
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            exit: Exit::InputOutput,
            message: (error.kind() != io::ErrorKind::BrokenPipe).then(|| error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}
