//! Looking for damage, and what helps against it: check, salvage, restored headers.

use std::path::PathBuf;

use vstore::file::SalvageMode;

use crate::state::Secret;

/// Looking for damage, and what helps against it.
#[derive(Clone, Debug)]
pub enum RepairCommand {
    /// Reads the damaged file of the unlock page whole and lists what is wrong with it.
    Check(Secret),
    /// Gives up the check of that file.
    CancelCheck,
    /// Reads the open file whole and lists what is wrong with it.
    CheckOpenFile,
    /// Closes what that showed; gives it up first if it is under way.
    CloseCheck,
    /// Shows the form for bringing what is left of a damaged file into a new one.
    PlanSalvage(PathBuf),
    /// Brings it there.
    Salvage {
        /// The new file.
        target: PathBuf,
        /// What opens the damaged file, and will open the new one.
        secret: Secret,
        /// How much is taken.
        mode: SalvageMode,
    },
    /// Gives that up.
    CancelSalvage,
    /// Shows the form for putting the backup of its header back into a file.
    PlanRestore(PathBuf),
    /// Puts it back.
    RestoreHeader {
        /// The backup.
        backup: PathBuf,
        /// What opened the file when the backup was made.
        secret: Secret,
    },
    /// Gives that up.
    CancelRestore,
}
