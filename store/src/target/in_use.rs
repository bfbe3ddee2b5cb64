//! The files that a database in use consists of.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::file_identity::FileIdentity;
use super::place::Place;
use crate::file::{
    BACKUPS_MAX, KEY_FILE_BYTES_MAX, TEMP_SUFFIX, backup_path, lock_path, temp_prefix,
};

/// What is open, and what it needs to be opened again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// Databases that are open, or are being read. Symbolic links are followed.
    pub databases: Vec<PathBuf>,
    /// Key files that open them.
    pub key_files: Vec<PathBuf>,
}

/// What a file is to a database in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The database itself.
    Database,
    /// Its lock.
    Lock,
    /// The generation before, or the name that it is going to have.
    Backup,
    /// What is being written to take its place.
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

    /// What a place is to one of the databases.
    pub(super) fn role_of(&self, place: &Place) -> Option<Role> {
        let of_database = |database: &PathBuf| role_in(&real(database), place);
        self.databases.iter().find_map(of_database).or_else(|| {
            let is_one = self.key_files.iter().any(|path| is_key_file(path, place));
            is_one.then_some(Role::KeyFile)
        })
    }
}

/// The path without symbolic links, as far as it can be followed.
fn real(path: &Path) -> PathBuf {
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize().unwrap_or_else(|_| absolute())
}

fn role_in(database: &Path, place: &Place) -> Option<Role> {
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

/// Whether a place is this path, or another name of what is there.
fn is_at(path: &Path, place: &Place) -> bool {
    place.path == path
        || place.metadata.as_ref().is_some_and(|metadata| {
            fs::metadata(path).is_ok_and(|other| FileIdentity::is_same(&other, metadata))
        })
}

/// Whether it is named as what the file layer writes beside a database before it takes its place.
fn is_temporary(database: &Path, path: &Path) -> bool {
    let Some(name) = path.file_name().map(OsStr::as_encoded_bytes) else {
        return false;
    };
    let number = name.strip_prefix(temp_prefix(database).as_encoded_bytes());
    path.parent() == database.parent()
        && number.is_some_and(|rest| rest.starts_with(b"."))
        && name.ends_with(TEMP_SUFFIX.as_bytes())
}

/// Whether a place is a key file or has the same content.
fn is_key_file(key_file: &Path, place: &Place) -> bool {
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
