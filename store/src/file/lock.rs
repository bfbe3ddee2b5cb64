//! One writer at a time: an advisory lock on a file beside the data file.
//!
//! The data file itself is never locked: on Windows a lock would keep readers and backup programs
//! out, and a rename would lose it. The lock file stays when the lock is gone; its content only
//! says who holds it, and whether a sync failed since the computer started.
use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process,
};

use super::{
    error::IoError,
    vfs::{Access, FileId, Vfs, VfsFile, host_name},
};

pub(crate) const FIRST_LINE: &str = "vstore-lock 1";
const MAX_LEN: usize = 4096;

/// Who has a file open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// Name of the program.
    pub program: String,
    /// Its process number.
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
    Io(IoError),
}

impl From<IoError> for LockError {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

/// Who has a data file open for writing now; `None` if nobody has, or nobody says who.
///
/// Takes the lock for an instant to find out, and writes nothing.
pub fn lock_holder(vfs: &dyn Vfs, data_path: &Path) -> Option<LockHolder> {
    let file = vfs.open(&lock_path(data_path), Access::Read).ok()?;
    if file.try_lock().ok()? {
        return None;
    }
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
        for line in lines {
            let (name, value) = line.split_once(' ')?;
            // The words go to a screen: what would not be visible there is left out.
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

/// The lock; gone when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: Box<dyn VfsFile>,
    content: Content,
}

impl Lock {
    /// Takes the lock of a data file for `program`.
    ///
    /// A mark of a failed sync that was left in this run of the computer is kept.
    pub(crate) fn acquire(
        vfs: &dyn Vfs,
        data_path: &Path,
        program: &str,
        now: i64,
    ) -> Result<Self, LockError> {
        let file = vfs.open_or_create(&lock_path(data_path))?;
        if !file.try_lock()? {
            return Err(LockError::Held(read(&*file).map(|content| content.holder)));
        }
        let boot = vfs.boot_id();
        let failed_sync = read(&*file)
            .filter(|previous| previous.boot == boot)
            .and_then(|previous| previous.failed_sync);
        let holder = LockHolder {
            program: program.to_owned(),
            pid: process::id(),
            host: host_name(),
            started_at: now,
        };
        let lock = Self {
            file,
            content: Content {
                holder,
                boot,
                failed_sync,
            },
        };
        lock.write();
        Ok(lock)
    }

    /// Whether a sync of this file failed since the computer started: what the system shows of
    /// it may then not be what is on the medium.
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

    /// What cannot be written here is only missing for people: the lock holds without it.
    fn write(&self) {
        let text = self.content.print();
        let written = self.file.write_at(text.as_bytes(), 0);
        if written.is_ok() {
            drop(self.file.set_len(text.len() as u64));
        }
    }
}

fn read(file: &dyn VfsFile) -> Option<Content> {
    let mut bytes = vec![0; MAX_LEN];
    let count = file.read_at(&mut bytes, 0).ok()?;
    Content::parse(bytes.get(..count)?)
}

/// `.<name>.lock` beside the data file.
pub(crate) fn lock_path(data_path: &Path) -> PathBuf {
    sibling(data_path, ".lock")
}

/// `.<name><suffix>` beside the data file.
pub(crate) fn sibling(data_path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(data_path.file_name().unwrap_or_default());
    name.push(suffix);
    data_path.with_file_name(name)
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
    fn the_content_reads_back() {
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
    fn control_characters_do_not_reach_the_screen() {
        let text = content().print().replace("desk", "de\u{1b}[2Jsk");
        let holder = Content::parse(text.as_bytes()).unwrap().holder;
        assert_eq!(holder.host.as_deref(), Some("de[2Jsk"));
    }

    #[test]
    fn foreign_content_is_no_holder() {
        assert_eq!(Content::parse(b""), None);
        assert_eq!(Content::parse(&[0xFF; 100]), None);
    }
}
