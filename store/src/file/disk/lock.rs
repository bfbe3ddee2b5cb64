//! One writer at a time: advisory locks on the data file and on a lock file beside it.
//!
//! The lock on the data file excludes other writers, under any name of the file and even if the
//! lock file is deleted. A new generation is locked before it gets its name. The lock file names
//! the holder, prevents two programs from creating the same file, and records a sync that failed
//! since the computer started. On Windows, where a locked file cannot be read, the data file is
//! instead opened so that nobody else can open it for writing.
//!
//! A file with the name of the lock file is only used if it is a lock file: links are not followed,
//! other files are left unchanged, and nothing is written before the password was right. The lock
//! file is removed with the lock, unless it records a failed sync.
use std::{
    fmt, io, iter,
    path::{Path, PathBuf},
    process,
    sync::Arc,
    thread,
    time::Duration,
};

use crate::file::disk::{
    io_error::{FileOp, IoError},
    lock_obstacle::LockObstacle,
    rules::{Rule, holds},
    siblings::{folder, lock_path},
    vfs::{Access, Entry, EntryKind, FileId, Vfs, VfsFile, host_name},
};

pub(crate) const FIRST_LINE: &str = "vstore-lock 1";
const MAX_LEN: usize = 4096;
/// A lock file is written in multiples of this.
const SECTOR: usize = 512;
/// A power failure can leave a lock file, which is never synced, with a few bytes repeated: of at
/// least this length, with fewer than [`BLANK_RUNS_MAX`] changes.
const BLANK_MIN: usize = 32;
const BLANK_RUNS_MAX: usize = 4;
/// The pauses between attempts to take a lock, in milliseconds: a process that only checks the lock
/// has it for an instant.
const PAUSES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];
/// The number of attempts to lock a file that is replaced or removed meanwhile.
const ATTEMPTS: usize = 20;

/// Who has a file open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// The name of the program.
    pub program: String,
    /// Its process ID.
    pub pid: u32,
    /// The computer it runs on, if known.
    pub host: Option<String>,
    /// When it opened the file, Unix time in milliseconds.
    pub started_at: i64,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {}", self.program, self.pid)?;
        if let Some(host) = &self.host {
            write!(f, " on {host}")?;
        }
        f.write_str(")")
    }
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    Held(Option<LockHolder>),
    /// Something else has the name of the lock file.
    Obstructed {
        path: PathBuf,
        obstacle: LockObstacle,
    },
    /// The file system has no locks.
    Unsupported(PathBuf),
    Io(IoError),
}

impl LockError {
    fn obstructed(path: &Path, obstacle: LockObstacle) -> Self {
        Self::Obstructed {
            path: path.to_owned(),
            obstacle,
        }
    }
}

impl From<IoError> for LockError {
    fn from(error: IoError) -> Self {
        if error.is_lock_unsupported() {
            Self::Unsupported(error.path)
        } else if error.is_sharing_violation() {
            Self::Held(None)
        } else {
            Self::Io(error)
        }
    }
}

/// The error text for a file that is locked.
pub(crate) fn locked_message(holder: Option<&LockHolder>) -> String {
    holder.map_or_else(
        || "the file is open in another program, perhaps under another name".to_owned(),
        |holder| format!("the file is open in {holder}"),
    )
}

/// The error text for a lock file that cannot be created.
pub(crate) fn obstructed_message(path: &Path, obstacle: LockObstacle) -> String {
    format!(
        "the database cannot be locked: {} is {obstacle}. It was left unchanged; move it away, or \
         open the database read-only",
        path.display()
    )
}

/// The error text for a file system without locks.
pub(crate) fn no_locks_message(path: &Path) -> String {
    format!(
        "the file system of {} does not support file locks, so two programs could write at once; \
         open the database read-only, or copy it to another disk",
        path.display()
    )
}

/// The path that refuses writing: if a file cannot be created, that is its folder.
pub(crate) fn refusing(error: IoError) -> PathBuf {
    if error.op == FileOp::Create {
        folder(&error.path).to_owned()
    } else {
        error.path
    }
}

