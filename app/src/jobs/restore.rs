//! Restores the header of a file that no password opens, from a backup.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::{HeaderBackup, RealVfs, RestoreError};
use vstore::{Millis, OpenOptions, Store};

use super::task::TaskContext;
use crate::credentials::credentials;
use crate::failure::Failure;
use crate::state::{RestoredHeader, Secret};

/// The file, the backup, and a password from the time of the backup.
#[derive(Clone, Debug)]
pub struct RestoreJob {
    /// The file whose header is destroyed.
    pub file: PathBuf,
    /// The backup of its header.
    pub backup: PathBuf,
    /// A password that opened the file when the backup was made.
    pub secret: Secret,
}

impl RestoreJob {
    /// Rewrites both headers of the file from the backup, after the whole file was read with them.
    /// Intact headers are left as they are.
    ///
    /// `Err(None)` if it was cancelled; otherwise why nothing was restored.
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Result<RestoredHeader, Option<String>> {
        let control = context.control("Reading the file");
        let backup = HeaderBackup::load(&RealVfs, &self.backup)
            .map_err(|error| Some(format!("{error}.")))?;
        let credentials = credentials(&self.secret).map_err(|problem| Some(problem.text()))?;
        let options = OpenOptions::default();
        let restored =
            Store::restore_header(&self.file, &backup, &credentials, false, &options, &control);
        let report = restored.map_err(|error| match error {
            RestoreError::Open(error) => Failure::from(error).message(),
            error => Some(format!("{error}.")),
        })?;
        Ok(RestoredHeader {
            exported_at: Millis(backup.exported_at()),
            is_older: report.generation != report.backup_generation,
            is_whole: report.is_whole,
        })
    }
}
