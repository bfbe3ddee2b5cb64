//! Creating and opening stores.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use rayon::prelude::*;

use super::Store;
use crate::batch::{CodecError, decode_batch};
use crate::clock::Clock;
use crate::file::{
    self, Control, CreateError, CreateReport, Credentials, OpenError, Probe, StoreFile,
};
use crate::options::{CreateOptions, OpenOptions};
use crate::segment::{Block, Segment};
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
        let opened = StoreFile::open(
            Arc::clone(&options.vfs),
            path,
            credentials,
            &options.for_file(),
            control,
        )?;
        let state = load(opened.chunks, &opened.transactions, &options.clock)
            .map_err(|error| OpenError::Content(Box::new(error)))?;
        let report = OpenReport {
            file: opened.report,
            records: state.len(),
            expired: state.expiry.due(options.clock.now()).count(),
        };
        Ok((
            Self::new(state, Some(opened.file), Arc::clone(&options.clock)),
            report,
        ))
    }
}

/// Why what a file holds cannot be loaded.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error("a transaction contradicts the records: {0}")]
    Rejected(#[from] crate::batch::Rejection),
}

/// The checkpoint becomes the first segment as it is; the journal is replayed over it by the same
/// two steps that committed it.
fn load(
    chunks: Vec<Bytes>,
    transactions: &[Bytes],
    clock: &Arc<dyn Clock>,
) -> Result<State, LoadError> {
    let decoded: Vec<_> = chunks
        .into_par_iter()
        .map(Block::decode)
        .collect::<Result<_, _>>()?;
    let mut blocks = Vec::with_capacity(decoded.len());
    let mut settings = Vec::new();
    for chunk in decoded {
        blocks.push(Arc::new(chunk.block));
        settings.extend(chunk.settings);
    }
    let segment = Segment::new(blocks).ok_or(CodecError::Unordered)?;
    let mut state = State::from_segment(segment);
    state.settings.extend(settings);
    let now = clock.now();
    for transaction in transactions {
        let batch = decode_batch(transaction)?;
        let prepared = state.prepare(&batch, now)?;
        state.apply(&prepared);
    }
    Ok(state)
}
