//! Small files that appear whole at their place, or not at all: key files and header backups.
use std::{io, path::Path};

use crate::file::disk::{
    entropy::OsEntropy,
    io_error::{FileOp, IoError},
    siblings::{folder, remove_temporaries, temp_path},
    vfs::Vfs,
};

/// Writes a file, durably, at a path where there is none.
///
/// It is written under a temporary name and then renamed: whoever is killed meanwhile leaves
/// nothing that could be taken for the file, and the next to write it removes what is left.
///
/// # Errors
/// Of the kind `AlreadyExists` if something has the name, and then that is left alone; whatever
/// else the file system or the source of random numbers refuses. There is no file then.
pub(crate) fn write_new(vfs: &dyn Vfs, path: &Path, content: &[u8]) -> Result<(), IoError> {
    if vfs.look(path).is_ok() {
        let source = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(IoError::new(FileOp::Create, path, source));
    }
    remove_temporaries(vfs, path);
    let temporary = temp_path(path, &OsEntropy)
        .map_err(|error| IoError::new(FileOp::Create, path, io::Error::other(error)))?;
    let written = write(vfs, &temporary, content)
        .and_then(|()| vfs.rename_noreplace(&temporary, path))
        .inspect_err(|_| {
            // The error that led here is the one to report.
            drop(vfs.remove(&temporary));
        });
    written?;
    vfs.sync_dir(folder(path)).inspect_err(|_| {
        // What may be gone after a power failure must not be relied on.
        drop(vfs.remove(path));
    })
}

fn write(vfs: &dyn Vfs, path: &Path, content: &[u8]) -> Result<(), IoError> {
    let file = vfs.create_new(path)?;
    file.write_at(content, 0)?;
    file.sync_all()
}
