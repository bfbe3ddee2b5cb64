//! The identity of files, whatever their names: device and inode, or the equivalent on Windows.
use std::{fs::File, io, path::Path};

use super::{Entry, EntryKind, FileId, Stat};

/// The length and identity of an open file, and the number of its names.
pub(super) fn of_file(file: &File) -> io::Result<(Stat, u64)> {
    system::of_file(file)
}

/// The length and identity of the file at a path; links are followed.
pub(super) fn of_path(path: &Path) -> io::Result<Stat> {
    system::of_path(path)
}

/// The directory entry at a path; links are not followed.
pub(super) fn of_name(path: &Path) -> io::Result<Entry> {
    let metadata = std::fs::symlink_metadata(path)?;
    let kind = if metadata.is_file() {
        EntryKind::File
    } else if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_dir() {
        EntryKind::Folder
    } else {
        EntryKind::Other
    };
    system::entry(path, &metadata, kind)
}

#[cfg(unix)]
mod system {
    use std::{
        fs::{File, Metadata},
        io,
        os::unix::fs::MetadataExt as _,
        path::Path,
    };

    use super::{Entry, EntryKind, FileId, Stat};

    fn stat(metadata: &Metadata) -> Stat {
        Stat {
            len: metadata.len(),
            id: FileId(metadata.dev(), metadata.ino()),
        }
    }

    pub(super) fn of_file(file: &File) -> io::Result<(Stat, u64)> {
        let metadata = file.metadata()?;
        Ok((stat(&metadata), metadata.nlink()))
    }

    pub(super) fn of_path(path: &Path) -> io::Result<Stat> {
        std::fs::metadata(path).map(|metadata| stat(&metadata))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    pub(super) fn entry(_path: &Path, metadata: &Metadata, kind: EntryKind) -> io::Result<Entry> {
        Ok(Entry {
            kind,
            stat: stat(metadata),
            names: metadata.nlink(),
        })
    }
}

/// The number of the volume and that of the file on it. (The time of creation, which also is at
/// hand, is carried over when one file replaces another of the same name within seconds.)
#[cfg(windows)]
mod system {
    use std::{
        fs::{File, Metadata, OpenOptions},
        io,
        os::windows::fs::OpenOptionsExt as _,
        path::Path,
    };

    use super::{Entry, EntryKind, FileId, Stat};

    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

    pub(super) fn of_file(file: &File) -> io::Result<(Stat, u64)> {
        let found = winapi_util::file::information(file)?;
        let stat = Stat {
            len: found.file_size(),
            id: FileId(found.volume_serial_number(), found.file_index()),
        };
        Ok((stat, found.number_of_links()))
    }

    pub(super) fn of_path(path: &Path) -> io::Result<Stat> {
        // No access is asked for, so that no share mode of another handle refuses it.
        let file = OpenOptions::new().access_mode(0).open(path)?;
        of_file(&file).map(|(stat, _)| stat)
    }

    pub(super) fn entry(path: &Path, metadata: &Metadata, kind: EntryKind) -> io::Result<Entry> {
        let file = OpenOptions::new()
            .access_mode(0)
            .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS)
            .open(path)?;
        let (stat, names) = of_file(&file)?;
        let len = metadata.len();
        Ok(Entry {
            kind,
            stat: Stat { len, ..stat },
            names,
        })
    }
}
