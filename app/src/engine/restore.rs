//! Putting the backup of its header back into a file that no password opens any more.

use std::path::Path;

use vstore::file::{Control, HeaderBackup, RealVfs, RestoreError};
use vstore::{Millis, OpenOptions, Store};

use super::files::credentials;
use super::problem::Failure;
use crate::command::Secret;
use crate::state::RestoredHeader;

/// Writes both headers of a file anew from a backup, after the whole file was read with them.
/// Headers that are not destroyed are left as they are.
///
/// `Err(None)`: it was cancelled; otherwise why nothing was restored, in words.
pub fn restore_header(
    file: &Path,
    backup: &Path,
    secret: &Secret,
    control: &Control,
) -> Result<RestoredHeader, Option<String>> {
    let backup = HeaderBackup::load(&RealVfs, backup).map_err(|error| Some(format!("{error}.")))?;
    let credentials = credentials(secret).map_err(|problem| Some(problem.text()))?;
    let options = OpenOptions::default();
    let restored = Store::restore_header(file, &backup, &credentials, false, &options, control);
    let report = restored.map_err(|error| match error {
        RestoreError::Open(error) => Failure::from(error).words(),
        error => Some(format!("{error}.")),
    })?;
    Ok(RestoredHeader {
        exported_at: Millis(backup.exported_at()),
        is_older: report.generation != report.backup_generation,
        is_whole: report.is_whole,
    })
}
