//! Putting the backup of its header back into a file that no password opens any more.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::{HeaderBackup, RealVfs, RestoreError};
use vstore::{Millis, OpenOptions, Store};

use super::task::TaskContext;
use crate::credentials::credentials;
use crate::failure::Failure;
use crate::state::{RestoredHeader, Secret};

/// Which file, from which backup, and what opened it then.
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
    /// Writes both headers of the file anew from the backup, after the whole file was read with
    /// them. Headers that are not destroyed are left as they are.
    ///
    /// `Err(None)`: it was cancelled; otherwise why nothing was restored, in words.
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Result<RestoredHeader, Option<String>> {
        let control = context.control("Reading the file");
        let backup = HeaderBackup::load(&RealVfs, &self.backup)
            .map_err(|error| Some(format!("{error}.")))?;
        let credentials = credentials(&self.secret).map_err(|problem| Some(problem.text()))?;
        let options = OpenOptions::default();
        let restored =
            Store::restore_header(&self.file, &backup, &credentials, false, &options, &control);
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
}
