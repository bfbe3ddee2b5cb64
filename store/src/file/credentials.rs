//! What a user presents to open a file. It derives no key; `slots` does.
use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::{key_file::KeyFile, recovery_key::RecoveryKey};

/// A password, normalised to NFC (as RFC 8265 does), wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// A password must not be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password is empty")]
pub struct EmptyPassword;

impl Password {
    /// Takes the text as typed; what looks the same opens the same file, however it was typed.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, EmptyPassword> {
        let text = text.into();
        if text.is_empty() {
            return Err(EmptyPassword);
        }
        // NFC grows a text at most threefold (UAX 15): no reallocation leaves a copy behind.
        let mut normalised = Zeroizing::new(String::with_capacity(text.len().saturating_mul(3)));
        normalised.extend(text.nfc());
        Ok(Self(normalised))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// What opens a file. Its parts are wiped when dropped.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A password, and a key file if the file asks for one.
    Password {
        /// The password.
        password: Password,
        /// The key file. It is not used where the password alone opens the file.
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
