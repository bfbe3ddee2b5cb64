//! Resolves the symbolic links of a path, even if the file does not exist yet.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::Refusal;

/// The number of successive links that Linux follows.
const LINKS_MAX: u32 = 40;

/// A path with its symbolic links resolved.
#[derive(Clone, Debug)]
pub(super) struct TargetPath {
    /// The path without symbolic links.
    pub(super) path: PathBuf,
    /// Metadata of the existing file, if there is one.
    pub(super) metadata: Option<Metadata>,
    /// Whether it is written through: a pipe, a character device, or a descriptor opened by another
    /// program, whatever that refers to.
    pub(super) is_stream: bool,
    /// Whether the name denotes an open descriptor, such as `/dev/stdout`.
    pub(super) is_descriptor: bool,
}

impl TargetPath {
    /// The folder that contains it.
    pub(super) fn folder(&self) -> &Path {
        crate::file::folder(&self.path)
    }

    /// Whether its name ends in `.vstore`.
    pub(super) fn ends_like_a_database(&self) -> bool {
        let ending = self.path.extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("vstore"))
    }
}

/// Resolves a path. Folders, disks and sockets are refused.
pub(super) fn resolve(path: &Path) -> Result<TargetPath, Refusal> {
    let failed = |error: &io::Error| Refusal::unreachable(path, error);
    if path.as_os_str().is_empty() {
        return Err(failed(&io::ErrorKind::InvalidInput.into()));
    }
    let mut current = path.to_owned();
    for _ in 0..LINKS_MAX {
        // `..`, `/` and paths that end in a slash name folders, existing or not.
        let is_named = !current.as_os_str().as_encoded_bytes().ends_with(b"/");
        let Some(name) = current.file_name().filter(|_| is_named) else {
            return Err(Refusal::Folder(path.to_owned()));
        };
        let folder = crate::file::folder(&current)
            .canonicalize()
            .map_err(|error| failed(&error))?;
        let candidate = folder.join(name);
        if is_descriptor_folder(&folder) {
            let metadata = fs::metadata(&candidate).map_err(|error| failed(&error))?;
            return Ok(TargetPath {
                path: candidate,
                metadata: Some(metadata),
                is_stream: true,
                is_descriptor: true,
            });
        }
        let metadata = match fs::symlink_metadata(&candidate) {
            Ok(metadata) if metadata.is_symlink() => {
                let leads_to = fs::read_link(&candidate).map_err(|error| failed(&error))?;
                current = folder.join(leads_to);
                continue;
            }
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&error)),
        };
        let is_stream = match &metadata {
            None => false,
            Some(metadata) if metadata.is_file() => false,
            Some(metadata) if metadata.is_dir() => return Err(Refusal::Folder(path.to_owned())),
            Some(metadata) if is_stream(metadata) => true,
            Some(_) => return Err(Refusal::NotAFile(path.to_owned())),
        };
        return Ok(TargetPath {
            path: candidate,
            metadata,
            is_stream,
            is_descriptor: false,
        });
    }
    let message = "too many symbolic links in a row";
    Err(failed(&io::Error::other(message)))
}

/// Whether the names in a folder denote open descriptors: `/proc/PID/fd`, `/dev/fd`.
fn is_descriptor_folder(folder: &Path) -> bool {
    let in_proc = folder.starts_with("/proc") && folder.ends_with("fd");
    cfg!(unix) && (in_proc || folder == Path::new("/dev/fd"))
}

#[cfg(unix)]
fn is_stream(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    kind.is_fifo() || kind.is_char_device()
}

#[cfg(not(unix))]
const fn is_stream(_metadata: &Metadata) -> bool {
    false
}
