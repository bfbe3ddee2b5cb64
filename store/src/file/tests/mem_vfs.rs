//! A file system in memory that fails on demand and logs all calls.
//!
//! It does not model power loss: written data persists, synced or not.
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use crate::file::disk::{
    io_error::{FileOp, IoError},
    vfs::{Access, Entry, EntryKind, FileId, Rights, Stat, Vfs, VfsFile},
};

struct Inode {
    id: u64,
    content: Mutex<Vec<u8>>,
    locked: Mutex<Locked>,
}

/// The lock of a file, as `flock` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Locked {
    #[default]
    Free,
    Shared(usize),
    Exclusive,
}

impl Locked {
    /// Takes the lock if the present holders allow it.
    pub(super) fn take(&mut self, wanted: Self) -> bool {
        *self = match (*self, wanted) {
            (Self::Free, wanted) => wanted,
            (Self::Shared(count), Self::Shared(_)) => Self::Shared(count + 1),
            _ => return false,
        };
        true
    }

    pub(super) fn release(&mut self) {
        *self = match *self {
            Self::Shared(count) if count > 1 => Self::Shared(count - 1),
            _ => Self::Free,
        };
    }
}

/// A planned failure.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The call that fails; any if `None`.
    pub(super) op: Option<FileOp>,
    /// What the path must end with.
    pub(super) ending: &'static str,
    /// Number of such calls that succeed before it.
    pub(super) after: usize,
    pub(super) kind: io::ErrorKind,
    /// Number of calls that then fail.
    pub(super) times: usize,
}

/// What another program does at a call.
type Deed = Box<dyn FnOnce(&MemVfs) + Send>;

#[derive(Default)]
struct State {
    deeds: Vec<(FileOp, &'static str, Deed)>,
    /// What is done just before the call with this number.
    numbered_deed: Option<(usize, Deed)>,
    files: BTreeMap<PathBuf, Arc<Inode>>,
    next_id: u64,
    faults: Vec<Fault>,
    prepared: Vec<Fault>,
    log: Vec<(FileOp, PathBuf)>,
    boot: u32,
    /// Writes to temporary files until one is silently changed.
    garble_after: Option<usize>,
}

/// A file system in memory; clones share it.
#[derive(Clone, Default)]
pub(super) struct MemVfs(Arc<Mutex<State>>);

impl fmt::Debug for MemVfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemVfs")
    }
}

impl fmt::Debug for MemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl MemVfs {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// A failure that begins when [`arm`](Self::arm) is called.
    pub(super) fn prepare(&self, fault: Fault) {
        self.state().prepared.push(fault);
    }

    pub(super) fn arm(&self) {
        let mut state = self.state();
        let prepared = std::mem::take(&mut state.prepared);
        state.faults.extend(prepared);
    }

    pub(super) fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Makes the next call of this kind on paths with this ending fail, once.
    pub(super) fn fail_next(&self, op: FileOp, ending: &'static str, kind: io::ErrorKind) {
        self.fail(Fault {
            op: Some(op),
            ending,
            after: 0,
            kind,
            times: 1,
        });
    }

    /// Runs another program's action just before the next call of this kind.
    pub(super) fn at_next(
        &self,
        op: FileOp,
        ending: &'static str,
        deed: impl FnOnce(&Self) + Send + 'static,
    ) {
        self.state().deeds.push((op, ending, Box::new(deed)));
    }

    /// Runs another program's action just before the call of any kind that follows `calls` others,
    /// counted as in [`calls`](Self::calls).
    pub(super) fn at_call(&self, calls: usize, deed: impl FnOnce(&Self) + Send + 'static) {
        self.state().numbered_deed = Some((calls, Box::new(deed)));
    }

    fn do_deeds(&self, op: FileOp, path: &Path) {
        let text = path.to_string_lossy();
        let mut state = self.state();
        let calls = state.log.len();
        if let Some((_, deed)) = state.numbered_deed.take_if(|(due, _)| *due == calls) {
            drop(state);
            deed(self);
            state = self.state();
        }
        let due = state
            .deeds
            .iter()
            .position(|(wanted, ending, _)| *wanted == op && text.ends_with(ending));
        let deed = due.map(|index| state.deeds.remove(index).2);
        drop(state);
        if let Some(deed) = deed {
            deed(self);
        }
    }

    pub(super) fn heal(&self) {
        self.state().faults.clear();
    }

    /// The calls since the last time, except for locking and reading metadata.
    pub(super) fn take_log(&self) -> Vec<FileOp> {
        let log = std::mem::take(&mut self.state().log);
        log.into_iter()
            .filter(|(op, path)| {
                let changes = matches!(
                    op,
                    FileOp::Write
                        | FileOp::Resize
                        | FileOp::Sync
                        | FileOp::SyncFolder
                        | FileOp::Rename
                );
                changes && !path.to_string_lossy().ends_with(".lock")
            })
            .map(|(op, _)| op)
            .collect()
    }

