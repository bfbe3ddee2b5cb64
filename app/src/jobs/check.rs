//! Reading a damaged file whole, without changing anything.

use std::path::PathBuf;
use std::sync::Arc;

use vstore::file::{VerifyDepth, VerifyReport};
use vstore::{OpenOptions, Store};

use super::task::TaskContext;
use crate::credentials::credentials;
use crate::failure::Failure;
use crate::state::Secret;

/// What to read, and what opens it.
#[derive(Clone, Debug)]
pub struct CheckJob {
    /// The file.
    pub path: PathBuf,
    /// Its password.
    pub secret: Secret,
}

impl CheckJob {
    /// Lists what is wrong with the file. Takes as long as reading it.
    ///
    /// `Err(None)`: it was cancelled; otherwise why the file could not be read, in words.
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
        .map_err(|error| Failure::from(error).words())
    }
}
