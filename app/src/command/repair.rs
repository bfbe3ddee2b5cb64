//! Commands for damaged files: check, salvage, restore the header.

use std::path::PathBuf;

use vstore::file::SalvageMode;

use crate::state::Secret;

/// Commands for damaged files.
#[derive(Clone, Debug)]
pub enum RepairCommand {
    /// Reads the whole damaged file of the unlock page and lists the damage.
    Check(Secret),
    /// Cancels the check of that file.
    CancelCheck,
    /// Reads the whole open file and lists any damage.
    CheckOpenFile,
    /// Closes the result of that check; cancels the check if it is still running.
    CloseCheck,
    /// Shows the form for salvaging a damaged file.
    PlanSalvage(PathBuf),
    /// Writes what is left of a damaged file to a new one.
    Salvage {
        /// The new file.
        target: PathBuf,
        /// What opens the damaged file, and will open the new one.
        secret: Secret,
        /// How much to recover.
        mode: SalvageMode,
    },
    /// Cancels salvaging.
    CancelSalvage,
    /// Shows the form for restoring the header of a file from a backup.
    PlanRestore(PathBuf),
    /// Restores the header.
    RestoreHeader {
        /// The backup.
        backup: PathBuf,
        /// What opened the file when the backup was made.
        secret: Secret,
    },
    /// Cancels restoring the header.
    CancelRestore,
}
