//! Reading a damaged file whole.

use std::path::PathBuf;
use std::sync::Arc;

use super::runner::Done;
use super::task::TaskContext;
use crate::command::Secret;
use crate::engine::check_file;
use crate::state::Check;

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
        let check = match check_file(&self.path, &self.secret, &control) {
            Ok(report) => Some(Check::Done(report)),
            Err(Some(words)) => Some(Check::Failed(words)),
            Err(None) => None,
        };
        let task = context.task;
        Done::Checked { task, check }
    }
}
