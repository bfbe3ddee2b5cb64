//! The files that belong to a database in use.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::file_identity::FileIdentity;
use super::target_path::TargetPath;
use crate::file::{
    BACKUPS_MAX, KEY_FILE_BYTES_MAX, TEMP_SUFFIX, backup_path, lock_path, temp_prefix,
};

/// The databases in use and the key files they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// Databases that are open or being read. Symbolic links are followed.
    pub databases: Vec<PathBuf>,
    /// Key files that open them.
    pub key_files: Vec<PathBuf>,
}

/// The role of a file for a database in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The database itself.
    Database,
    /// Its lock.
    Lock,
    /// A backup of an earlier version, or a name reserved for one.
    Backup,
    /// A new version that is being written.
    Temporary,
    /// Its key file, or a copy of it.
    KeyFile,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "the open database itself",
            Self::Lock => "the lock of the open database",
            Self::Backup => "a backup of the open database",
            Self::Temporary => "a temporary file of the open database",
            Self::KeyFile => "the key file of the open database, or a copy of it",
        })
    }
}

impl InUse {
    /// A database and, if it has one, its key file.
    pub fn new(database: &Path, key_file: Option<&Path>) -> Self {
        Self {
            databases: vec![database.to_owned()],
            key_files: key_file.map(Path::to_owned).into_iter().collect(),
        }
    }

    /// The role of a path for one of the databases, if it has one.
    pub(super) fn role_of(&self, place: &TargetPath) -> Option<Role> {
        let of_database = |database: &PathBuf| role_in(&real(database), place);
        self.databases.iter().find_map(of_database).or_else(|| {
            let is_one = self.key_files.iter().any(|path| is_key_file(path, place));
            is_one.then_some(Role::KeyFile)
        })
    }
}

/// The path with its symbolic links resolved as far as possible.
fn real(path: &Path) -> PathBuf {
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize().unwrap_or_else(|_| absolute())
}

fn role_in(database: &Path, place: &TargetPath) -> Option<Role> {
    if is_at(database, place) {
        return Some(Role::Database);
    }
    if is_at(&lock_path(database), place) {
        return Some(Role::Lock);
    }
    if (1..=BACKUPS_MAX).any(|number| is_at(&backup_path(database, number), place)) {
        return Some(Role::Backup);
    }
    is_temporary(database, &place.path).then_some(Role::Temporary)
}

/// Whether the target is this path or another name of the same file.
fn is_at(path: &Path, place: &TargetPath) -> bool {
    place.path == path
        || place.metadata.as_ref().is_some_and(|metadata| {
            fs::metadata(path).is_ok_and(|other| FileIdentity::is_same(&other, metadata))
        })
}

/// Whether it has the name of a file that the file layer writes before it replaces a database.
fn is_temporary(database: &Path, path: &Path) -> bool {
    let Some(name) = path.file_name().map(OsStr::as_encoded_bytes) else {
        return false;
    };
    let number = name.strip_prefix(temp_prefix(database).as_encoded_bytes());
    path.parent() == database.parent()
        && number.is_some_and(|rest| rest.starts_with(b"."))
        && name.ends_with(TEMP_SUFFIX.as_bytes())
}

/// Whether the target is a key file or has the same content as one.
fn is_key_file(key_file: &Path, place: &TargetPath) -> bool {
    let key_file = real(key_file);
    if is_at(&key_file, place) {
        return true;
    }
    let (Some(metadata), Ok(original)) = (&place.metadata, fs::metadata(&key_file)) else {
        return false;
    };
    let is_candidate = metadata.is_file()
        && original.is_file()
        && metadata.len() == original.len()
        && metadata.len() <= KEY_FILE_BYTES_MAX;
    is_candidate && has_same_content(&key_file, &place.path).unwrap_or(false)
}

fn has_same_content(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    let mut buffers = (zeroize::Zeroizing::new(vec![0; 1 << 16]), vec![0; 1 << 16]);
    loop {
        let (from_a, from_b) = (fill(&mut a, &mut buffers.0)?, fill(&mut b, &mut buffers.1)?);
        if buffers.0.get(..from_a) != buffers.1.get(..from_b) {
            return Ok(false);
        }
        if from_a == 0 {
            return Ok(true);
        }
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
