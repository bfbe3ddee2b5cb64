//! Where the socket of a file stands: a folder of the user's own, a name that tells nothing.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// How much of the hash makes the name: paths of sockets have room for about a hundred bytes.
const NAME_BYTES: usize = 16;
const SUFFIX: &str = ".sock";

/// What a group and others may do stands in the lowest bits of a mode.
const OTHERS_BITS: u32 = 6;

/// The folder of the sockets, made if it is not there. `None` where there is none that belongs to
/// this user alone: rather no window is found than the wrong one.
pub(super) fn folder() -> Option<PathBuf> {
    let places = directories::BaseDirs::new()?;
    // Not every system has a place for what lives as long as a session.
    let place = places.runtime_dir().unwrap_or_else(|| places.cache_dir());
    let folder = place.join("vstore");
    let user = rustix::process::getuid().as_raw();
    own_folder(&folder, user).then_some(folder)
}

/// Makes a folder for one user; whether it is one. In a shared folder somebody else may have made
/// it before.
pub(super) fn own_folder(folder: &Path, user: u32) -> bool {
    let made = DirBuilder::new().mode(0o700).create(folder);
    if made.is_err_and(|error| error.kind() != std::io::ErrorKind::AlreadyExists) {
        return false;
    }
    fs::symlink_metadata(folder).is_ok_and(|found| {
        found.is_dir() && found.uid() == user && found.mode().trailing_zeros() >= OTHERS_BITS
    })
}

/// The socket of a file that exists, whatever way leads to it; touches the file's folder.
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
