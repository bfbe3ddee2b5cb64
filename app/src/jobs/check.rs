//! Reads a whole damaged file, without changing it.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::{VerifyDepth, VerifyReport};
use vstore::{OpenOptions, Store};

use super::task::TaskContext;
use crate::credentials::credentials;
use crate::failure::Failure;
use crate::state::Secret;

/// The file to read, and its password.
#[derive(Clone, Debug)]
pub struct CheckJob {
    /// The file.
    pub path: PathBuf,
    /// Its password.
    pub secret: Secret,
}

impl CheckJob {
    /// Lists the damage of the file. Takes as long as reading it.
    ///
    /// `Err(None)` if it was cancelled; otherwise why the file could not be read.
    pub(super) fn run(self, context: &Arc<TaskContext>) -> Result<VerifyReport, Option<String>> {
        let control = context.control("Reading the file");
        let credentials = credentials(&self.secret).map_err(|problem| Some(problem.text()))?;
        let options = OpenOptions::default();
        Store::verify(
            &self.path,
            &credentials,
            VerifyDepth::Full,
            &options,
            &control,
        )
        .map_err(|error| Failure::from(error).message())
    }
}