/// Who has a data file open for writing; `None` if nobody has, or if that is unknown.
///
/// Writes nothing, and does not prevent others from opening the file.
pub fn lock_holder(vfs: &dyn Vfs, data_path: &Path) -> Option<LockHolder> {
    let path = vfs.canonicalize(data_path).ok()?;
    let file = vfs.open_itself(&lock_path(&path), Access::Read).ok()?;
    if file.try_lock_shared().ok()? {
        return None;
    }
    read(&*file).map(|content| content.holder)
}

/// Opens a data file for writing and locks it, under all its names.
pub(crate) fn open_locked(
    vfs: &Arc<dyn Vfs>,
    path: &Path,
    program: &str,
    now: i64,
) -> Result<(Lock, Box<dyn VfsFile>), LockError> {
    for _ in 0..ATTEMPTS {
        let data = vfs.open(path, Access::ReadWrite)?;
        if !lock_data(&*data)? {
            return Err(LockError::Held(recorded_holder(&**vfs, path)));
        }
        // The previous holder may just have replaced it by a new generation.
        if vfs.stat(path)?.id != data.stat()?.id {
            continue;
        }
        let lock = Lock::acquire(vfs, path, Some(&*data), program, now)?;
        return Ok((lock, data));
    }
    Err(LockError::Held(None))
}

/// Locks a data file, or a file that will become one.
pub(crate) fn lock_data(file: &dyn VfsFile) -> Result<bool, IoError> {
    if cfg!(windows) || !holds(Rule::LockDataFile) {
        return Ok(true);
    }
    file.try_lock()
}

/// The holder according to the lock file, which may have been deleted.
fn recorded_holder(vfs: &dyn Vfs, data_path: &Path) -> Option<LockHolder> {
    let file = vfs.open_itself(&lock_path(data_path), Access::Read).ok()?;
    read(&*file).map(|content| content.holder)
}

/// The content of a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    holder: LockHolder,
    boot: Option<String>,
    /// The file whose sync failed.
    failed_sync: Option<String>,
}

impl Content {
    fn print(&self) -> String {
        let holder = &self.holder;
        let mut text = format!(
            "{FIRST_LINE}\npid {}\nprogram {}\nstarted {}\n",
            holder.pid, holder.program, holder.started_at
        );
        let optional = [
            ("host", &holder.host),
            ("boot", &self.boot),
            ("failed-sync", &self.failed_sync),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                text.push_str(name);
                text.push(' ');
                text.push_str(value);
                text.push('\n');
            }
        }
        // Whole sectors: a power failure leaves each of them either old or new.
        let len = text.len().next_multiple_of(SECTOR);
        text.extend(iter::repeat_n('\n', len.saturating_sub(text.len())));
        text
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let (mut pid, mut program, mut started_at) = (None, None, None);
        let (mut host, mut boot, mut failed_sync) = (None, None, None);
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(' ')?;
            // The text may be displayed: control characters are left out.
            let words: String = value
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect();
            match name {
                "pid" => pid = value.parse().ok(),
                "program" => program = Some(words),
                "started" => started_at = value.parse().ok(),
                "host" => host = Some(words),
                "boot" => boot = Some(words),
                "failed-sync" => failed_sync = Some(words),
                _ => {}
            }
        }
        let holder = LockHolder {
            program: program?,
            pid: pid?,
            host,
            started_at: started_at?,
        };
        Some(Self {
            holder,
            boot,
            failed_sync,
        })
    }
}

/// The lock file, locked. Dropping it releases the lock and removes the file.
#[derive(Debug)]
pub(crate) struct Lock {
    vfs: Arc<dyn Vfs>,
    path: PathBuf,
    file: Box<dyn VfsFile>,
    content: Content,
}

