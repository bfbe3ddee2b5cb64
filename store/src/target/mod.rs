//! Decides whether a path may be written to, for the window and the command line alike.
//!
//! No file is replaced that somebody may need. Existing files are recognized by identity (device
//! and inode, so that links do not matter) and by content, never by name alone. [`judge`] only
//! examines the path; [`approve`] combines the verdict with the user's consent into an [`Approved`]
//! target, without which nothing here writes. Both read files: call them on a thread that may
//! block.
//!
//! | existing | an export | a database | a header backup, a key file |
//! |---|---|---|---|
//! | nothing | written | written | written |
//! | an empty file | replaced | replaced | a header backup replaces it, a key file asks |
//! | an earlier export | replaced | asks | asks |
//! | a database in use, its lock, backup or key file | refused | refused | refused |
//! | another database | refused | asks | refused |
//! | a header backup | refused | asks | a header backup asks, a key file is refused |
//! | a file that looks like a key file | refused | asks | refused |
//! | any other file | asks | asks | asks |
//! | a pipe, a character device, `/dev/stdout` | written through | refused | refused |
//! | a folder, a disk, a socket | refused | refused | refused |

mod content;
mod earlier_export;
mod file_identity;
mod in_use;
mod leftovers;
mod new_file;
mod target_path;

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use content::Content;
pub use in_use::{InUse, Role};

pub(crate) use new_file::NewFile;

use file_identity::FileIdentity;
use target_path::TargetPath;

/// The kind of file to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Records as JSON or NDJSON.
    Export,
    /// A database: new, copied or salvaged.
    Database,
    /// The header of a database.
    HeaderBackup,
    /// A key file.
    KeyFile,
}

/// An existing file at a target, described so that the user can decide whether to replace it.
///
/// Two of these are equal if they describe the same file and it was not changed in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// The file, without symbolic links.
    pub path: PathBuf,
    /// What it holds.
    pub content: Content,
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was last modified, where the system knows.
    pub modified: Option<SystemTime>,
    identity: Option<FileIdentity>,
}

/// The result of [`judge`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing exists at the path.
    Free,
    /// A pipe, a terminal or the like, which is written through.
    Stream,
    /// The existing file can be replaced without asking.
    Replaceable(Existing),
    /// The existing file is replaced only with the user's consent.
    NeedsConsent(Existing),
    /// The path is never written to, even with consent.
    Refused(Refusal),
}

/// Why a target is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is a file in use, under this or another name, or a copy of the key file.
    #[error("{} is {role}: choose another name", path.display())]
    InUse {
        /// The target.
        path: PathBuf,
        /// Its role for the database.
        role: Role,
    },
    /// Its content is of a kind that this output never replaces.
    #[error("{} is {}, which is not replaced by {}: choose another name", path.display(), content.named(), output.named())]
    Precious {
        /// The target.
        path: PathBuf,
        /// What it holds.
        content: Content,
        /// What was to be written.
        output: Output,
    },
    /// An export with the file name extension of a database.
    #[error("{} is named like a database, but an export is not encrypted: choose a name that ends in .json or .ndjson", .0.display())]
    CalledLikeADatabase(PathBuf),
    /// It is a folder.
    #[error("{} is a folder: add the name of a file", .0.display())]
    Folder(PathBuf),
    /// It is a disk, a socket, or something that only an export can be written to.
    #[error("{} is not a regular file: choose another name", .0.display())]
    NotAFile(PathBuf),
    /// It cannot be examined, so it is unknown what would be replaced.
    #[error("{} cannot be written: {message}", path.display())]
    Unreachable {
        /// The target.
        path: PathBuf,
        /// The kind of failure.
        kind: io::ErrorKind,
        /// The message of the system.
        message: String,
    },
}

impl Refusal {
    fn unreachable(path: &Path, error: &io::Error) -> Self {
        Self::Unreachable {
            path: path.to_owned(),
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}

/// What the user agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// The user was not asked.
    #[default]
    NotAsked,
    /// This file may be replaced if it is unchanged since the question.
    Replace(Existing),
    /// Any file that consent allows to replace may be replaced (`--force`).
    ReplaceAny,
}

/// Why a target was not approved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// The user has to be asked first, or again because the file has changed meanwhile.
    #[error("{} exists already ({})", .0.path.display(), .0.content.named())]
    Ask(Existing),
    /// The target is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A target that may be written to.
#[derive(Clone, Debug)]
pub struct Approved {
    place: TargetPath,
    replaces: Option<Existing>,
}

impl Approved {
    /// Where the file will be, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// The file that will be replaced.
    pub fn replaces(&self) -> Option<&Existing> {
        self.replaces.as_ref()
    }

