//! A simulated disk: a file system in memory that tracks separately what was written and what would
//! survive a power cut.
//!
//! The model (after ALICE, OSDI 2014, and `SQLite`'s crash tests): until a file is synced, each
//! sector written since may be on the disk or not, the length may have grown without the data
//! (the gap reads as zeros or as garbage), and a truncation may be lost. Until a folder is synced,
//! a suffix of its name changes may be lost. A sync that fails drops its pages: they never reach
//! the disk, although reading still shows them (fsyncgate).
use std::{
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use crate::file::{
    disk::{
        io_error::{FileOp, IoError},
        vfs::{Access, Entry, EntryKind, FileId, Rights, Stat, Vfs, VfsFile},
    },
    tests::mem_vfs::Locked,
};

const SECTOR: usize = 512;

/// `SplitMix64`: every seed is one crash, the same on every computer.
#[derive(Clone, Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub(super) fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// A change of a file that no sync has made durable yet.
#[derive(Clone, Debug)]
enum Pending {
    Write { offset: usize, bytes: Vec<u8> },
    Resize(usize),
}

#[derive(Clone, Debug, Default)]
struct Inode {
    /// The content as read by programs.
    live: Vec<u8>,
    /// The content that is durable.
    durable: Vec<u8>,
    pending: Vec<Pending>,
    locked: Locked,
}

/// A name change that no sync of the folder has made durable yet.
#[derive(Clone, Debug)]
enum NameChange {
    Set(PathBuf, u64),
    Move {
        from: PathBuf,
        to: PathBuf,
        inode: u64,
    },
    Remove(PathBuf),
}

/// What goes wrong at a call, besides the crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The call fails as on a full disk; a write leaves a part of its bytes.
    Full,
    /// The call fails; a sync drops its pages.
    Broken,
}

#[derive(Clone, Debug, Default)]
struct State {
    inodes: BTreeMap<u64, Inode>,
    names: BTreeMap<PathBuf, u64>,
    durable_names: BTreeMap<PathBuf, u64>,
    name_changes: Vec<NameChange>,
    next_inode: u64,
    calls: u64,
    /// From this call on the computer is off.
    crash_at: Option<u64>,
    fault: Option<(u64, Fault)>,
    boot: u32,
    /// As on FAT and on many network volumes.
    without_links: bool,
}

/// The disk; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<State>>);

impl Disk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// A disk with the same content that shares nothing with this one.
    pub(super) fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    /// Number of calls since the last start.
    pub(super) fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Makes every call from the given one on fail, as if the computer were off.
    pub(super) fn crash_at(&self, call: u64) {
        self.state().crash_at = Some(call);
    }

    /// Makes one call fail.
    pub(super) fn fail_at(&self, call: u64, fault: Fault) {
        self.state().fault = Some((call, fault));
    }

    /// No file can have a second name.
    pub(super) fn forbid_links(&self) {
        self.state().without_links = true;
    }

    /// The process dies but the computer stays on: everything written is kept, no lock is held.
    pub(super) fn kill(&self) {
        self.state().start();
    }

    /// The power fails: unsynced data is kept or lost at random.
    pub(super) fn lose_power(&self, random: &mut Random) {
        let mut state = self.state();
        let kept = random.below(state.name_changes.len() as u64 + 1) as usize;
        let changes: Vec<_> = state.name_changes.drain(..).take(kept).collect();
        for change in changes {
            apply_name_change(&mut state.durable_names, change);
        }
        state.names = state.durable_names.clone();
        for inode in state.inodes.values_mut() {
            inode.lose_power(random);
        }
        state.boot += 1;
        state.start();
    }
}

impl State {
    fn start(&mut self) {
        self.calls = 0;
        self.crash_at = None;
        self.fault = None;
        for inode in self.inodes.values_mut() {
            inode.locked = Locked::Free;
        }
    }