impl Lock {
    /// Locks the lock file of a data file for `program`; `data` is that file, locked, if it exists.
    /// The holder is not written before [`announce`](Self::announce).
    ///
    /// The mark of a failed sync is kept if the computer was not restarted since.
    pub(crate) fn acquire(
        vfs: &Arc<dyn Vfs>,
        data_path: &Path,
        data: Option<&dyn VfsFile>,
        program: &str,
        now: i64,
    ) -> Result<Self, LockError> {
        let path = lock_path(data_path);
        let file = take(&**vfs, &path, data)?;
        let previous = check(&path, &*file)?;
        if let Some(Ok(rights)) = data.map(VfsFile::rights) {
            // So that everybody who may write the data can lock it. If the system refuses, the
            // narrower permissions it was created with remain.
            drop(file.set_rights(&rights));
        }
        let boot = vfs.boot_id();
        let failed_sync = previous
            .filter(|previous| previous.boot == boot)
            .and_then(|previous| previous.failed_sync);
        let holder = LockHolder {
            program: program.to_owned(),
            pid: process::id(),
            host: host_name(),
            started_at: now,
        };
        Ok(Self {
            vfs: Arc::clone(vfs),
            path,
            file,
            content: Content {
                holder,
                boot,
                failed_sync,
            },
        })
    }

    /// Writes the holder. Only called once the file is known to be a database and its password to
    /// be right.
    pub(crate) fn announce(&self) {
        self.write();
    }

    /// Whether a sync of this file failed since the computer started: then the page cache may
    /// differ from the disk.
    pub(crate) fn sync_failed(&self, id: FileId) -> bool {
        self.content.failed_sync.as_deref() == Some(id.to_string().as_str())
    }

    pub(crate) fn mark_failed_sync(&mut self, id: FileId) {
        self.content.failed_sync = Some(id.to_string());
        self.write();
    }

    pub(crate) fn clear_failed_sync(&mut self) {
        if self.content.failed_sync.take().is_some() {
            self.write();
        }
    }

    /// A failure is ignored: the content is only informative, and the lock holds without it.
    fn write(&self) {
        let text = self.content.print();
        let written = self.file.write_at(text.as_bytes(), 0);
        if written.is_ok() {
            drop(self.file.set_len(text.len() as u64));
        }
    }
}

impl Drop for Lock {
    /// A process that has already opened the lock file notices after locking it that the name is
    /// gone, and tries again. (Windows does not remove open files.)
    fn drop(&mut self) {
        let has_failed_sync = self.content.failed_sync.is_some();
        let is_named = || entry_of(&*self.vfs, &self.path, &*self.file).is_some();
        if !has_failed_sync && !cfg!(windows) && is_named() {
            drop(self.vfs.remove(&self.path));
        }
    }
}

/// Opens or creates the lock file and locks it.
///
/// A single look-up of the name shows both whether it is still the locked file and whether the file
/// has other names, so that deleting it in between is not an error.
fn take(
    vfs: &dyn Vfs,
    path: &Path,
    data: Option<&dyn VfsFile>,
) -> Result<Box<dyn VfsFile>, LockError> {
    let mut pauses = PAUSES.into_iter();
    for _ in 0..ATTEMPTS {
        let Some(file) = open_or_create(vfs, path, data.is_some())? else {
            continue;
        };
        if file.try_lock()? {
            match entry_of(vfs, path, &*file) {
                Some(entry) if entry.names > 1 => {
                    return Err(LockError::obstructed(path, LockObstacle::OtherNames));
                }
                Some(_) => return Ok(file),
                None => continue,
            }
        }
        let Some(pause) = pauses.next() else {
            return Err(LockError::Held(read(&*file).map(|content| content.holder)));
        };
        drop(file);
        thread::sleep(Duration::from_millis(pause));
    }
    Err(LockError::Held(None))
}

