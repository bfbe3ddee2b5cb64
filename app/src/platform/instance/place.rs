//! Where the socket of a file stands: a folder of the user's own, a name that tells nothing.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// How much of the hash makes the name: paths of sockets have room for about a hundred bytes.
const NAME_BYTES: usize = 16;

/// The folder of the sockets, made if it is not there. `None` where there is none that belongs to
/// this user alone: rather no window is found than the wrong one.
pub(super) fn folder() -> Option<PathBuf> {
    let runtime = directories::BaseDirs::new()?
        .runtime_dir()
        .map(Path::to_path_buf);
    let user = rustix::process::getuid().as_raw();
    let folder = runtime.map_or_else(
        || std::env::temp_dir().join(format!("vstore-{user}")),
        |runtime| runtime.join("vstore"),
    );
    own_folder(&folder, user).then_some(folder)
}

/// Makes a folder for one user; whether it is one. In a shared folder somebody else may have made
/// it before.
pub(super) fn own_folder(folder: &Path, user: u32) -> bool {
    let made = DirBuilder::new().mode(0o700).create(folder);
    if made.is_err_and(|error| error.kind() != std::io::ErrorKind::AlreadyExists) {
        return false;
    }
    fs::symlink_metadata(folder)
        .is_ok_and(|found| found.is_dir() && found.uid() == user && found.mode() & 0o077 == 0)
}

/// The socket of a file that exists, whatever way leads to it; touches the file's folder.
pub(super) fn socket(folder: &Path, file: &Path) -> Option<PathBuf> {
    let file = fs::canonicalize(file).ok()?;
    let hash = Sha256::digest(file.as_os_str().as_encoded_bytes());
    let name: String = hash
        .iter()
        .take(NAME_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(folder.join(format!("{name}.sock")))
}
