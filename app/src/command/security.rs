//! What opens the open file: passwords, key files, recovery keys, the data key.

use super::Secret;
use crate::state::{SecretText, SecurityStep};

/// Passwords and keys of the open file.
#[derive(Clone, Debug)]
pub enum SecurityCommand {
    /// Shows the dialog.
    Open,
    /// Shows another part of it.
    Show(SecurityStep),
    /// Changes something; the current password is checked first.
    Change {
        /// What opens the file now.
        current: Secret,
        /// What changes.
        change: KeyChange,
    },
    /// Writes the file anew under another data key. Only `current` opens it then.
    Rotate {
        /// What opens the file now, and will.
        current: Secret,
    },
    /// Asks where, then makes a key file.
    NewKeyFile,
    /// Asks where, then writes a header backup.
    BackUpHeader,
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
