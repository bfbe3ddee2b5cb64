//! Bringing what is left of a damaged file into a new one.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::KdfProfile;

use super::runner::Done;
use super::task::TaskContext;
use crate::command::Secret;
use crate::engine::salvage_file;
use crate::state::SalvageMode;

/// What to read, where to write, and what opens both.
#[derive(Clone, Debug)]
pub struct SalvageJob {
    /// The damaged file.
    pub source: PathBuf,
    /// The new file; there must be none.
    pub target: PathBuf,
    /// The password of both.
    pub secret: Secret,
    /// How much is taken.
    pub mode: SalvageMode,
}

impl SalvageJob {
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Done {
        let control = context.control("Reading and writing");
        let files = (&*self.source, &*self.target);
        let kdf = KdfProfile::default();
        let task = context.task;
        let result = salvage_file(files, &self.secret, self.mode, kdf, &control);
        Done::Salvaged { task, result }
    }
}
