//! Checking a file down to its records.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::Store;
use super::load::Loader;
use crate::clock::Clock;
use crate::file::{
    self, ContentCheck, ContentError, Control, Credentials, IoError, OpenError, StoreFile,
    VerifyDepth, VerifyReport,
};
use crate::options::OpenOptions;

/// A check of the file of an open store, which can run on any thread. It covers the file as of the
/// beginning of the check, not what is appended later.
#[derive(Debug)]
pub struct Verification {
    file: file::FileVerification,
    clock: Arc<dyn Clock>,
}

/// Loads payloads as opening does and discards the result.
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

impl ContentCheck for Loading<'_> {
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
    /// A full check decides as opening does, down to the records, so that a file it reports as
    /// intact can be opened; it needs as much memory as opening.
    ///
    /// # Errors
    ///
    /// Only if the file cannot be read at all: it is not a store, its version is newer, both
    /// headers are damaged or the password is wrong. Damage in the rest of the file is part of the
    /// report.
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

    /// Begins a check of the file, which can run on any thread; `None` if the store has no file.
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
    /// # Errors
    ///
    /// Only if the file cannot be read at all. A header that does not match the data key was
    /// changed by someone without that key.
    pub fn run(&self, depth: VerifyDepth, control: &Control) -> Result<VerifyReport, OpenError> {
        self.file
            .run_content(depth, control, &mut Loading::new(&self.clock))
    }
}
