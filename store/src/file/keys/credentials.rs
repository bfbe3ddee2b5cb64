//! What a user presents to open a file.
use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::file::keys::{key_file::KeyFile, page_lock::PageLock, recovery_key::RecoveryKey};

/// A password, normalized to NFC (as in RFC 8265), locked in memory, and wiped when dropped.
pub struct Password {
    // Dropped first: the memory must not be freed while it is locked.
    _lock: PageLock,
    text: Zeroizing<String>,
}

/// A password must not be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password is empty")]
pub struct EmptyPassword;

impl Password {
    /// Normalizes a text as typed, so that texts that look the same open the same file.
    ///
    /// # Errors
    ///
    /// [`EmptyPassword`] if the text is empty.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, EmptyPassword> {
        let text = text.into();
        if text.is_empty() {
            return Err(EmptyPassword);
        }
        // NFC makes a text at most three times as long (UAX 15), so there is no reallocation that
        // would leave a copy in memory.
        let normalised = String::with_capacity(text.len().saturating_mul(3));
        let mut password = Self::held_in(normalised);
        password.text.extend(text.nfc());
        Ok(password)
    }

    /// A password whose text will be written to this memory, which has room for it.
    fn held_in(memory: String) -> Self {
        Self {
            _lock: PageLock::over(memory.as_ptr(), memory.capacity()),
            text: Zeroizing::new(memory),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

impl Clone for Password {
    fn clone(&self) -> Self {
        let mut copy = Self::held_in(String::with_capacity(self.text.len()));
        copy.text.push_str(&self.text);
        copy
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// What opens a file. Wiped when dropped.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A password, and a key file if the file needs one.
    Password {
        /// The password.
        password: Password,
        /// The key file; not used if the password alone opens the file.
        key_file: Option<KeyFile>,
    },
    /// A recovery key.
    RecoveryKey(RecoveryKey),
}

impl Credentials {
    /// A password alone.
    pub fn password(password: Password) -> Self {
        Self::Password {
            password,
            key_file: None,
        }
    }

    /// A password together with a key file.
    pub fn with_key_file(password: Password, key_file: KeyFile) -> Self {
        Self::Password {
            password,
            key_file: Some(key_file),
        }
    }
}

impl From<RecoveryKey> for Credentials {
    fn from(key: RecoveryKey) -> Self {
        Self::RecoveryKey(key)
    }
}
