//! Why a file could not be opened, created or written, in words, and what can be done about it.

use std::path::PathBuf;

use vstore::file::LockHolder;
use vstore::target::Existing;

use crate::format;

/// What went wrong with a file. Different problems have different words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The password, or the key file, is not the one of this file.
    WrongPassword,
    /// The file needs a key file as well.
    KeyFileRequired,
    /// The key file could not be read.
    KeyFileUnreadable(String),
    /// There is no such file.
    NotFound,
    /// It is something else.
    NotAVStore,
    /// A newer program wrote it.
    NewerVersion(String),
    /// It is damaged, and where.
    Damaged(String),
    /// Another program has it open, and which, as far as known.
    OpenElsewhere(Option<LockHolder>),
    /// File or folder refuse writing.
    NotWritable(String),
    /// The disk is full.
    StorageFull(String),
    /// There is a file already.
    AlreadyExists(PathBuf),
    /// There is a file already that is replaced only if somebody says so.
    Replaces(Box<Existing>),
    /// Opening would cost more memory or time than allowed.
    TooExpensive(String),
    /// Another program changed the file, or put another one in its place.
    ChangedElsewhere,
    /// A change could not be written, and why.
    NotWritten(String),
    /// The engine failed and let the file go.
    Crashed,
    /// Anything else, in words.
    Other(String),
}

/// What can be done about a problem, offered as a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Open it without writing.
    OpenReadOnly,
    /// Bring the window to the front that has it open.
    SwitchToWindow,
    /// Bring what is left into a new file.
    Salvage,
    /// Put the backup of its header back.
    RestoreHeader,
    /// Import it as data.
    Import,
    /// Try once more.
    Retry,
    /// Choose another file.
    ChooseAnother,
}

impl Problem {
    /// One or two sentences for the user.
    pub fn text(&self) -> String {
        match self {
            Self::WrongPassword => "Wrong password or key file. Please try again.".to_owned(),
            Self::KeyFileRequired => {
                "This file needs its key file as well as the password.".to_owned()
            }
            Self::KeyFileUnreadable(why) => format!("The key file could not be read: {why}."),
            Self::NotFound => "The file is not there any more.".to_owned(),
            Self::NotAVStore => "This is not a VStore file.".to_owned(),
            Self::NewerVersion(what) => {
                format!("This file was written by a newer version of VStore ({what}).")
            }
            // Most reasons are sentences about the file themselves.
            Self::Damaged(what) => match what.strip_prefix("the file is ") {
                Some(rest) => format!("The file is {rest}."),
                None => format!("The file is damaged: {what}."),
            },
            Self::OpenElsewhere(None) => "Another program has the file open.".to_owned(),
            Self::OpenElsewhere(Some(holder)) => {
                let place = holder.host.as_ref().map(|host| format!(" on {host}"));
                format!(
                    "{} (process {}{}) has the file open.",
                    holder.program,
                    holder.pid,
                    place.unwrap_or_default()
                )
            }
            Self::NotWritable(what) => format!("Writing is not possible here: {what}."),
            Self::StorageFull(what) => format!("The disk is full: {what}."),
            Self::AlreadyExists(path) => format!("{} exists already.", path.display()),
            Self::Replaces(existing) => format!(
                "{} exists already ({}, {}). Saving replaces it; what it holds now stays beside it \
                 as a backup.",
                existing.path.display(),
                existing.content.named(),
                format::bytes(existing.bytes)
            ),
            Self::TooExpensive(what) => {
                format!("Opening this file would cost too much: {what}.")
            }
            Self::ChangedElsewhere => "Another program changed the file.".to_owned(),
            Self::NotWritten(what) => format!("The change could not be written: {what}."),
            Self::Crashed => "Something went wrong inside VStore, and the file was closed. \
                              What was saved is in it."
                .to_owned(),
            Self::Other(what) => format!("{what}."),
        }
    }

    /// What can be done about it, the best first.
    pub const fn remedies(&self) -> &'static [Remedy] {
        match self {
            Self::OpenElsewhere(_) => {
                &[Remedy::OpenReadOnly, Remedy::SwitchToWindow, Remedy::Retry]
            }
            Self::NewerVersion(_) | Self::NotWritable(_) => &[Remedy::OpenReadOnly, Remedy::Retry],
            Self::NotAVStore => &[Remedy::Import, Remedy::ChooseAnother],
            Self::NotFound => &[Remedy::ChooseAnother, Remedy::Retry],
            Self::Damaged(_) => &[
                Remedy::Salvage,
                Remedy::RestoreHeader,
                Remedy::ChooseAnother,
                Remedy::Retry,
            ],
            Self::StorageFull(_) | Self::ChangedElsewhere => &[Remedy::Retry],
            _ => &[],
        }
    }

    /// Whether a password makes no sense: there is nothing it could open.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::NotAVStore
                | Self::NewerVersion(_)
                | Self::Damaged(_)
                | Self::OpenElsewhere(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn damage_is_said_once() {
        let text = |what: &str| Problem::Damaged(what.to_owned()).text();
        assert_eq!(
            text("the file is damaged at byte 4096 (frame 3): broken tag"),
            "The file is damaged at byte 4096 (frame 3): broken tag."
        );
        assert_eq!(
            text("both copies of the file header are damaged"),
            "The file is damaged: both copies of the file header are damaged."
        );
    }
}
