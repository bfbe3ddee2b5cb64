//! From a file's bytes to records: the checkpoint's chunks become the blocks of the first segment
//! while the file is still being read, the journal is replayed over them at the end.

use std::sync::Arc;

use bytes::Bytes;
use rayon::prelude::*;

use crate::batch::{CodecError, decode_batch};
use crate::clock::Clock;
use crate::paths::{PathCatalog, PathCounter};
use crate::segment::{Block, Segment};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::value::EncodedValue;

/// Why what a file holds cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error("a transaction contradicts the records: {0}")]
    Rejected(#[from] crate::batch::Rejection),
}

/// Takes chunks as they come and shows what they make.
pub(super) struct Loader<'a> {
    clock: Arc<dyn Clock>,
    preview: &'a mut dyn FnMut(Snapshot),
    /// The preview after the one that was shown last is due with so many blocks.
    preview_at: usize,
    read: Result<Read, CodecError>,
}

/// What has been read so far.
#[derive(Default)]
struct Read {
    blocks: Vec<Arc<Block>>,
    catalog: PathCatalog,
    settings: Vec<(String, EncodedValue)>,
}

/// One chunk, decoded.
struct DecodedChunk {
    block: Arc<Block>,
    catalog: PathCatalog,
    settings: Vec<(String, EncodedValue)>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(clock: Arc<dyn Clock>, preview: &'a mut dyn FnMut(Snapshot)) -> Self {
        Self {
            clock,
            preview,
            preview_at: 1,
            read: Ok(Read::default()),
        }
    }

    /// Decodes chunks, `first` being the number of the first of them.
    pub(super) fn take(&mut self, first: u64, chunks: &[Bytes]) {
        if first == 0 {
            self.preview_at = 1;
            self.read = Ok(Read::default());
        }
        let Ok(read) = &mut self.read else { return };
        if let Err(error) = read.take(chunks) {
            self.read = Err(error);
        } else if read.blocks.len() >= self.preview_at {
            self.preview_at = read.blocks.len() * 2;
            if let Some(state) = read.state() {
                let snapshot = Snapshot::new(Arc::new(state), Arc::clone(&self.clock));
                // Which rows are due is found here, not by the first look at the preview.
                snapshot.due_len();
                (self.preview)(snapshot);
            }
        }
    }

    /// Replays the journal by the same two steps that committed it.
    pub(super) fn finish(self, transactions: &[Bytes]) -> Result<State, LoadError> {
        let read = self.read?;
        let mut state = read.state().ok_or(CodecError::Unordered)?;
        state.settings.extend(read.settings);
        let now = self.clock.now();
        for transaction in transactions {
            let batch = decode_batch(transaction)?;
            let prepared = state.prepare(&batch, now)?;
            state.apply(&prepared);
        }
        Ok(state)
    }
}

impl Read {
    fn take(&mut self, chunks: &[Bytes]) -> Result<(), CodecError> {
        let decoded: Vec<_> = chunks
            .par_iter()
            .map(|chunk| DecodedChunk::read(chunk.clone()))
            .collect::<Result<_, _>>()?;
        for chunk in decoded {
            self.blocks.push(chunk.block);
            self.catalog.merge(&chunk.catalog);
            self.settings.extend(chunk.settings);
        }
        Ok(())
    }

    /// The state of all blocks; `None` if they do not ascend by key.
    fn state(&self) -> Option<State> {
        let segment = Segment::new(self.blocks.clone())?;
        Some(State::from_segment(segment, self.catalog.clone()))
    }
}

impl DecodedChunk {
    fn read(chunk: Bytes) -> Result<Self, CodecError> {
        let mut counter = PathCounter::default();
        let decoded = Block::decode_counting(chunk, &mut counter)?;
        Ok(Self {
            block: Arc::new(decoded.block),
            catalog: counter.catalog(),
            settings: decoded.settings,
        })
    }
}
