//! Writing small files atomically: key files and header backups.
use std::{io, path::Path};

use crate::file::disk::{
    entropy::OsEntropy,
    io_error::{FileOp, IoError},
    siblings::{folder, remove_temporaries, temp_path},
    vfs::Vfs,
};

/// Writes a new file durably, at a path where there is none.
///
/// It is written under a temporary name and then renamed, so that a process that is killed leaves
/// no incomplete file. The next call for the same path removes its temporary file.
///
/// # Errors
///
/// Of the kind `AlreadyExists` if the path exists; it is then left unchanged. Otherwise any error
/// of the file system or of the random number generator. The file does not exist then.
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
            // The first error is the one to report.
            drop(vfs.remove(&temporary));
        });
    written?;
    vfs.sync_dir(folder(path)).inspect_err(|_| {
        // The file may disappear after a power failure, so it must not be relied on.
        drop(vfs.remove(path));
    })
}

fn write(vfs: &dyn Vfs, path: &Path, content: &[u8]) -> Result<(), IoError> {
    let file = vfs.create_new(path)?;
    file.write_at(content, 0)?;
    file.sync_all()
}
