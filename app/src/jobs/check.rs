//! Reading a damaged file whole.

use std::path::PathBuf;
use std::sync::Arc;

use super::runner::Done;
use super::task::TaskContext;
use crate::command::Secret;
use crate::engine::check_file;

/// What to read, and what opens it.
#[derive(Clone, Debug)]
pub struct CheckJob {
    /// The file.
    pub path: PathBuf,
    /// Its password.
    pub secret: Secret,
}

impl CheckJob {
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Done {
        let control = context.control("Reading the file");
        let result = check_file(&self.path, &self.secret, &control);
        let task = context.task;
        Done::Checked { task, result }
    }
}
