//! Whether a path may be written to: the one place that decides for window and command line alike.
//!
//! No file is replaced that somebody may miss. What is at a path is known by identity (device and
//! inode, so that links do not matter) and by content, never by its name alone. [`judge`] only
//! looks; [`approve`] turns the verdict and the consent of a person into an [`Approved`] target,
//! without which nothing here writes. Both read files: call them on a thread that may wait.
//!
//! | what is there | an export | a database | a header backup, a key file |
//! |---|---|---|---|
//! | nothing | written | written | written |
//! | an empty file | replaced | replaced | a header backup replaces it, a key file asks |
//! | an earlier export | replaced | asks | asks |
//! | a database in use, its lock, backup or key file | refused | refused | refused |
//! | another database | refused | asks | refused |
//! | a header backup | refused | asks | a header backup asks, a key file is refused |
//! | what looks like a key file | refused | asks | refused |
//! | any other file | asks | asks | asks |
//! | a pipe, a character device, `/dev/stdout` | written through | refused | refused |
//! | a folder, a disk, a socket | refused | refused | refused |

mod content;
mod earlier_export;
mod file_identity;
mod in_use;
mod leftovers;
mod new_file;
mod place;

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use content::Content;
pub use in_use::{InUse, Role};

pub(crate) use new_file::NewFile;

use file_identity::FileIdentity;
use place::Place;

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Records as JSON or NDJSON.
    Export,
    /// A database: a new one, a copy, what was salvaged.
    Database,
    /// The header of a database.
    HeaderBackup,
    /// A key file.
    KeyFile,
}

/// A file that stands at a target: what a person needs to know to decide whether it may go.
///
/// Two of them are equal if the file is the same and was not changed in between.
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

/// What [`judge`] says of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is there.
    Free,
    /// A pipe, a terminal or the like, which is written through.
    Stream,
    /// What is there can be replaced without a question.
    Replaceable(Existing),
    /// What is there is replaced only if a person says so.
    NeedsConsent(Existing),
    /// Nothing is written there, whatever anybody says.
    Refused(Refusal),
}

/// Why nothing is written to a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is a file in use, under this or another name, or a copy of the key file.
    #[error("{} is {role}: choose another name", path.display())]
    InUse {
        /// The target.
        path: PathBuf,
        /// What it is to the database.
        role: Role,
    },
    /// It holds what this output never replaces.
    #[error("{} is {}, which is not replaced by {}: choose another name", path.display(), content.named(), output.named())]
    Precious {
        /// The target.
        path: PathBuf,
        /// What it holds.
        content: Content,
        /// What was to be written.
        output: Output,
    },
    /// An export that is called like a database.
    #[error("{} is called like a database, but an export is not encrypted: choose a name that ends in .json or .ndjson", .0.display())]
    CalledLikeADatabase(PathBuf),
    /// It is a folder.
    #[error("{} is a folder: add the name of a file", .0.display())]
    Folder(PathBuf),
    /// It is a disk, a socket, or what only an export can be written to.
    #[error("{} is not a regular file: choose another name", .0.display())]
    NotAFile(PathBuf),
    /// It cannot be looked at, so that nobody knows what would be replaced.
    #[error("{} cannot be written: {message}", path.display())]
    Unreachable {
        /// The target.
        path: PathBuf,
        /// The kind of failure.
        kind: io::ErrorKind,
        /// What the system said.
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

/// What a person agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Nothing was asked.
    #[default]
    NotAsked,
    /// This file may be replaced, as it was when the question was asked.
    Replace(Existing),
    /// Whatever may be replaced with consent may be (`--force`).
    ReplaceAny,
}

/// Why a target was not approved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// Somebody has to be asked first, or asked again, because the file is another one by now.
    #[error("{} exists already ({})", .0.path.display(), .0.content.named())]
    Ask(Existing),
    /// Nothing is written there.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A target that may be written to.
#[derive(Clone, Debug)]
pub struct Approved {
    place: Place,
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

    /// Whether it is a descriptor that another program opened, as `/dev/stdout`.
    pub(crate) fn is_descriptor(&self) -> bool {
        self.place.is_descriptor
    }

    /// Writes a small file, whole or not at all.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        use io::Write as _;
        let mut file = NewFile::create(self)?;
        file.file().write_all(bytes)?;
        file.finish(self.replaces())
    }
}

/// Says what writing `output` to `path` would mean. Changes nothing.
///
/// Reads at most the first megabytes and the end of what is there.
pub fn judge(path: &Path, output: Output, in_use: &InUse) -> Verdict {
    match look(path, output, in_use) {
        Ok((_, verdict)) => verdict,
        Err(refusal) => Verdict::Refused(refusal),
    }
}

/// Judges a target once more, right before it is written to, and compares with what a person
/// agreed to.
///
/// # Errors
/// [`NotApproved::Ask`] if consent is needed that is not there, or was given for a file that has
/// changed since.
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

fn look(path: &Path, output: Output, in_use: &InUse) -> Result<(Place, Verdict), Refusal> {
    let place = place::resolve(path)?;
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

/// The verdict on a regular file.
fn weigh(
    path: &Path,
    place: &Place,
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
