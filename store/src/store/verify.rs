//! Checking a file down to its records.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::Store;
use super::load::Loader;
use crate::clock::Clock;
use crate::file::{
    self, Content, ContentError, Control, Credentials, IoError, OpenError, StoreFile, VerifyDepth,
    VerifyReport,
};
use crate::options::OpenOptions;

/// A check of the file of an open store, which can run on any thread. It sees the file as it was
/// when the check was begun; what is appended later is not part of it.
#[derive(Debug)]
pub struct Verification {
    file: file::Verification,
    clock: Arc<dyn Clock>,
}

/// Loads payloads as opening does, and forgets what came of it.
struct Loading<'a> {
    loader: Option<Loader<'a>>,
}

impl Loading<'_> {
    fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            loader: Some(Loader::new(Arc::clone(clock), None)),
        }
    }
}

impl Content for Loading<'_> {
    fn take_chunks(&mut self, first: u64, chunks: &[Bytes]) {
        if let Some(loader) = &mut self.loader {
            loader.take(first, chunks);
        }
    }

    fn finish(&mut self, transactions: &[Bytes], control: &Control) -> Result<(), ContentError> {
        match self.loader.take() {
            Some(loader) => loader.finish(transactions, control).map(drop),
            None => Ok(()),
        }
    }
}

impl Store {
    /// Reads a file and lists what is wrong with it. Takes no lock and writes nothing.
    ///
    /// A full check takes the decisions that opening takes, down to the records, so that a file it
    /// calls intact opens; it needs as much memory. The errors are those of a file that cannot be
    /// read at all: foreign, of a later version, both headers damaged, wrong password.
    pub fn verify(
        path: &Path,
        credentials: &Credentials,
        depth: VerifyDepth,
        options: &OpenOptions,
        control: &Control,
    ) -> Result<VerifyReport, OpenError> {
        file::verify_content(
            &*options.vfs,
            path,
            credentials,
            depth,
            &options.kdf_limits,
            control,
            &mut Loading::new(&options.clock),
        )
    }

    /// Begins a check of the file, which can run on any thread; `None` without a file.
    pub fn begin_verify(&self) -> Option<Result<Verification, IoError>> {
        let begun = self.file.as_ref().map(StoreFile::begin_verify)?;
        Some(begun.map(|file| Verification {
            file,
            clock: Arc::clone(&self.clock),
        }))
    }
}

impl Verification {
    /// Reads the file and lists what is wrong with it, as [`Store::verify`] does. Writes nothing.
    ///
    /// The errors are those of a file that cannot be read at all; one that belongs to another
    /// data key has a header that was changed by someone without the key.
    pub fn run(&self, depth: VerifyDepth, control: &Control) -> Result<VerifyReport, OpenError> {
        self.file
            .run_content(depth, control, &mut Loading::new(&self.clock))
    }
}