    /// Whether it is a pipe, a terminal or the like, which is written through.
    pub fn is_stream(&self) -> bool {
        self.place.is_stream
    }

    /// Whether it is a descriptor opened by another program, such as `/dev/stdout`.
    pub(crate) fn is_descriptor(&self) -> bool {
        self.place.is_descriptor
    }

    /// Writes a small file completely or not at all.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        use io::Write as _;
        let mut file = NewFile::create(self)?;
        file.file().write_all(bytes)?;
        file.finish(self.replaces())
    }
}

/// Determines what writing `output` to `path` would replace. Changes nothing.
///
/// Reads at most the first megabytes and the end of an existing file.
pub fn judge(path: &Path, output: Output, in_use: &InUse) -> Verdict {
    match look(path, output, in_use) {
        Ok((_, verdict)) => verdict,
        Err(refusal) => Verdict::Refused(refusal),
    }
}

/// Judges a target again, immediately before it is written to, and compares the verdict with the
/// user's consent.
///
/// # Errors
///
/// [`NotApproved::Ask`] if the necessary consent is missing or was given for a file that has
/// changed since; [`NotApproved::Refused`] if the target is refused.
pub fn approve(
    path: &Path,
    output: Output,
    in_use: &InUse,
    consent: &Consent,
) -> Result<Approved, NotApproved> {
    let (place, verdict) = look(path, output, in_use)?;
    let replaces = match verdict {
        Verdict::Free | Verdict::Stream => None,
        Verdict::Replaceable(existing) => Some(existing),
        Verdict::NeedsConsent(existing) => match consent {
            Consent::ReplaceAny => Some(existing),
            Consent::Replace(agreed) if *agreed == existing => Some(existing),
            Consent::Replace(_) | Consent::NotAsked => return Err(NotApproved::Ask(existing)),
        },
        Verdict::Refused(refusal) => return Err(refusal.into()),
    };
    Ok(Approved { place, replaces })
}

fn look(path: &Path, output: Output, in_use: &InUse) -> Result<(TargetPath, Verdict), Refusal> {
    let place = target_path::resolve(path)?;
    if let Some(role) = in_use.role_of(&place) {
        return Err(Refusal::InUse {
            path: path.to_owned(),
            role,
        });
    }
    let verdict = match &place.metadata {
        None => Verdict::Free,
        Some(_) if place.is_stream && output != Output::Export => {
            return Err(Refusal::NotAFile(path.to_owned()));
        }
        Some(metadata) if metadata.is_file() => weigh(path, &place, metadata, output)?,
        Some(_) => Verdict::Stream,
    };
    let is_called_like_one = output == Output::Export && place.ends_like_a_database();
    if is_called_like_one && !place.is_stream {
        return Err(Refusal::CalledLikeADatabase(path.to_owned()));
    }
    Ok((place, verdict))
}

/// Judges a regular file.
fn weigh(
    path: &Path,
    place: &TargetPath,
    metadata: &Metadata,
    output: Output,
) -> Result<Verdict, Refusal> {
    let content = content::of(&place.path).map_err(|error| Refusal::unreachable(path, &error))?;
    let existing = Existing {
        path: place.path.clone(),
        content,
        bytes: metadata.len(),
        modified: metadata.modified().ok(),
        identity: FileIdentity::of(metadata),
    };
    if content.is_precious_to(output) {
        return Err(Refusal::Precious {
            path: path.to_owned(),
            content,
            output,
        });
    }
    Ok(match (content, output) {
        _ if place.is_stream => Verdict::Stream,
        (Content::Empty, Output::Export | Output::Database | Output::HeaderBackup)
        | (Content::Export, Output::Export) => Verdict::Replaceable(existing),
        _ => Verdict::NeedsConsent(existing),
    })
}

#[cfg(test)]
mod tests;
