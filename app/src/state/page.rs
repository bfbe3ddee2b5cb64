//! What fills the window.

use std::path::PathBuf;

use super::{Check, OpenStore, Problem};

/// What fills the window.
#[derive(Debug, Default)]
pub enum Page {
    /// The start page: new, open, recent, sample.
    #[default]
    Welcome,
    /// The form for a new database. Its texts are kept by the panel.
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
    /// The file exists, and the user has not agreed to overwrite it yet.
    pub exists: Option<PathBuf>,
}

/// The page that asks for a password.
#[derive(Clone, Debug, PartialEq)]
pub struct UnlockPage {
    /// The file.
    pub path: PathBuf,
    /// Whether the file needs a key file; `None` until it was examined.
    pub needs_key_file: Option<bool>,
    /// The length of the file in bytes, once known.
    pub len: Option<u64>,
    /// Open it without writing.
    pub read_only: bool,
    /// It was open before and was locked, which the page mentions.
    pub was_locked: bool,
    /// It is being opened.
    pub busy: Option<BusyPhase>,
    /// Why it cannot be opened, or why the last attempt failed.
    pub problem: Option<Problem>,
    /// The number of failed attempts.
    pub attempts: u32,
    /// The check of a damaged file, once requested.
    pub check: Option<Check>,
}

impl UnlockPage {
    /// The page for a file that was not examined yet.
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

    /// The name of the file with a mark: `films.vstore [Locked]`. A file that no password opens is
    /// not marked as locked.
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
    /// It is queued.
    Waiting,
    /// The password is turned into a key.
    DerivingKey,
    /// Reading and decrypting, with the completed part (0 to 1).
    Reading(f32),
    /// Encrypting and writing, with the completed part.
    Writing(f32),
    /// Verifying what was written, with the completed part.
    Verifying(f32),
}

impl BusyPhase {
    /// The text beside the progress bar.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting…",
            Self::DerivingKey => "Deriving key…",
            Self::Reading(_) => "Reading…",
            Self::Writing(_) => "Writing…",
            Self::Verifying(_) => "Checking…",
        }
    }

    /// The completed part, where it is known.
    pub const fn fraction(self) -> Option<f32> {
        match self {
            Self::Waiting | Self::DerivingKey => None,
            Self::Reading(part) | Self::Writing(part) | Self::Verifying(part) => Some(part),
        }
    }
}