/// Opens or creates the lock file; `None` if it was created or removed by another process
/// meanwhile.
fn open_or_create(
    vfs: &dyn Vfs,
    path: &Path,
    data_is_ours: bool,
) -> Result<Option<Box<dyn VfsFile>>, LockError> {
    let refused = match vfs.open_itself(path, Access::ReadWrite) {
        Ok(file) => return Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match vfs.create_new(path) {
                Ok(file) => Ok(Some(file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
                Err(error) => Err(error.into()),
            };
        }
        Err(error) => error,
    };
    let entry = match vfs.look(path) {
        Ok(entry) => entry,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(refused.into()),
    };
    let obstructed = |obstacle| LockError::obstructed(path, obstacle);
    match entry.kind {
        EntryKind::Link => Err(obstructed(LockObstacle::Link)),
        EntryKind::Folder => Err(obstructed(LockObstacle::Folder)),
        EntryKind::Other => Err(obstructed(LockObstacle::NotRegular)),
        EntryKind::File if refused.is_write_refused() && data_is_ours => {
            // Left by another user. Since the data file is locked, nobody uses it.
            let is_small = entry.stat.len <= MAX_LEN as u64 && entry.names == 1;
            if is_small && vfs.remove(path).is_ok() {
                Ok(None)
            } else {
                Err(obstructed(LockObstacle::Refused))
            }
        }
        EntryKind::File if refused.is_write_refused() => Err(obstructed(LockObstacle::Refused)),
        EntryKind::File => Err(refused.into()),
    }
}

/// The directory entry of a path, if it still refers to an open file.
fn entry_of(vfs: &dyn Vfs, path: &Path, file: &dyn VfsFile) -> Option<Entry> {
    let entry = vfs.look(path).ok()?;
    let is_same = entry.kind == EntryKind::File && entry.stat.id == file.stat().ok()?.id;
    is_same.then_some(entry)
}

/// Refuses a file that is not a lock file; returns its content.
fn check(path: &Path, file: &dyn VfsFile) -> Result<Option<Content>, LockError> {
    let bytes = read_bytes(file)?;
    if bytes.len() > MAX_LEN || !(is_blank(&bytes) || bytes.starts_with(FIRST_LINE.as_bytes())) {
        return Err(LockError::obstructed(path, LockObstacle::NotALock));
    }
    Ok(Content::parse(&bytes))
}

/// Whether a lock file has no content, because it is new or because of a power failure.
fn is_blank(bytes: &[u8]) -> bool {
    let neighbours = bytes.iter().zip(bytes.iter().skip(1));
    let changes = neighbours.filter(|(left, right)| left != right).count();
    let is_repeated = bytes.len() >= BLANK_MIN && changes < BLANK_RUNS_MAX;
    is_repeated || bytes.iter().all(|byte| *byte == 0)
}

fn read(file: &dyn VfsFile) -> Option<Content> {
    Content::parse(&read_bytes(file).ok()?)
}

/// Reads a lock file, up to one byte more than the allowed length.
fn read_bytes(file: &dyn VfsFile) -> Result<Vec<u8>, IoError> {
    let mut bytes = vec![0; MAX_LEN.saturating_add(1)];
    let count = file.read_at(&mut bytes, 0)?;
    bytes.truncate(count);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            holder: LockHolder {
                program: "VStore 0.1".to_owned(),
                pid: 17,
                host: Some("desk".to_owned()),
                started_at: -5,
            },
            boot: Some("b00t".to_owned()),
            failed_sync: None,
        }
    }

    #[test]
    fn the_content_can_be_read_back() {
        let mut content = content();
        assert_eq!(
            Content::parse(content.print().as_bytes()),
            Some(content.clone())
        );
        content.failed_sync = Some("1:2f".to_owned());
        content.holder.host = None;
        assert_eq!(Content::parse(content.print().as_bytes()), Some(content));
    }

    #[test]
    fn control_characters_are_removed() {
        let text = content().print().replace("desk", "de\u{1b}[2Jsk");
        let holder = Content::parse(text.as_bytes()).unwrap().holder;
        assert_eq!(holder.host.as_deref(), Some("de[2Jsk"));
    }

    #[test]
    fn only_what_a_power_failure_can_leave_counts_as_blank() {
        for blank in [
            &[0; 3][..],
            &[0; 200],
            &[7; 80],
            &[[7; 80], [9; 80]].concat(),
            b"",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for full in [
            &b"1"[..],
            b"no",
            b"aaaaaaaa",
            &content().print().into_bytes(),
        ] {
            assert!(!is_blank(full), "{full:?}");
        }
    }

    #[test]
    fn foreign_content_is_no_holder() {
        assert_eq!(Content::parse(b""), None);
        assert_eq!(Content::parse(&[0xFF; 100]), None);
    }
}
