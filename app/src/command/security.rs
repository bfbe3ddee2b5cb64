//! Commands for what opens the file: passwords, key files, recovery keys, the data key.

use crate::state::{KeyChange, Secret, SecurityStep};

/// Passwords and keys of the open file.
#[derive(Clone, Debug)]
pub enum SecurityCommand {
    /// Shows the security dialog.
    Open,
    /// Shows another step of it.
    Show(SecurityStep),
    /// Changes a key; the current password is checked first.
    Change {
        /// What opens the file now.
        current: Secret,
        /// The change.
        change: KeyChange,
    },
    /// Rewrites the file under a new data key. Afterwards only `current` opens it.
    Rotate {
        /// What opens the file now and afterwards.
        current: Secret,
    },
    /// Asks where to write it, then creates a key file.
    NewKeyFile,
    /// Asks where to write it, then writes a header backup.
    BackUpHeader,
}
