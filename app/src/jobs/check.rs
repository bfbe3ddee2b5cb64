//! Reading a damaged file whole.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::Control;

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
        let watched = Arc::clone(context);
        let cancelled = Arc::clone(&context.cancelled);
        let control = Control::with_flag(cancelled, move |progress| {
            const STEPS: u64 = 1_000;
            let done = (f64::from(progress.fraction) * STEPS as f64) as u64;
            // The flag stops the reading; here only the progress is told.
            watched
                .report(done, Some(STEPS), || "Reading the file".to_owned())
                .is_continue();
        });
        let check = match check_file(&self.path, &self.secret, &control) {
            Ok(report) => Some(Check::Done(report)),
            Err(Some(words)) => Some(Check::Failed(words)),
            Err(None) => None,
        };
        let task = context.task;
        Done::Checked { task, check }
    }
}
