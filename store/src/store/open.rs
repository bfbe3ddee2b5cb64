//! Creating and opening stores.

use std::path::Path;
use std::sync::Arc;

use super::Store;
use super::load::Loader;
use crate::file::{
    self, Control, CreateError, CreateReport, Credentials, OpenError, Probe, StoreFile,
};
use crate::options::{CreateOptions, OpenOptions};
use crate::snapshot::Snapshot;
use crate::state::State;

/// The results of opening a file that are not errors.
#[derive(Clone, Debug, Default)]
pub struct OpenReport {
    /// About the file, such as an incomplete write that was cut off or a header that was repaired.
    pub file: file::FileOpenReport,
    /// Number of records, including expired ones.
    pub records: usize,
    /// Number of these that expired while the file was closed.
    pub expired: usize,
}

impl Store {
    /// Creates a file without records. An existing file at the path is an error.
    pub fn create(
        path: &Path,
        credentials: &Credentials,
        options: &CreateOptions,
        control: &Control,
    ) -> Result<(Self, CreateReport), CreateError> {
        let empty = Snapshot::new(Arc::new(State::default()), Arc::clone(&options.clock));
        Self::create_from(path, &empty, credentials, options, control)
    }

    /// Creates a file with the records and settings of a snapshot, as “save as”, copying and
    /// importing do.
    pub fn create_from(
        path: &Path,
        snapshot: &Snapshot,
        credentials: &Credentials,
        options: &CreateOptions,
        control: &Control,
    ) -> Result<(Self, CreateReport), CreateError> {
        let (file, report) = StoreFile::create(
            Arc::clone(&options.vfs),
            path,
            credentials,
            &options.for_file(),
            snapshot.chunks(),
            snapshot.checkpoint_len(),
            control,
        )?;
        let state = State::clone(snapshot.state());
        Ok((
            Self::new(state, Some(file), Arc::clone(&options.clock)),
            report,
        ))
    }

    /// Reads without a password whether a file is a store, and what opening it requires.
    pub fn probe(path: &Path) -> Result<Probe, OpenError> {
        file::probe(&file::RealVfs, path)
    }

    /// Opens a file. A write that a crash left incomplete is cut off and reported. Damage is an
    /// error and leaves the file unchanged.
    pub fn open(
        path: &Path,
        credentials: &Credentials,
        options: &OpenOptions,
        control: &Control,
    ) -> Result<(Self, OpenReport), OpenError> {
        Self::open_with_preview(path, credentials, options, control, &mut |_| {})
    }

    /// As [`open`](Self::open); calls `preview` with the records read so far, first after about one
    /// megabyte and then each time they have doubled.
    ///
    /// A preview holds the first keys of the last checkpoint. Later changes, and whether the rest
    /// of the file is undamaged, are known only when this returns.
    pub fn open_with_preview(
        path: &Path,
        credentials: &Credentials,
        options: &OpenOptions,
        control: &Control,
        preview: &mut dyn FnMut(Snapshot),
    ) -> Result<(Self, OpenReport), OpenError> {
        let mut loader = Loader::new(Arc::clone(&options.clock), Some(preview));
        let opened = StoreFile::open_streaming(
            Arc::clone(&options.vfs),
            path,
            credentials,
            &options.for_file(),
            control,
            &mut |first, chunks| loader.take(first, chunks),
        )?;
        let state = loader.finish_opening(&opened, control)?;
        let records = state.len();
        let store = Self::new(state, Some(opened.file), Arc::clone(&options.clock));
        let report = OpenReport {
            file: opened.report,
            records,
            expired: store.snapshot().due_len(),
        };
        Ok((store, report))
    }
}