    fn call(&mut self, op: FileOp, path: &Path) -> Result<Option<Fault>, IoError> {
        let call = self.calls;
        self.calls += 1;
        if self.crash_at.is_some_and(|crash| crash <= call) {
            return Err(IoError::new(
                op,
                path,
                io::Error::other("the computer is gone"),
            ));
        }
        Ok(self
            .fault
            .filter(|(at, _)| *at == call)
            .map(|(_, fault)| fault))
    }

    fn call_that_changes(&mut self, op: FileOp, path: &Path) -> Result<(), IoError> {
        match self.call(op, path)? {
            Some(fault) => Err(fault.error(op, path)),
            None => Ok(()),
        }
    }

    fn find(&self, op: FileOp, path: &Path) -> Result<u64, IoError> {
        let found = self.names.get(path).copied();
        found.ok_or_else(|| IoError::new(op, path, io::ErrorKind::NotFound.into()))
    }

    fn create(&mut self, path: &Path) -> u64 {
        self.next_inode += 1;
        let inode = self.next_inode;
        self.inodes.insert(inode, Inode::default());
        self.change_name(NameChange::Set(path.to_owned(), inode));
        inode
    }

    fn change_name(&mut self, change: NameChange) {
        apply_name_change(&mut self.names, change.clone());
        self.name_changes.push(change);
    }

    fn stat(&self, inode: u64) -> Stat {
        let len = self
            .inodes
            .get(&inode)
            .map_or(0, |inode| inode.live.len() as u64);
        Stat {
            len,
            id: FileId(7, inode),
        }
    }
}

impl Fault {
    fn error(self, op: FileOp, path: &Path) -> IoError {
        let kind = match self {
            Self::Full => io::ErrorKind::StorageFull,
            Self::Broken => io::ErrorKind::Other,
        };
        IoError::new(op, path, kind.into())
    }
}

fn apply_name_change(names: &mut BTreeMap<PathBuf, u64>, change: NameChange) {
    match change {
        NameChange::Set(path, inode) => {
            names.insert(path, inode);
        }
        NameChange::Move { from, to, inode } => {
            names.remove(&from);
            names.insert(to, inode);
        }
        NameChange::Remove(path) => {
            names.remove(&path);
        }
    }
}

impl Inode {
    fn write(&mut self, offset: usize, bytes: &[u8]) {
        write_into(&mut self.live, offset, bytes);
        self.pending.push(Pending::Write {
            offset,
            bytes: bytes.to_vec(),
        });
    }

    /// Only what is pending is written: pages that a failed sync dropped stay dropped.
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Pending::Resize(len) => self.durable.resize(len, 0),
                Pending::Write { offset, bytes } => {
                    write_into(&mut self.durable, offset, &bytes);
                }
            }
        }
    }

    /// Reaches the disk sector by sector, or not. A sector that does not survive keeps its old
    /// bytes or reads as garbage in the written range; a new sector reads as zeros or as garbage.
    fn lose_power(&mut self, random: &mut Random) {
        let mut image = std::mem::take(&mut self.durable);
        for change in std::mem::take(&mut self.pending) {
            match change {
                Pending::Resize(len) => {
                    if random.one_in(2) {
                        image.resize(len, 0);
                    }
                }
                Pending::Write { offset, bytes } => {
                    write_sectors(&mut image, offset, &bytes, random);
                }
            }
        }
        self.live.clone_from(&image);
        self.durable = image;
    }
}

fn write_sectors(image: &mut Vec<u8>, offset: usize, bytes: &[u8], random: &mut Random) {
    // All, none, a prefix, or any subset of its sectors.
    let manner = random.below(4);
    let end = offset + bytes.len();
    let prefix = random.below(bytes.len() as u64 + SECTOR as u64) as usize;
    let mut at = offset;
    while at < end {
        let next = ((at / SECTOR + 1) * SECTOR).min(end);
        let survives = match manner {
            0 => true,
            1 => false,
            2 => next - offset <= prefix,
            _ => random.one_in(2),
        };
        if survives {
            write_into(image, at, &bytes[at - offset..next - offset]);
        } else if image.len() < next && random.one_in(2) {
            let garbage = if random.one_in(2) {
                0
            } else {
                random.next() as u8
            };
            image.resize(next, garbage);
        } else if image.len() >= next && random.one_in(4) {
            // The power failed while the sector was written.
            image[at..next].fill(random.next() as u8);
        }
        at = next;
    }
}

