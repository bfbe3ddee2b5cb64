//! What opens a file, as a person enters it. Wiped when dropped, and never printed.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// What opens a file, as entered. The key file is read by whoever opens the file.
/// Wiped when dropped; `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Secret {
    /// The password as typed.
    pub password: Zeroizing<String>,
    /// The place of the key file.
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

/// A change of what opens a file.
#[derive(Clone, Debug)]
pub enum KeyChange {
    /// One more.
    Add {
        /// What will open it as well.
        new: NewKey,
        /// A name for people; not encrypted.
        label: String,
    },
    /// Another one in the same place.
    Replace {
        /// Which place.
        number: u8,
        /// What will open it instead.
        new: NewKey,
    },
    /// One less.
    Remove {
        /// Which place.
        number: u8,
    },
}

/// What will open a file.
#[derive(Clone, Debug)]
pub enum NewKey {
    /// A password, perhaps with a key file.
    Password {
        /// The password.
        secret: Secret,
        /// What guessing it will cost.
        cost: KeyCost,
    },
    /// A recovery key, as written.
    Recovery(SecretText),
}

/// What guessing a password costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyCost {
    /// A tenth of a second each.
    Low,
    /// About a second each.
    #[default]
    Usual,
    /// Some seconds each.
    High,
}

impl KeyCost {
    /// All costs, in their order.
    pub const ALL: [Self; 3] = [Self::Low, Self::Usual, Self::High];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "0.1 s",
            Self::Usual => "1 s",
            Self::High => "A few seconds",
        }
    }
}
