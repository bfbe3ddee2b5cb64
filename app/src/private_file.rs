//! The program's own files (preferences, positions, unsaved edits): they name what its user works
//! with, so only that user can read them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes a folder and those above it; what is made belongs to this user alone.
///
/// # Errors
/// Whatever the system refuses. A folder that is there stays as it is.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that only this user can read, where there is none.
///
/// # Errors
/// `AlreadyExists` if something has that name, or whatever else the system refuses.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Replaces a file by one with this content that only this user can read, whatever the old one
/// was; a crash leaves one of the two whole. Makes the folder where there is none.
///
/// # Errors
/// Whatever the system refuses. The old file is there then.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    // Several windows may do so at once: the number of the process keeps them apart.
    let temporary = path.with_added_extension(format!("{}.tmp", std::process::id()));
    fs::remove_file(&temporary).ok();
    let mut file = create(&temporary)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, path));
    written.inspect_err(|_| {
        // The error that led here is the one to report.
        fs::remove_file(&temporary).ok();
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    fn mode(path: &Path) -> io::Result<u32> {
        Ok(fs::metadata(path)?.mode() & 0o777)
    }

    #[test]
    fn a_file_and_its_new_folders_are_for_their_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/preferences.json");
        replace(&path, b"old").unwrap();
        assert_eq!(mode(&path).unwrap(), 0o600);
        assert_eq!(mode(path.parent().unwrap()).unwrap(), 0o700);
        // One that an earlier version left open to everybody is closed.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(mode(&path).unwrap(), 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_replaced_stays_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(replace(&path, b"new").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
