//! Loads records from a file: the chunks of the checkpoint become the blocks of the first segment
//! while the file is still being read; the journal is replayed over them at the end.

use std::sync::Arc;

use bytes::Bytes;
use rayon::prelude::*;

use crate::batch::{CodecError, StoredBatch};
use crate::clock::{Clock, Millis};
use crate::file::{self, ContentError, Control, OpenError, Opened, Payload};
use crate::paths::{PathCatalog, PathCounter};
use crate::segment::{Block, Segment};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::value::EncodedValue;

/// Why a payload cannot be loaded.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error("a transaction contradicts the records: {0}")]
    Rejected(#[from] crate::batch::Rejection),
    #[error("there are more than 2^32 records")]
    TooMany,
}

impl LoadError {
    fn at(self, payload: Payload) -> ContentError {
        ContentError::Unreadable {
            payload,
            reason: Box::new(self),
        }
    }
}

/// Builds a state from chunks as they are read, with previews on the way.
pub(super) struct Loader<'a> {
    clock: Arc<dyn Clock>,
    preview: Option<&'a mut dyn FnMut(Snapshot)>,
    /// The next preview is due at this number of blocks.
    preview_at: usize,
    /// The chunks read so far, or the number of the one that cannot be decoded.
    read: Result<Read, (usize, CodecError)>,
}

#[derive(Default)]
struct Read {
    /// Number of chunks read, including those without records.
    chunks: usize,
    blocks: Vec<Arc<Block>>,
    /// For each block, the number of its chunk.
    numbers: Vec<usize>,
    catalog: PathCatalog,
    settings: Vec<(String, EncodedValue)>,
}

struct DecodedChunk {
    block: Arc<Block>,
    catalog: PathCatalog,
    settings: Vec<(String, EncodedValue)>,
}

impl<'a> Loader<'a> {
    /// `preview` is called with the records read so far, each time they have doubled.
    pub(super) fn new(clock: Arc<dyn Clock>, preview: Option<&'a mut dyn FnMut(Snapshot)>) -> Self {
        Self {
            clock,
            preview,
            preview_at: 1,
            read: Ok(Read::default()),
        }
    }

    /// Decodes chunks; `first` is the number of the first of them. Number 0 starts over.
    pub(super) fn take(&mut self, first: u64, chunks: &[Bytes]) {
        if first == 0 {
            self.preview_at = 1;
            self.read = Ok(Read::default());
        }
        let Ok(read) = &mut self.read else { return };
        if let Err(error) = read.take(chunks) {
            self.read = Err(error);
        } else if let Some(preview) = &mut self.preview
            && read.blocks.len() >= self.preview_at
        {
            self.preview_at = read.blocks.len() * 2;
            if let Some(state) = read.state() {
                let snapshot = Snapshot::new(Arc::new(state), Arc::clone(&self.clock));
                // Computed here, so that the first use of the preview need not compute it.
                snapshot.due_len();
                preview(snapshot);
            }
        }
    }

    /// Replays the journal with the two steps by which it was committed: prepare and apply.
    pub(super) fn finish(
        self,
        transactions: &[Bytes],
        control: &Control,
    ) -> Result<State, ContentError> {
        let read = self
            .read
            .map_err(|(chunk, error)| LoadError::from(error).at(Payload::Chunk(chunk)))?;
        let mut state = read.whole_state()?;
        let now = self.clock.now();
        for (number, transaction) in transactions.iter().enumerate() {
            if control.is_cancelled() {
                return Err(file::Cancelled.into());
            }
            replay(&mut state, transaction, now)
                .map_err(|error| error.at(Payload::Transaction(number)))?;
        }
        Ok(state)
    }

    /// As [`finish`](Self::finish), for a file that is being opened.
    pub(super) fn finish_opening(
        self,
        opened: &Opened,
        control: &Control,
    ) -> Result<State, OpenError> {
        self.finish(&opened.transactions, control)
            .map_err(|error| match error {
                ContentError::Unreadable { payload, reason } => opened.unreadable(payload, reason),
                ContentError::Cancelled(cancelled) => cancelled.into(),
            })
    }
}

fn replay(state: &mut State, transaction: &Bytes, now: Millis) -> Result<(), LoadError> {
    let batch = StoredBatch::new(transaction)?;
    let prepared = state.prepare_stored(batch, now)??;
    state.apply(&prepared);
    Ok(())
}

impl Read {
    fn take(&mut self, chunks: &[Bytes]) -> Result<(), (usize, CodecError)> {
        let decoded: Vec<_> = chunks
            .par_iter()
            .map(|chunk| DecodedChunk::read(chunk.clone()))
            .collect();
        for chunk in decoded {
            let number = self.chunks;
            self.chunks += 1;
            let chunk = chunk.map_err(|error| (number, error))?;
            let last = self.settings.last();
            let first = chunk.settings.first();
            if let (Some((last, _)), Some((first, _))) = (last, first)
                && last >= first
            {
                return Err((number, CodecError::Unordered));
            }
            if chunk.block.len() > 0 {
                self.numbers.push(number);
                self.blocks.push(chunk.block);
            }
            self.catalog.merge(&chunk.catalog);
            self.settings.extend(chunk.settings);
        }
        Ok(())
    }

    /// The records of all blocks; `None` if their keys do not ascend or there are too many.
    fn state(&self) -> Option<State> {
        let segment = Segment::new(self.blocks.clone())?;
        Some(State::from_segment(segment, self.catalog.clone()))
    }

    /// As [`state`](Self::state), with the settings.
    ///
    /// # Errors
    ///
    /// Names the chunk that is out of order.
    fn whole_state(self) -> Result<State, ContentError> {
        let mut state = self.state().ok_or_else(|| {
            let mut pairs = self.blocks.array_windows().zip(self.numbers.iter().skip(1));
            let unordered = pairs.find(|([left, right], _)| left.last_key() >= right.first_key());
            match unordered {
                Some((_, chunk)) => {
                    LoadError::from(CodecError::Unordered).at(Payload::Chunk(*chunk))
                }
                None => LoadError::TooMany.at(Payload::Chunk(0)),
            }
        })?;
        state.settings.extend(self.settings);
        Ok(state)
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