fn write_into(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

impl Vfs for Disk {
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        let mut state = self.state();
        state.call(FileOp::Open, path)?;
        let inode = state.find(FileOp::Open, path)?;
        drop(state);
        Ok(Handle::boxed(self, path, inode, access))
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>, IoError> {
        let mut state = self.state();
        state.call_that_changes(FileOp::Create, path)?;
        if state.names.contains_key(path) {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(IoError::new(FileOp::Create, path, source));
        }
        let inode = state.create(path);
        drop(state);
        Ok(Handle::boxed(self, path, inode, Access::ReadWrite))
    }

    fn open_itself(&self, path: &Path, access: Access) -> Result<Box<dyn VfsFile>, IoError> {
        self.open(path, access)
    }

    fn stat(&self, path: &Path) -> Result<Stat, IoError> {
        let mut state = self.state();
        state.call(FileOp::Inspect, path)?;
        let inode = state.find(FileOp::Inspect, path)?;
        Ok(state.stat(inode))
    }

    fn look(&self, path: &Path) -> Result<Entry, IoError> {
        let mut state = self.state();
        state.call(FileOp::Inspect, path)?;
        let inode = state.find(FileOp::Inspect, path)?;
        let names = state.names.values().filter(|other| **other == inode);
        Ok(Entry {
            kind: EntryKind::File,
            stat: state.stat(inode),
            names: names.count() as u64,
        })
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, IoError> {
        let mut state = self.state();
        state.call(FileOp::Inspect, path)?;
        if path.extension().is_none() {
            return Ok(path.to_owned());
        }
        state.find(FileOp::Inspect, path).map(|_| path.to_owned())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let mut state = self.state();
        state.call_that_changes(FileOp::Rename, to)?;
        let inode = state.find(FileOp::Rename, from)?;
        state.change_name(NameChange::Move {
            from: from.to_owned(),
            to: to.to_owned(),
            inode,
        });
        Ok(())
    }

    fn rename_noreplace(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        if self.state().names.contains_key(to) {
            let source = io::ErrorKind::AlreadyExists.into();
            return Err(IoError::new(FileOp::Rename, to, source));
        }
        self.rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<(), IoError> {
        let mut state = self.state();
        state.call_that_changes(FileOp::Remove, path)?;
        state.find(FileOp::Remove, path)?;
        state.change_name(NameChange::Remove(path.to_owned()));
        Ok(())
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<(), IoError> {
        let mut state = self.state();
        state.call_that_changes(FileOp::Link, to)?;
        if state.without_links {
            return Err(IoError::new(
                FileOp::Link,
                to,
                io::ErrorKind::Unsupported.into(),
            ));
        }
        let inode = state.find(FileOp::Link, from)?;
        state.change_name(NameChange::Set(to.to_owned(), inode));
        Ok(())
    }

    fn sync_dir(&self, folder: &Path) -> Result<(), IoError> {
        let mut state = self.state();
        state.call_that_changes(FileOp::SyncFolder, folder)?;
        state.durable_names = state.names.clone();
        state.name_changes.clear();
        Ok(())
    }

    fn list_dir(&self, folder: &Path) -> Result<Vec<OsString>, IoError> {
        let mut state = self.state();
        state.call(FileOp::List, folder)?;
        let inside = state
            .names
            .keys()
            .filter(|path| path.parent() == Some(folder));
        Ok(inside
            .filter_map(|path| path.file_name().map(OsString::from))
            .collect())
    }

    fn boot_id(&self) -> Option<String> {
        Some(format!("boot-{}", self.state().boot))
    }
}

#[derive(Debug)]
struct Handle {
    disk: Disk,
    path: PathBuf,
    inode: u64,
    access: Access,
    holds_lock: Mutex<bool>,
}

impl Handle {
    fn boxed(disk: &Disk, path: &Path, inode: u64, access: Access) -> Box<dyn VfsFile> {
        Box::new(Self {
            disk: disk.clone(),
            path: path.to_owned(),
            inode,
            access,
            holds_lock: Mutex::new(false),
        })
    }

    fn with<T>(
        &self,
        op: FileOp,
        work: impl FnOnce(&mut Inode, Option<Fault>) -> T,
    ) -> Result<T, IoError> {
        assert!(
            self.access == Access::ReadWrite
                || matches!(
                    op,
                    FileOp::Read | FileOp::Inspect | FileOp::Lock | FileOp::Rights
                ),
            "{op} on a file opened for reading"
        );
        let mut state = self.disk.state();
        let fault = state.call(op, &self.path)?;
        let Some(inode) = state.inodes.get_mut(&self.inode) else {
            return Err(IoError::new(op, &self.path, io::ErrorKind::NotFound.into()));
        };
        Ok(work(inode, fault))
    }

    fn failed(&self, op: FileOp, fault: Option<Fault>) -> Result<(), IoError> {
        fault.map_or(Ok(()), |fault| Err(fault.error(op, &self.path)))
    }

    fn lock(&self, wanted: Locked) -> Result<bool, IoError> {
        let taken = self.with(FileOp::Lock, |inode, _| inode.locked.take(wanted))?;
        *self.holds_lock.lock().unwrap() |= taken;
        Ok(taken)
    }

    fn sync(&self) -> Result<(), IoError> {
        let fault = self.with(FileOp::Sync, |inode, fault| {
            match fault {
                None => inode.sync(),
                // The pages are dropped: no later sync will write them.
                Some(_) => inode.pending.clear(),
            }
            fault
        })?;
        self.failed(FileOp::Sync, fault)
    }
}

impl VfsFile for Handle {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError> {
        self.with(FileOp::Read, |inode, _| {
            let rest = inode.live.get(offset as usize..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            count
        })
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), IoError> {
        let fault = self.with(FileOp::Write, |inode, fault| {
            let written = if fault.is_some() {
                bytes.len() / 2
            } else {
                bytes.len()
            };
            inode.write(offset as usize, &bytes[..written]);
            fault
        })?;
        self.failed(FileOp::Write, fault)
    }

    fn set_len(&self, len: u64) -> Result<(), IoError> {
        let fault = self.with(FileOp::Resize, |inode, fault| {
            if fault.is_none() {
                inode.live.resize(len as usize, 0);
                inode.pending.push(Pending::Resize(len as usize));
            }
            fault
        })?;
        self.failed(FileOp::Resize, fault)
    }

    fn sync_data(&self) -> Result<(), IoError> {
        self.sync()
    }

    fn sync_all(&self) -> Result<(), IoError> {
        self.sync()
    }

    fn stat(&self) -> Result<Stat, IoError> {
        let len = self.with(FileOp::Inspect, |inode, _| inode.live.len() as u64)?;
        Ok(Stat {
            len,
            id: FileId(7, self.inode),
        })
    }

    fn renamed(&mut self, path: &Path) {
        self.path = path.to_owned();
    }

    fn try_lock(&self) -> Result<bool, IoError> {
        self.lock(Locked::Exclusive)
    }

    fn try_lock_shared(&self) -> Result<bool, IoError> {
        self.lock(Locked::Shared(1))
    }

    fn rights(&self) -> Result<Rights, IoError> {
        self.with(FileOp::Rights, |_, _| Rights::default())
    }

    fn set_rights(&self, _rights: &Rights) -> Result<(), IoError> {
        let fault = self.with(FileOp::Rights, |_, fault| fault)?;
        self.failed(FileOp::Rights, fault)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if *self.holds_lock.lock().unwrap()
            && let Some(inode) = self.disk.state().inodes.get_mut(&self.inode)
        {
            inode.locked.release();
        }
    }
}
