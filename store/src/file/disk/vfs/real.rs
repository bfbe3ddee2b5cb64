//! The file system of the computer. The only place of the file layer that calls `std::fs`.
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{Access, Entry, Rights, Stat, Vfs, VfsFile, host, identity};
use crate::file::disk::io_error::{FileOp, IoError};

/// The file system of the computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealVfs;

fn failed(op: FileOp, path: &Path) -> impl FnOnce(io::Error) -> IoError {
    move |source| IoError::new(op, path, source)
}

fn boxed(file: File, path: &Path) -> Box<dyn VfsFile> {
    Box::new(RealFile {
        file,
        path: path.to_owned(),
    })
}

impl Vfs for RealVfs {
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        // Opening a folder succeeds on some systems, and opening a pipe may never return.
        let metadata = fs::metadata(path).map_err(failed(FileOp::Open, path))?;
        if !metadata.is_file() {
            return Err(not_regular(path));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(access == Access::ReadWrite);
        alone_in_writing(&mut options, access);
        let file = options.open(path).map_err(failed(FileOp::Open, path))?;
        Ok(boxed(file, path))
    }

    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        let mut options = OpenOptions::new();
        options.read(true).write(access == Access::ReadWrite);
        no_follow(&mut options);
        let file = options.open(path).map_err(failed(FileOp::Open, path))?;
        let metadata = file.metadata().map_err(failed(FileOp::Inspect, path))?;
        if !metadata.is_file() {
            return Err(not_regular(path));
        }
        Ok(boxed(file, path))
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        owner_only(&mut options);
        let file = options.open(path).map_err(failed(FileOp::Create, path))?;
        Ok(boxed(file, path))
    }

    fn stat(&self, path: &Path) -> Result<Stat, IoError> {
        identity::of_path(path).map_err(failed(FileOp::Inspect, path))
    }

    fn look(&self, path: &Path) -> Result<Entry, IoError> {
        identity::of_name(path).map_err(failed(FileOp::Inspect, path))
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError> {
        fs::canonicalize(path).map_err(failed(FileOp::Inspect, path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        fs::rename(from, to).map_err(failed(FileOp::Rename, to))
    }

    fn rename_noreplace(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        if atomic_rename_noreplace(from, to).map_err(failed(FileOp::Rename, to))? {
            return Ok(());
        }
        // A second name fails if the first exists, atomically, wherever hard links exist.
        match fs::hard_link(from, to) {
            Ok(()) => return fs::remove_file(from).map_err(failed(FileOp::Remove, from)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(IoError::new(FileOp::Rename, to, error));
            }
            Err(_) => {}
        }
        if fs::symlink_metadata(to).is_ok() {
            let source = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(IoError::new(FileOp::Rename, to, source));
        }
        self.rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<(), IoError> {
        fs::remove_file(path).map_err(failed(FileOp::Remove, path))
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        fs::hard_link(from, to).map_err(failed(FileOp::Link, to))
    }

    fn sync_dir(&self, folder: &Path) -> Result<(), IoError> {
        sync_folder(folder).map_err(failed(FileOp::SyncFolder, folder))
    }

    fn list_dir(&self, folder: &Path) -> Result<Vec<OsString>, IoError> {
        fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
            .map_err(failed(FileOp::List, folder))
    }

    fn boot_id(&self) -> Option<String> {
        host::boot_id()
    }
}

#[derive(Debug)]
struct RealFile {
    file: File,
    path: PathBuf,
}

impl RealFile {
    fn failed(&self, op: FileOp) -> impl FnOnce(io::Error) -> IoError {
        let path = self.path.clone();
        move |source| IoError::new(op, path, source)
    }

    fn locked(&self, answer: Result<(), TryLockError>) -> Result<bool, IoError> {
        match answer {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(self.failed(FileOp::Lock)(error)),
        }
    }
}

/// Unlocks explicitly: a lock belongs to the open file description, and a child process that is
/// just being started has a copy of it, which would keep the lock until the child executes its
/// program.
impl Drop for RealFile {
    fn drop(&mut self) {
        self.file.unlock().ok();
    }
}

impl VfsFile for RealFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError> {
        let mut done = 0_usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match read_some(&self.file, rest, offset.saturating_add(done as u64)) {
                Ok(0) => break,
                Ok(count) => done = done.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(FileOp::Read)(error)),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), IoError> {
        let mut done = 0_usize;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            match write_some(&self.file, rest, offset.saturating_add(done as u64)) {
                Ok(0) => {
                    return Err(self.failed(FileOp::Write)(io::ErrorKind::WriteZero.into()));
                }
                Ok(count) => done = done.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(FileOp::Write)(error)),
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), IoError> {
        self.file.set_len(len).map_err(self.failed(FileOp::Resize))
    }

    fn sync_data(&self) -> Result<(), IoError> {
        self.file
            .sync_data()
            .or_else(|error| plain_sync(&self.file, error))
            .map_err(self.failed(FileOp::Sync))
    }

    fn sync_all(&self) -> Result<(), IoError> {
        self.file
            .sync_all()
            .or_else(|error| plain_sync(&self.file, error))
            .map_err(self.failed(FileOp::Sync))
    }

    fn stat(&self) -> Result<Stat, IoError> {
        identity::of_file(&self.file)
            .map(|(stat, _)| stat)
            .map_err(self.failed(FileOp::Inspect))
    }

    fn renamed(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    fn try_lock(&self) -> Result<bool, IoError> {
        self.locked(self.file.try_lock())
    }

    fn try_lock_shared(&self) -> Result<bool, IoError> {
        self.locked(self.file.try_lock_shared())
    }

    fn rights(&self) -> Result<Rights, IoError> {
        Rights::of(&self.file).map_err(self.failed(FileOp::Rights))
    }

    fn set_rights(&self, rights: &Rights) -> Result<(), IoError> {
        rights.give(&self.file).map_err(self.failed(FileOp::Rights))
    }
}

fn not_regular(path: &Path) -> IoError {
    let source = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
    IoError::new(FileOp::Open, path, source)
}

#[cfg(unix)]
fn read_some(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_some(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(unix)]
fn write_some(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_some(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, offset)
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn owner_only(_options: &mut OpenOptions) {}

#[cfg(unix)]
fn no_follow(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
}

/// A link is opened as a file of its own, which is none that is regular.
#[cfg(windows)]
fn no_follow(options: &mut OpenOptions) {
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    std::os::windows::fs::OpenOptionsExt::custom_flags(options, FILE_FLAG_OPEN_REPARSE_POINT);
}

/// On Windows a lock would keep readers out; there a handle that writes shares the file with
/// readers only, which keeps a second writer out as well.
#[cfg(windows)]
fn alone_in_writing(options: &mut OpenOptions, access: Access) {
    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    if access == Access::ReadWrite {
        std::os::windows::fs::OpenOptionsExt::share_mode(
            options,
            FILE_SHARE_READ | FILE_SHARE_DELETE,
        );
    }
}

#[cfg(not(windows))]
fn alone_in_writing(_options: &mut OpenOptions, _access: Access) {}

/// True if done, false if the system has no such call here.
#[cfg(target_os = "linux")]
fn atomic_rename_noreplace(from: &Path, to: &Path) -> io::Result<bool> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn atomic_rename_noreplace(_from: &Path, _to: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    use rustix::io::Errno;
    let handle = File::open(folder)?;
    match handle
        .sync_all()
        .or_else(|error| plain_sync(&handle, error))
    {
        // Some FUSE and exFAT mounts cannot sync a folder; there is nothing better to do there.
        Err(error)
            if error.raw_os_error() == Some(Errno::INVAL.raw_os_error())
                || error.raw_os_error() == Some(Errno::OPNOTSUPP.raw_os_error()) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Windows cannot sync a folder; NTFS journals its names.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// On Apple systems std asks for `F_FULLFSYNC` and nothing else, which network volumes and some
/// disks refuse; a plain `fsync` is what they offer.
#[cfg(target_vendor = "apple")]
fn plain_sync(file: &File, error: io::Error) -> io::Result<()> {
    use rustix::io::Errno;
    let unsupported = [Errno::NOTSUP, Errno::NOTTY, Errno::INVAL];
    if unsupported
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
    {
        rustix::fs::fsync(file).map_err(io::Error::from)
    } else {
        Err(error)
    }
}

/// Elsewhere a failed sync stays failed: it is never tried again.
#[cfg(not(target_vendor = "apple"))]
fn plain_sync(_file: &File, error: io::Error) -> io::Result<()> {
    Err(error)
}
