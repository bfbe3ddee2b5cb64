//! The names of the files beside a database: its lock file, temporary files and backups.
//!
//! If the name of the database is too long to append to, it is cut, and a checksum of the whole
//! name distinguishes it from names with the same beginning.
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::file::disk::{
    entropy::{Entropy, EntropyError, random},
    vfs::Vfs,
};

/// The longest name in a folder, in bytes, on nearly every file system.
const NAME_MAX: usize = 255;
const LOCK_SUFFIX: &str = ".lock";
/// Ending of temporary files.
pub(crate) const TEMP_SUFFIX: &str = ".vstmp";
/// The part between the name and the suffix of a temporary file: a dot and 16 hex digits.
const NUMBER_LEN: usize = 17;
/// The bytes that a lock file and a temporary file add to the name.
const LOCK_ADDED: usize = 1 + LOCK_SUFFIX.len();
const TEMP_ADDED: usize = 1 + NUMBER_LEN + TEMP_SUFFIX.len();
/// `.bak` and up to two digits.
const BACKUP_ADDED: usize = 6;
/// A tilde and the first 16 hex digits of a checksum.
const CHECKSUM_LEN: usize = 17;

/// The lock file: `.<name>.lock`.
pub(crate) fn lock_path(data_path: &Path) -> PathBuf {
    let stem = stem(data_path, LOCK_ADDED);
    data_path.with_file_name(join(&[".".as_ref(), &stem, LOCK_SUFFIX.as_ref()]))
}

/// The path of a backup of a file, `<name>.bak<number>`; 1 is the newest.
///
/// A name of more than 249 bytes is cut and gets a checksum of the whole name.
pub fn backup_path(path: &Path, number: u8) -> PathBuf {
    let stem = stem(path, BACKUP_ADDED);
    path.with_file_name(join(&[&stem, format!(".bak{number}").as_ref()]))
}

/// An unused temporary name beside `path`: `.<name>.<16 hex digits>.vstmp`.
pub(crate) fn temp_path(path: &Path, entropy: &dyn Entropy) -> Result<PathBuf, EntropyError> {
    let number = u64::from_le_bytes(random(entropy)?);
    let suffix = format!(".{number:016x}{TEMP_SUFFIX}");
    Ok(path.with_file_name(join(&[&temp_prefix(path), suffix.as_ref()])))
}

/// Removes temporary files of a database that a crash left, and returns their number. The lock must
/// be held, so that nobody else is writing them.
pub(crate) fn remove_temporaries(vfs: &dyn Vfs, path: &Path) -> usize {
    let prefix = temp_prefix(path);
    let parent = folder(path);
    let names = vfs.list_dir(parent).unwrap_or_default();
    names
        .iter()
        .filter(|name| is_temporary(name, &prefix))
        .filter(|name| vfs.remove(&parent.join(name)).is_ok())
        .count()
}

/// The folder of a path; `.` if it names none.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

fn is_temporary(name: &OsStr, prefix: &OsStr) -> bool {
    name.as_encoded_bytes()
        .strip_prefix(prefix.as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(TEMP_SUFFIX.as_bytes()))
        .and_then(|middle| middle.strip_prefix(b"."))
        .is_some_and(|number| {
            number.len().saturating_add(1) == NUMBER_LEN && number.iter().all(u8::is_ascii_hexdigit)
        })
}

/// The beginning of the temporary names of a file; a dot and a number follow.
pub(crate) fn temp_prefix(path: &Path) -> OsString {
    let stem = stem(path, TEMP_ADDED);
    join(&[".".as_ref(), &stem])
}

/// The name of a file, cut if it leaves no room for `added` bytes.
fn stem(path: &Path, added: usize) -> OsString {
    let name = path.file_name().unwrap_or_default();
    let room = NAME_MAX.saturating_sub(added);
    if name.len() <= room {
        return name.to_owned();
    }
    let room = room.saturating_sub(CHECKSUM_LEN);
    let mut cut = String::new();
    for character in name.to_string_lossy().chars() {
        if cut.len().saturating_add(character.len_utf8()) > room {
            break;
        }
        cut.push(character);
    }
    let checksum = Sha256::digest(name.as_encoded_bytes());
    let checksum = checksum
        .first_chunk()
        .map_or(0, |first| u64::from_be_bytes(*first));
    format!("{cut}~{checksum:016x}").into()
}

fn join(parts: &[&OsStr]) -> OsString {
    parts.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::disk::entropy::OsEntropy;

    fn name(path: &Path) -> &str {
        path.file_name().unwrap().to_str().unwrap()
    }

    #[test]
    fn siblings_contain_a_name_of_usual_length() {
        let path = Path::new("/folder/films.vstore");
        assert_eq!(lock_path(path), Path::new("/folder/.films.vstore.lock"));
        assert_eq!(
            backup_path(path, 10),
            Path::new("/folder/films.vstore.bak10")
        );
        let temp = temp_path(path, &OsEntropy).unwrap();
        let number = name(&temp)
            .strip_prefix(".films.vstore.")
            .and_then(|rest| rest.strip_suffix(".vstmp"))
            .unwrap();
        assert_eq!(number.len(), 16);
    }

    #[test]
    fn siblings_of_a_long_name_fit_and_are_unique_to_it() {
        for len in 200..=NAME_MAX {
            for letter in ["f", "é"] {
                let mut long = letter.repeat(len / letter.len());
                long.push_str(&"x".repeat(len - long.len()));
                let path = Path::new("/folder").join(&long);
                let mut other = long.clone();
                other.pop();
                other.push('y');
                let other = Path::new("/folder").join(other);
                let siblings = |path: &Path| {
                    [
                        lock_path(path),
                        backup_path(path, 1),
                        backup_path(path, 10),
                        Path::new("/folder").join(temp_prefix(path)),
                    ]
                };
                for (mine, theirs) in siblings(&path).iter().zip(siblings(&other)) {
                    assert!(mine.file_name().unwrap().len() <= NAME_MAX, "{len}");
                    assert_ne!(*mine, theirs, "{len}");
                }
                let temp = temp_path(&path, &OsEntropy).unwrap();
                let temp = temp.file_name().unwrap();
                assert!(temp.len() <= NAME_MAX, "{len}");
                assert!(is_temporary(temp, &temp_prefix(&path)), "{len}");
                assert!(!is_temporary(temp, &temp_prefix(&other)), "{len}");
            }
        }
    }

    #[test]
    fn names_that_fit_are_not_cut() {
        let path = Path::new("/folder").join("n".repeat(231));
        let temp = temp_path(&path, &OsEntropy).unwrap();
        assert!(name(&temp).starts_with(&format!(".{}.", "n".repeat(231))));
        let path = Path::new("/folder").join("n".repeat(249));
        assert_eq!(
            name(&lock_path(&path)),
            format!(".{}.lock", "n".repeat(249))
        );
        assert_eq!(
            name(&backup_path(&path, 1)),
            format!("{}.bak1", "n".repeat(249))
        );
    }
}