    /// Number of calls of a kind since the last [`take_log`](Self::take_log), on any file.
    pub(super) fn asked(&self, op: FileOp) -> usize {
        self.state()
            .log
            .iter()
            .filter(|(asked, _)| *asked == op)
            .count()
    }

    /// Number of calls since the last [`take_log`](Self::take_log).
    pub(super) fn calls(&self) -> usize {
        self.state().log.len()
    }

    /// Silently changes the first byte of a write to a temporary file, `after` writes later.
    pub(super) fn garble(&self, after: usize) {
        self.state().garble_after = Some(after);
    }

    /// Whether this write is the one to change.
    fn garbles(&self, path: &Path) -> bool {
        if !path.to_string_lossy().contains("vstmp") {
            return false;
        }
        let garble_after = &mut self.state().garble_after;
        let now = *garble_after == Some(0);
        *garble_after = garble_after.and_then(|left| left.checked_sub(1));
        now
    }

    pub(super) fn restart_computer(&self) {
        self.state().boot += 1;
    }

    pub(super) fn content(&self, path: &Path) -> Vec<u8> {
        self.state().files[path].content.lock().unwrap().clone()
    }

    /// Puts a new file there, as another program would.
    pub(super) fn put(&self, path: &Path, content: Vec<u8>) {
        let mut state = self.state();
        let inode = state.new_inode(content);
        state.files.insert(path.to_owned(), inode);
    }

    /// Changes a file in place, as another program would.
    pub(super) fn change(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.state().files[path].content.lock().unwrap());
    }

    pub(super) fn names(&self) -> Vec<String> {
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        self.state().files.keys().map(name).collect()
    }

    fn called(&self, op: FileOp, path: &Path) -> Result<MutexGuard<'_, State>, IoError> {
        self.do_deeds(op, path);
        let mut state = self.state();
        state.log.push((op, path.to_owned()));
        let text = path.to_string_lossy().into_owned();
        for fault in &mut state.faults {
            if fault.op.is_some_and(|wanted| wanted != op) || !text.ends_with(fault.ending) {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
            } else if fault.times > 0 {
                fault.times -= 1;
                return Err(IoError::new(op, path, fault.kind.into()));
            }
        }
        Ok(state)
    }

    fn handle(&self, path: &Path, inode: &Arc<Inode>, access: Access) -> Box<dyn VfsFile> {
        Box::new(MemFile {
            vfs: self.clone(),
            path: path.to_owned(),
            inode: Arc::clone(inode),
            access,
            holds_lock: Mutex::new(false),
        })
    }
}

impl State {
    fn new_inode(&mut self, content: Vec<u8>) -> Arc<Inode> {
        self.next_id += 1;
        Arc::new(Inode {
            id: self.next_id,
            content: Mutex::new(content),
            locked: Mutex::default(),
        })
    }

    fn find(&self, op: FileOp, path: &Path) -> Result<Arc<Inode>, IoError> {
        let found = self.files.get(path).cloned();
        found.ok_or_else(|| IoError::new(op, path, io::ErrorKind::NotFound.into()))
    }
}

fn stat(inode: &Inode) -> Stat {
    Stat {
        len: inode.content.lock().unwrap().len() as u64,
        id: FileId(1, inode.id),
    }
}

