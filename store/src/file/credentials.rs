//! What a user presents to open a file. It derives no key; `slots` does.
use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

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

/// What opens a file: a password, and the bytes of a key file if the file asks for one.
#[derive(Clone)]
pub struct Credentials {
    /// The password.
    pub password: Password,
    /// The content of the key file.
    pub key_file: Option<Zeroizing<Vec<u8>>>,
}

impl Credentials {
    /// A password alone.
    pub fn password(password: Password) -> Self {
        Self {
            password,
            key_file: None,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("key_file", &self.key_file.is_some())
            .finish_non_exhaustive()
    }
}
