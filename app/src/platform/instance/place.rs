//! The path of the socket for a file: a private folder of the user, and a name that reveals
//! nothing.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// How many bytes of the hash are in the name: socket paths are limited to about a hundred bytes.
const NAME_BYTES: usize = 16;
const SUFFIX: &str = ".sock";

/// The number of low mode bits that give permissions to the group and others.
const OTHERS_BITS: u32 = 6;

/// The folder of the sockets, created if missing. `None` if it cannot belong to this user alone:
/// finding no window is better than finding the wrong one.
pub(super) fn folder() -> Option<PathBuf> {
    let places = directories::BaseDirs::new()?;
    // Not every system has a folder for files of one session.
    let place = places.runtime_dir().unwrap_or_else(|| places.cache_dir());
    let folder = place.join("vstore");
    let user = rustix::process::getuid().as_raw();
    own_folder(&folder, user).then_some(folder)
}

/// Creates a private folder for one user; returns whether it is one. In a shared folder someone
/// else may have created it before.
pub(super) fn own_folder(folder: &Path, user: u32) -> bool {
    let made = DirBuilder::new().mode(0o700).create(folder);
    if made.is_err_and(|error| error.kind() != std::io::ErrorKind::AlreadyExists) {
        return false;
    }
    fs::symlink_metadata(folder).is_ok_and(|found| {
        found.is_dir() && found.uid() == user && found.mode().trailing_zeros() >= OTHERS_BITS
    })
}

/// The socket for an existing file, the same for every path to it. Accesses the file system.
pub(super) fn socket(folder: &Path, file: &Path) -> Option<PathBuf> {
    let file = fs::canonicalize(file).ok()?;
    let hash = Sha256::digest(file.as_os_str().as_encoded_bytes());
    let mut name = String::with_capacity(2 * NAME_BYTES + SUFFIX.len());
    for byte in hash.iter().take(NAME_BYTES) {
        write!(name, "{byte:02x}").ok()?;
    }
    name.push_str(SUFFIX);
    Some(folder.join(name))
}
