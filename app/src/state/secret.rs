//! Credentials as a person enters them. Wiped when dropped, and never printed.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// Credentials as entered. The key file is read when the file is opened. Wiped when dropped;
/// `Debug` prints neither password nor path.
#[derive(Clone)]
pub struct Secret {
    /// The password as typed.
    pub password: Zeroizing<String>,
    /// The path of the key file.
    pub key_file: Option<PathBuf>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("key_file", &self.key_file.is_some())
            .finish_non_exhaustive()
    }
}

/// A text that is wiped when dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(pub Zeroizing<String>);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

/// A change of the keys of a file.
#[derive(Clone, Debug)]
pub enum KeyChange {
    /// Adds a key.
    Add {
        /// The new key.
        new: NewKey,
        /// A name for people; not encrypted.
        label: String,
    },
    /// Replaces a key in the same slot.
    Replace {
        /// The slot.
        number: u8,
        /// The new key.
        new: NewKey,
    },
    /// Removes a key.
    Remove {
        /// The slot.
        number: u8,
    },
}

/// A new key of a file.
#[derive(Clone, Debug)]
pub enum NewKey {
    /// A password, perhaps with a key file.
    Password {
        /// The password.
        secret: Secret,
        /// The cost of guessing it.
        cost: KeyCost,
    },
    /// A recovery key as text.
    Recovery(SecretText),
}

/// The cost of guessing a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyCost {
    /// A tenth of a second per guess.
    Low,
    /// About a second per guess.
    #[default]
    Usual,
    /// A few seconds per guess.
    High,
}

impl KeyCost {
    /// All costs, in order.
    pub const ALL: [Self; 3] = [Self::Low, Self::Usual, Self::High];

    /// The name shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "0.1 s",
            Self::Usual => "1 s",
            Self::High => "A few seconds",
        }
    }
}
