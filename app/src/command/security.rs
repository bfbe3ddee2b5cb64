//! What opens the open file: passwords, key files, recovery keys, the data key.

use crate::state::{KeyChange, Secret, SecurityStep};

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
