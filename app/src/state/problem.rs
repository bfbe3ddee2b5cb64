//! Why a file could not be opened, created or written, with messages and remedies.

use std::path::PathBuf;

use vstore::file::LockHolder;
use vstore::target::Existing;

use crate::format;

/// What went wrong with a file. Each problem has its own message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The password or the key file is wrong.
    WrongPassword,
    /// The file also needs a key file.
    KeyFileRequired,
    /// The key file could not be read.
    KeyFileUnreadable(String),
    /// The file does not exist.
    NotFound,
    /// It is not a VStore file.
    NotAVStore,
    /// It was written by a newer version of the program.
    NewerVersion(String),
    /// It is damaged; the message says where.
    Damaged(String),
    /// Another program has it open, if known which.
    OpenElsewhere(Option<LockHolder>),
    /// The file or its folder cannot be written.
    NotWritable(String),
    /// The disk is full.
    StorageFull(String),
    /// A file already exists at the path.
    AlreadyExists(PathBuf),
    /// A file already exists at the path, and may be replaced only with the user's consent.
    Replaces(Box<Existing>),
    /// Opening would take more memory or time than allowed.
    TooExpensive(String),
    /// Another program changed or replaced the file.
    ChangedElsewhere,
    /// A change could not be written, for this reason.
    NotWritten(String),
    /// The engine failed and closed the file.
    Crashed,
    /// Anything else.
    Other(String),
}

/// A remedy for a problem, offered as a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Open it without writing.
    OpenReadOnly,
    /// Bring the window that has it open to the front.
    SwitchToWindow,
    /// Copy what is left to a new file.
    Salvage,
    /// Restore its header from a backup.
    RestoreHeader,
    /// Import it as data.
    Import,
    /// Try again.
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
            Self::NotFound => "The file no longer exists.".to_owned(),
            Self::NotAVStore => "This is not a VStore file.".to_owned(),
            Self::NewerVersion(what) => {
                format!("This file was written by a newer version of VStore ({what}).")
            }
            // Most reasons are already sentences about the file.
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
            Self::AlreadyExists(path) => format!("{} already exists.", path.display()),
            Self::Replaces(existing) => format!(
                "{} already exists ({}, {}). Saving replaces it; its content is kept beside it \
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
            Self::Crashed => "An internal error occurred, and the file was closed. Everything \
                              saved is in it."
                .to_owned(),
            Self::Other(what) => format!("{what}."),
        }
    }

    /// What can be done about it, best first.
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

    /// Whether asking for a password is pointless: there is nothing it could open.
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
    fn damage_is_mentioned_once() {
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
