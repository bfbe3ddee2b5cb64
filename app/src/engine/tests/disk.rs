//! A disk in memory that can be full, and that can make the engine panic.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use vstore::file::{Access, Entry, EntryKind, FileId, FileOp, IoError, Rights, Stat, Vfs, VfsFile};

/// The disk; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    files: Mutex<BTreeMap<PathBuf, Arc<Content>>>,
    made: AtomicU64,
    full: AtomicBool,
    panics: AtomicBool,
}

#[derive(Debug, Default)]
struct Content {
    number: u64,
    bytes: Mutex<Vec<u8>>,
    locked: AtomicBool,
}

#[derive(Debug)]
struct Handle {
    disk: Disk,
    path: PathBuf,
    content: Arc<Content>,
    has_lock: AtomicBool,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if *self.has_lock.get_mut() {
            self.content.locked.store(false, Ordering::Relaxed);
        }
    }
}

impl Disk {
    /// Sets whether the disk is full.
    pub(super) fn set_full(&self, full: bool) {
        self.0.full.store(full, Ordering::Relaxed);
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.full.load(Ordering::Relaxed)
    }

    /// The next write panics, as a bug in the engine would.
    pub(super) fn panic_once(&self) {
        self.0.panics.store(true, Ordering::Relaxed);
    }

    /// Cancels [`panic_once`](Self::panic_once); false if it has already happened.
    pub(super) fn forget_panic(&self) -> bool {
        self.0.panics.swap(false, Ordering::Relaxed)
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Arc<Content>>> {
        self.0.files.lock().unwrap()
    }

    fn content(&self, path: &Path) -> Result<Arc<Content>, IoError> {
        let files = self.files();
        files.get(path).cloned().ok_or_else(|| not_found(path))
    }

    fn handle(&self, path: &Path, content: Arc<Content>) -> Box<dyn VfsFile> {
        Box::new(Handle {
            disk: self.clone(),
            path: path.to_owned(),
            content,
            has_lock: AtomicBool::new(false),
        })
    }

    /// An empty file, which fits even on a full disk.
    fn make(&self, path: &Path) -> Box<dyn VfsFile> {
        let content = Arc::new(Content {
            number: self.0.made.fetch_add(1, Ordering::Relaxed),
            ..Content::default()
        });
        self.files().insert(path.to_owned(), Arc::clone(&content));
        self.handle(path, content)
    }

    fn has_room(&self, path: &Path, grows: bool) -> Result<(), IoError> {
        if grows && self.is_full() {
            let full = io::Error::from(io::ErrorKind::StorageFull);
            return Err(IoError::new(FileOp::Write, path, full));
        }
        Ok(())
    }
}

fn not_found(path: &Path) -> IoError {
    IoError::new(FileOp::Open, path, io::ErrorKind::NotFound.into())
}

impl Vfs for Disk {
    fn open(&self, path: &Path, _: Access) -> Result<Box<dyn VfsFile>, IoError> {
        Ok(self.handle(path, self.content(path)?))
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError> {
        if self.files().contains_key(path) {
            let exists = io::ErrorKind::AlreadyExists.into();
            return Err(IoError::new(FileOp::Create, path, exists));
        }
        Ok(self.make(path))
    }

    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        self.open(path, access)
    }

    fn look(&self, path: &Path) -> Result<Entry, IoError> {
        Ok(Entry {
            kind: EntryKind::File,
            stat: Vfs::stat(self, path)?,
            names: 1,
        })
    }

    fn stat(&self, path: &Path) -> Result<Stat, IoError> {
        let content = self.content(path)?;
        self.handle(path, content).stat()
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError> {
        if path != Path::new("/") {
            self.content(path)?;
        }
        Ok(path.to_owned())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let mut files = self.files();
        let content = files.remove(from).ok_or_else(|| not_found(from))?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn rename_noreplace(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        if self.files().contains_key(to) {
            let exists = io::ErrorKind::AlreadyExists.into();
            return Err(IoError::new(FileOp::Rename, to, exists));
        }
        self.rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<(), IoError> {
        let removed = self.files().remove(path);
        removed.map(|_| ()).ok_or_else(|| not_found(path))
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let content = self.content(from)?;
        self.files().insert(to.to_owned(), content);
        Ok(())
    }

    fn sync_dir(&self, _: &Path) -> Result<(), IoError> {
        Ok(())
    }

    fn list_dir(&self, folder: &Path) -> Result<Vec<OsString>, IoError> {
        let files = self.files();
        let inside = files.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside
            .filter_map(|path| path.file_name())
            .map(ToOwned::to_owned)
            .collect())
    }

    fn boot_id(&self) -> Option<String> {
        None
    }
}

impl VfsFile for Handle {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError> {
        let bytes = self.content.bytes.lock().unwrap();
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_at(&self, new: &[u8], offset: u64) -> Result<(), IoError> {
        assert!(!self.disk.forget_panic(), "the engine was made to fail");
        let mut bytes = self.content.bytes.lock().unwrap();
        let end = offset as usize + new.len();
        self.disk.has_room(&self.path, bytes.len() < end)?;
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[offset as usize..end].copy_from_slice(new);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), IoError> {
        let mut bytes = self.content.bytes.lock().unwrap();
        let grows = bytes.len() < len as usize;
        self.disk.has_room(&self.path, grows)?;
        bytes.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), IoError> {
        Ok(())
    }

    fn sync_all(&self) -> Result<(), IoError> {
        Ok(())
    }

    fn stat(&self) -> Result<Stat, IoError> {
        Ok(Stat {
            len: self.content.bytes.lock().unwrap().len() as u64,
            id: FileId(1, self.content.number),
        })
    }

    fn renamed(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    fn try_lock_shared(&self) -> Result<bool, IoError> {
        Ok(!self.content.locked.load(Ordering::Relaxed))
    }

    fn rights(&self) -> Result<Rights, IoError> {
        Ok(Rights::default())
    }

    fn set_rights(&self, _: &Rights) -> Result<(), IoError> {
        Ok(())
    }

    fn try_lock(&self) -> Result<bool, IoError> {
        let is_free = !self.content.locked.swap(true, Ordering::Relaxed);
        if is_free {
            self.has_lock.store(true, Ordering::Relaxed);
        }
        Ok(is_free)
    }
}
