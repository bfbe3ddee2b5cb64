//! A file that appears under its name only when it is complete.
//!
//! Where the system supports it, the file has no name until then, so that nothing remains of it if
//! the writer dies. Elsewhere it has a temporary name, which is removed by the writer or, if that
//! was killed, by the next one (`leftovers`).

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::file_identity::FileIdentity;
use super::target_path::TargetPath;
use super::{Approved, Existing, leftovers};
use crate::file::{RealVfs, Vfs as _};

/// Number of temporary names that are tried.
const ATTEMPTS: u32 = 100;

/// A file that disappears unless it is finished.
pub(crate) struct NewFile {
    file: File,
    place: TargetPath,
    temporary: Option<TemporaryName>,
}

/// A temporary name, removed on drop unless the file was renamed.
pub(super) struct TemporaryName {
    path: PathBuf,
    is_renamed: bool,
}

impl TemporaryName {
    const fn new(path: PathBuf) -> Self {
        Self {
            path,
            is_renamed: false,
        }
    }

    /// Renames the file with the given function.
    fn rename(mut self, call: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        call(&self.path)?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for TemporaryName {
    fn drop(&mut self) {
        if !self.is_renamed {
            // The error to report is the one that led here; the next writer tries to remove the
            // file again.
            drop(fs::remove_file(&self.path));
        }
    }
}

impl NewFile {
    /// Creates a file that only its owner can read.
    pub(crate) fn create(target: &Approved) -> io::Result<Self> {
        let place = target.place.clone();
        let folder = place.folder();
        leftovers::remove(folder);
        let (file, temporary) = match create_nameless(folder)? {
            Some(file) => (file, None),
            None => create_named(folder).map(|(file, name)| (file, Some(name)))?,
        };
        Ok(Self {
            file,
            place,
            temporary,
        })
    }

    /// The file to write the content to.
    pub(crate) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Makes the content durable and gives the file its name. It replaces `replaces` and takes over
    /// its mode, owner and group; with `None` it fails if the name exists by now.
    pub(crate) fn finish(mut self, replaces: Option<&Existing>) -> io::Result<()> {
        let path = self.place.path.clone();
        if let Some(existing) = replaces {
            let metadata = fs::symlink_metadata(&path)?;
            if FileIdentity::of(&metadata) != existing.identity {
                let message = format!("{} is another file by now", path.display());
                return Err(io::Error::other(message));
            }
            adopt(&self.file, &metadata)?;
            self.file.sync_all()?;
            self.take_name()?.rename(|name| fs::rename(name, &path))?;
        } else {
            self.file.sync_all()?;
            match self.temporary.take() {
                None => give_name(&self.file, &path)?,
                Some(name) => name.rename(|name| {
                    let renamed = RealVfs.rename_noreplace(name, &path);
                    renamed.map_err(|error| error.source)
                })?,
            }
        }
        let synced = RealVfs.sync_dir(self.place.folder());
        synced.map_err(|error| error.source)
    }

    /// The temporary name, which a nameless file gets only now.
    fn take_name(&mut self) -> io::Result<TemporaryName> {
        if let Some(name) = self.temporary.take() {
            return Ok(name);
        }
        // Locked before it has a name, so that no other process removes it as abandoned.
        leftovers::try_lock(&self.file)?;
        let name = leftovers::new_name(self.place.folder())?;
        give_name(&self.file, &name)?;
        Ok(TemporaryName::new(name))
    }
}

/// A file with a temporary name whose lock is held.
pub(super) fn create_named(folder: &Path) -> io::Result<(File, TemporaryName)> {
    for _ in 0..ATTEMPTS {
        let path = leftovers::new_name(folder)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = match options.open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        let name = TemporaryName::new(path);
        // Where files cannot be locked, none is considered abandoned either.
        let is_locked = leftovers::try_lock(&file).unwrap_or(true);
        if is_locked && names(&name.path, &file) {
            return Ok((file, name));
        }
        // Another process removed it as abandoned before it was locked.
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Whether a path names this file.
fn names(path: &Path, file: &File) -> bool {
    match (fs::symlink_metadata(path), file.metadata()) {
        (Ok(there), Ok(here)) => FileIdentity::of(&there) == FileIdentity::of(&here),
        _ => false,
    }
}

/// A file without a name, readable only by its owner; `None` if the system has no such files or
/// cannot give them a name later.
#[cfg(target_os = "linux")]
fn create_nameless(folder: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file: File = match rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR) {
        Ok(descriptor) => descriptor.into(),
        // Kernels and file systems that do not support the flag treat this as opening the folder
        // itself.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL | Errno::NOSYS) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let can_be_named =
        fs::metadata(descriptor_path(&file)).is_ok_and(|metadata| names_same(&metadata, &file));
    Ok(can_be_named.then_some(file))
}

#[cfg(target_os = "linux")]
fn names_same(metadata: &Metadata, file: &File) -> bool {
    file.metadata()
        .is_ok_and(|other| FileIdentity::is_same(metadata, &other))
}

#[cfg(target_os = "linux")]
fn descriptor_path(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd as _;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(not(target_os = "linux"))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems can fail to make one"
)]
const fn create_nameless(_folder: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Gives a nameless file an unused name.
#[cfg(target_os = "linux")]
fn give_name(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    let descriptor = descriptor_path(file);
    linkat(CWD, &descriptor, CWD, path, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn give_name(_file: &File, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives a new file the owner, group and mode of the file it replaces as far as permitted, without
/// making it readable for anyone who could not read that file.
#[cfg(unix)]
fn adopt(file: &File, replaced: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let own = file.metadata()?;
    let mut mode = replaced.mode() & 0o777;
    if own.gid() != replaced.gid() && fchown(file, None, Some(replaced.gid())).is_err() {
        mode &= 0o700;
    }
    if own.uid() != replaced.uid() && fchown(file, Some(replaced.uid()), None).is_err() {
        mode &= 0o700;
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn adopt(file: &File, replaced: &Metadata) -> io::Result<()> {
    file.set_permissions(replaced.permissions())
}
