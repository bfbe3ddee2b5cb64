//! Putting the backup of its header back into a file.

use std::path::PathBuf;
use std::sync::Arc;

use super::runner::Done;
use super::task::TaskContext;
use crate::command::Secret;
use crate::engine::restore_header;

/// Which file, from which backup, and what opened it then.
#[derive(Clone, Debug)]
pub struct RestoreJob {
    /// The file whose header is destroyed.
    pub file: PathBuf,
    /// The backup of its header.
    pub backup: PathBuf,
    /// A password of the time of the backup.
    pub secret: Secret,
}

impl RestoreJob {
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Done {
        let control = context.control("Reading the file");
        let result = restore_header(&self.file, &self.backup, &self.secret, &control);
        let task = context.task;
        Done::HeaderRestored { task, result }
    }
}