impl Vfs for MemVfs {
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        let inode = self.called(FileOp::Open, path)?.find(FileOp::Open, path)?;
        Ok(self.handle(path, &inode, access))
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError> {
        let mut state = self.called(FileOp::Create, path)?;
        if state.files.contains_key(path) {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(IoError::new(FileOp::Create, path, source));
        }
        let inode = state.new_inode(Vec::new());
        state.files.insert(path.to_owned(), Arc::clone(&inode));
        drop(state);
        Ok(self.handle(path, &inode, Access::ReadWrite))
    }

    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        self.open(path, access)
    }

    fn stat(&self, path: &Path) -> Result<Stat, IoError> {
        Ok(stat(
            &*self
                .called(FileOp::Inspect, path)?
                .find(FileOp::Inspect, path)?,
        ))
    }

    fn look(&self, path: &Path) -> Result<Entry, IoError> {
        let state = self.called(FileOp::Inspect, path)?;
        let inode = state.find(FileOp::Inspect, path)?;
        let names = state
            .files
            .values()
            .filter(|other| Arc::ptr_eq(other, &inode));
        Ok(Entry {
            kind: EntryKind::File,
            stat: stat(&inode),
            names: names.count() as u64,
        })
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError> {
        let state = self.called(FileOp::Inspect, path)?;
        let is_folder = state.files.keys().any(|file| file.parent() == Some(path));
        if is_folder || path.extension().is_none() {
            return Ok(path.to_owned());
        }
        state.find(FileOp::Inspect, path).map(|_| path.to_owned())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let mut state = self.called(FileOp::Rename, to)?;
        let inode = state.find(FileOp::Rename, from)?;
        state.files.remove(from);
        state.files.insert(to.to_owned(), inode);
        Ok(())
    }

    fn rename_noreplace(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        if self.state().files.contains_key(to) {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(IoError::new(FileOp::Rename, to, source));
        }
        self.rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<(), IoError> {
        let mut state = self.called(FileOp::Remove, path)?;
        state.find(FileOp::Remove, path)?;
        state.files.remove(path);
        Ok(())
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let mut state = self.called(FileOp::Link, to)?;
        let inode = state.find(FileOp::Link, from)?;
        state.files.insert(to.to_owned(), inode);
        Ok(())
    }

    fn sync_dir(&self, folder: &Path) -> Result<(), IoError> {
        self.called(FileOp::SyncFolder, folder).map(drop)
    }

    fn list_dir(&self, folder: &Path) -> Result<Vec<OsString>, IoError> {
        let state = self.called(FileOp::List, folder)?;
        let inside = state
            .files
            .keys()
            .filter(|path| path.parent() == Some(folder));
        Ok(inside
            .map(|path| path.file_name().unwrap().to_owned())
            .collect())
    }

    fn boot_id(&self) -> Option<String> {
        Some(format!("boot-{}", self.state().boot))
    }
}

struct MemFile {
    vfs: MemVfs,
    path: PathBuf,
    inode: Arc<Inode>,
    access: Access,
    holds_lock: Mutex<bool>,
}

impl MemFile {
    fn changed(&self, op: FileOp) -> Result<MutexGuard<'_, Vec<u8>>, IoError> {
        assert_eq!(
            self.access,
            Access::ReadWrite,
            "{op} on a file opened for reading"
        );
        drop(self.vfs.called(op, &self.path)?);
        Ok(self.inode.content.lock().unwrap())
    }
}

impl MemFile {
    fn lock(&self, wanted: Locked) -> Result<bool, IoError> {
        drop(self.vfs.called(FileOp::Lock, &self.path)?);
        let taken = self.inode.locked.lock().unwrap().take(wanted);
        *self.holds_lock.lock().unwrap() |= taken;
        Ok(taken)
    }
}

impl VfsFile for MemFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError> {
        drop(self.vfs.called(FileOp::Read, &self.path)?);
        let content = self.inode.content.lock().unwrap();
        let rest = content.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), IoError> {
        let (written, result) = match self.changed(FileOp::Write) {
            Ok(_) => (bytes.len(), Ok(())),
            // A failed write leaves a part of its bytes.
            Err(error) => (bytes.len() / 2, Err(error)),
        };
        let mut content = self.inode.content.lock().unwrap();
        let end = offset as usize + written;
        if content.len() < end {
            content.resize(end, 0);
        }
        content[offset as usize..end].copy_from_slice(&bytes[..written]);
        content[offset as usize] ^= u8::from(self.vfs.garbles(&self.path));
        result
    }

    fn set_len(&self, len: u64) -> Result<(), IoError> {
        self.changed(FileOp::Resize)?.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), IoError> {
        self.changed(FileOp::Sync).map(drop)
    }

    fn sync_all(&self) -> Result<(), IoError> {
        self.changed(FileOp::Sync).map(drop)
    }

    fn stat(&self) -> Result<Stat, IoError> {
        drop(self.vfs.called(FileOp::Inspect, &self.path)?);
        Ok(stat(&self.inode))
    }

    fn renamed(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    fn try_lock(&self) -> Result<bool, IoError> {
        self.lock(Locked::Exclusive)
    }

    fn try_lock_shared(&self) -> Result<bool, IoError> {
        self.lock(Locked::Shared(1))
    }

    fn rights(&self) -> Result<Rights, IoError> {
        drop(self.vfs.called(FileOp::Rights, &self.path)?);
        Ok(Rights::default())
    }

    fn set_rights(&self, _rights: &Rights) -> Result<(), IoError> {
        self.vfs.called(FileOp::Rights, &self.path).map(drop)
    }
}

impl Drop for MemFile {
    fn drop(&mut self) {
        if *self.holds_lock.lock().unwrap() {
            self.inode.locked.lock().unwrap().release();
        }
    }
}
