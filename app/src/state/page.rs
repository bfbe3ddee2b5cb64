//! What fills the window.

use std::path::PathBuf;

use super::{Check, OpenStore, Problem};

/// What fills the window.
#[derive(Debug, Default)]
pub enum Page {
    /// New, open, recent, sample.
    #[default]
    Welcome,
    /// The form for a new database. Its texts are the panel's own.
    NewDatabase(CreatePage),
    /// The password of a file.
    Unlock(UnlockPage),
    /// An open database.
    Open(Box<OpenStore>),
}

/// The form for a new database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePage {
    /// The file is being written.
    pub busy: Option<BusyPhase>,
    /// Why the last attempt failed.
    pub problem: Option<Problem>,
    /// The file exists and overwriting it was not asked for yet.
    pub exists: Option<PathBuf>,
}

/// The page that asks for a password.
#[derive(Clone, Debug, PartialEq)]
pub struct UnlockPage {
    /// The file.
    pub path: PathBuf,
    /// What the file says about itself; `None` until it was looked at.
    pub needs_key_file: Option<bool>,
    /// Length of the file in bytes, once known.
    pub len: Option<u64>,
    /// Open it without writing.
    pub read_only: bool,
    /// It was open before and was locked: the page says so.
    pub was_locked: bool,
    /// It is being opened.
    pub busy: Option<BusyPhase>,
    /// Why it cannot be opened, or was not.
    pub problem: Option<Problem>,
    /// How many attempts failed.
    pub attempts: u32,
    /// What checking the damaged file showed, once that was asked for.
    pub check: Option<Check>,
}

impl UnlockPage {
    /// The page for a file that was not looked at yet.
    pub fn new(path: PathBuf, read_only: bool) -> Self {
        Self {
            path,
            needs_key_file: None,
            len: None,
            read_only,
            was_locked: false,
            busy: None,
            problem: None,
            attempts: 0,
            check: None,
        }
    }

    /// The name of the file with what is special about it: `films.vstore [Locked]`. What no password
    /// opens is not called locked.
    pub fn title(&self) -> String {
        let name = OpenStore::title_of(&self.path);
        let mark = match &self.problem {
            Some(Problem::NotAVStore) => return name,
            Some(Problem::Damaged(_)) => "Damaged",
            Some(Problem::NotFound) => "Not found",
            Some(Problem::NewerVersion(_)) => "Newer version",
            Some(Problem::OpenElsewhere(_)) => "Open elsewhere",
            _ => "Locked",
        };
        format!("{name} [{mark}]")
    }
}

/// What opening or creating a file is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BusyPhase {
    /// It waits for its turn.
    Waiting,
    /// Turning the password into a key.
    DerivingKey,
    /// Reading and decrypting, with the part that is done (0 to 1).
    Reading(f32),
    /// Encrypting and writing, with the part that is done.
    Writing(f32),
    /// Checking what was written, with the part that is done.
    Verifying(f32),
}

impl BusyPhase {
    /// The words beside the progress bar.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting…",
            Self::DerivingKey => "Deriving key…",
            Self::Reading(_) => "Reading…",
            Self::Writing(_) => "Writing…",
            Self::Verifying(_) => "Checking…",
        }
    }

    /// The part that is done, where it is known.
    pub const fn fraction(self) -> Option<f32> {
        match self {
            Self::Waiting | Self::DerivingKey => None,
            Self::Reading(part) | Self::Writing(part) | Self::Verifying(part) => Some(part),
        }
    }
}
