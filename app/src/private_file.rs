//! The program's own files (preferences, positions, unsaved edits). They reveal what their user
//! works on, so only that user can read them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Creates a folder and its parents; new ones are private to this user.
///
/// # Errors
///
/// Any error of the system. An existing folder stays as it is.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Creates a file that only this user can read, at a path where nothing exists.
///
/// # Errors
/// `AlreadyExists` if something has that name, or any other error of the system.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Replaces a file with one that has this content and that only this user can read, whatever the
/// permissions of the old one; after a crash one of the two is there in full. Creates the folder if
/// missing.
///
/// # Errors
///
/// Any error of the system. The old file is then unchanged.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    // Several instances may do this at once: the process id keeps their files apart.
    let temporary = path.with_added_extension(format!("{}.tmp", std::process::id()));
    fs::remove_file(&temporary).ok();
    let mut file = create(&temporary)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, path));
    written.inspect_err(|_| {
        // The earlier error is the one to report.
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
    fn a_file_and_its_new_folders_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/preferences.json");
        replace(&path, b"old").unwrap();
        assert_eq!(mode(&path).unwrap(), 0o600);
        assert_eq!(mode(path.parent().unwrap()).unwrap(), 0o700);
        // A file that an earlier version left readable by everybody becomes private.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(mode(&path).unwrap(), 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_replacement_leaves_the_old_file_and_no_temporary_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(replace(&path, b"new").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
