//! Key files: any file, or 64 random bytes, required in addition to a password.
//!
//! Only the hash of a key file is kept. It is the secret input of Argon2id.
use std::{fmt, path::Path};

use zeroize::Zeroizing;

use crate::file::{
    disk::{
        entropy::{Entropy as _, EntropyError, OsEntropy},
        io_error::IoError,
        vfs::{Access, Vfs},
        whole_file::write_new,
    },
    keys::{seal::KeyFileHasher, secret::Secret},
};

/// The largest size of a key file in bytes. A larger file is probably chosen by mistake.
pub const KEY_FILE_BYTES_MAX: u64 = 64 << 20;
/// The size of a generated key file in bytes.
pub(crate) const GENERATED_LEN: usize = 64;
const READ_LEN: usize = 64 << 10;

/// What a key file contributes to the key: a hash of its content, wiped when dropped.
#[derive(Clone)]
pub struct KeyFile(Secret);

/// Why a file cannot be a key file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It has no content.
    #[error("the key file is empty")]
    Empty,
    /// It has more than 64 MiB.
    #[error("the key file has more than 64 MiB")]
    TooLarge,
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
}

impl KeyFile {
    /// Reads a key file of 1 byte to 64 MiB. Its name does not matter.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] if the file is empty or too large, or cannot be read.
    pub fn read(vfs: &dyn Vfs, path: &Path) -> Result<Self, KeyFileError> {
        let file = vfs.open(path, Access::Read)?;
        let mut hasher = KeyFileHasher::new();
        let mut buffer = Zeroizing::new(vec![0; READ_LEN]);
        let mut offset = 0_u64;
        loop {
            let count = file.read_at(&mut buffer, offset)?;
            hasher.update(buffer.get(..count).unwrap_or_default());
            offset = offset.saturating_add(count as u64);
            if offset > KEY_FILE_BYTES_MAX {
                return Err(KeyFileError::TooLarge);
            }
            if count < buffer.len() {
                break;
            }
        }
        if offset == 0 {
            return Err(KeyFileError::Empty);
        }
        Ok(Self(hasher.finish()))
    }

    /// From the content of a key file, 1 byte to 64 MiB.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] if the content is empty or too large.
    pub fn from_content(content: &[u8]) -> Result<Self, KeyFileError> {
        if content.is_empty() {
            return Err(KeyFileError::Empty);
        }
        if content.len() as u64 > KEY_FILE_BYTES_MAX {
            return Err(KeyFileError::TooLarge);
        }
        let mut hasher = KeyFileHasher::new();
        hasher.update(content);
        Ok(Self(hasher.finish()))
    }

    /// Writes a new key file of 64 random bytes durably, at a path where there is none.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] if the path exists or cannot be written.
    pub fn generate(vfs: &dyn Vfs, path: &Path) -> Result<Self, KeyFileError> {
        let mut content = Zeroizing::new([0; GENERATED_LEN]);
        OsEntropy.fill(&mut *content)?;
        write_new(vfs, path, &*content)?;
        Self::from_content(&*content)
    }

    pub(crate) fn hash(&self) -> &[u8; 32] {
        self.0.bytes()
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile")
    }
}
