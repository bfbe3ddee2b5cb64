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

/// What opening a file found and did. None of it is an error.
#[derive(Clone, Debug, Default)]
pub struct OpenReport {
    /// About the file: an unfinished write cut off, a header healed.
    pub file: file::OpenReport,
    /// How many records there are, due ones included.
    pub records: usize,
    /// How many of them ran out while the file was closed.
    pub expired: usize,
}

impl Store {
    /// Creates a file without records.
    pub fn create(
        path: &Path,
        credentials: &Credentials,
        options: &CreateOptions,
        control: &Control,
    ) -> Result<(Self, CreateReport), CreateError> {
        let empty = Snapshot::new(Arc::new(State::default()), Arc::clone(&options.clock));
        Self::create_from(path, &empty, credentials, options, control)
    }

    /// Creates a file with the records and settings of a snapshot: save as, copy, import.
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

    /// Looks at a file without a password: whether it is ours, and what opening it needs.
    pub fn probe(path: &Path) -> Result<Probe, OpenError> {
        file::probe(&file::RealVfs, path)
    }

    /// Opens a file. A torn write of a crash is cut off and reported; damage is an error, and
    /// nothing is changed.
    pub fn open(
        path: &Path,
        credentials: &Credentials,
        options: &OpenOptions,
        control: &Control,
    ) -> Result<(Self, OpenReport), OpenError> {
        Self::open_with_preview(path, credentials, options, control, &mut |_| {})
    }

    /// The same; `preview` is shown the records that have been read so far, first after the first
    /// megabyte and then each time they have doubled.
    ///
    /// A preview is what the last checkpoint held from the first key on: what was changed after
    /// it, and whether the file is undamaged to its end, is known only when this returns.
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
