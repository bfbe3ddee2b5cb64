//! Writing a generation: headers and checkpoint, durably, to a new file.
//!
//! Chunks are compressed in parallel, a bounded batch at a time. Sealing is sequential, because
//! each frame contains the tag of the one before; it is forty times faster than compression.
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rayon::prelude::*;

use crate::{
    control::{Cancelled, Control, Phase},
    file::{
        disk::{
            entropy::Entropy,
            io_error::IoError,
            rules::{Rule, holds},
            vfs::{Vfs, VfsFile},
        },
        format::{
            frame::{Chain, FrameWriter, META, Padding, SNAP, SNAP_END},
            header::{COPY_B, Copy, Header},
            meta::{self, FileMeta, SnapEnd},
            pack::{self, Packer, SealFrameError},
        },
        keys::seal::{Dek, Nonce},
        write::store_file::Generation,
    },
};

const BATCH_BYTES: usize = 8 << 20;
const BATCH_CHUNKS: usize = 64;
const WRITE_BYTES: usize = 4 << 20;
/// The number of bytes between two syncs while writing, so that the final sync is fast. The thread
/// that waits for them is not the one that compresses.
const SYNC_BYTES: u64 = 32 << 20;
/// Padding of frames of the checkpoint.
const UNIT: Padding = Padding::Unit(16);

/// The error type of an operation that writes a generation.
pub(crate) trait WriteError: From<SealFrameError> + From<IoError> + From<Cancelled> {}
impl<E: From<SealFrameError> + From<IoError> + From<Cancelled>> WriteError for E {}

/// A temporary file, removed when dropped unless it was given its final name.
#[derive(Debug)]
pub(crate) struct TempFile {
    vfs: std::sync::Arc<dyn Vfs>,
    path: Option<PathBuf>,
}

impl TempFile {
    pub(crate) fn new(vfs: std::sync::Arc<dyn Vfs>, path: PathBuf) -> Self {
        Self {
            vfs,
            path: Some(path),
        }
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or_else(|| Path::new(""))
    }

    /// Records that the file has its final name.
    pub(crate) fn renamed(mut self) {
        self.path = None;
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // If it cannot be removed now, the next opening removes it.
            drop(self.vfs.remove(&path));
        }
    }
}

/// The content of a new generation.
pub(crate) struct NewGeneration<'a> {
    pub(crate) dek: &'a Dek,
    /// The nonce of the first frame, from which the salt in the header is derived.
    pub(crate) first_nonce: Nonce,
    pub(crate) header: Header,
    pub(crate) meta: FileMeta,
    pub(crate) records: u64,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) control: &'a Control,
}

impl NewGeneration<'_> {
    /// Writes the generation durably to an empty file.
    pub(crate) fn write<E: WriteError>(
        self,
        file: Box<dyn VfsFile>,
        chunks: impl Iterator<Item = Bytes>,
    ) -> Result<Generation, E> {
        let header = &self.header;
        let cipher = self
            .dek
            .frame_cipher(&header.store_id, header.generation, &header.gen_salt);
        write_headers(&*file, header, self.dek)?;

        let writer = FrameWriter::new(&cipher, self.entropy, Chain::START, 0);
        let mut sink = Sink {
            file: &*file,
            position: Chain::START.offset,
            synced: 0,
            writer,
        };
        let meta = pack::pack(&meta::encode(&self.meta), 0, 0)?;
        sink.writer
            .push_with_nonce(META, 0, meta, UNIT, self.first_nonce)?;
        let end = write_chunks::<E>(&mut sink, chunks, self.records, self.control)?;
        let padding = if self.meta.align == 0 {
            UNIT
        } else {
            Padding::End(self.meta.align)
        };
        sink.writer
            .push(SNAP_END, 0, pack::pack(&meta::encode(&end), 0, 0)?, padding)?;
        sink.flush()?;
        let chain = sink.writer.chain;
        if holds(Rule::SyncBeforeRename) {
            file.sync_all()?;
        }
        self.control.report(Phase::Writing, 1, 1);
        let id = file.stat()?.id;
        Ok(Generation {
            file,
            id,
            cipher,
            chain,
            durable_seq: chain.seq,
            journal_start: chain.offset,
            journal_frames: 0,
            records: self.records,
            last_txn: self.meta.base_txn,
            known_epoch: self.meta.epoch,
            closed: true,
            skipped: 0,
            header: self.header,
            meta: self.meta,
        })
    }
}

/// Writes both header copies of a file that does not have its name yet, so their order is free.
pub(crate) fn write_headers(file: &dyn VfsFile, header: &Header, dek: &Dek) -> Result<(), IoError> {
    let key = dek.header_key(&header.store_id);
    let mut bytes = header.encode(Copy::A, &key);
    bytes.resize(COPY_B as usize, 0);
    bytes.extend_from_slice(&header.encode(Copy::B, &key));
    bytes.resize(Chain::START.offset as usize, 0);
    file.write_at(&bytes, 0)
}

/// Writes sealed frames to a file.
struct Sink<'a> {
    file: &'a dyn VfsFile,
    position: u64,
    /// The offset up to which the file is synced.
    synced: u64,
    writer: FrameWriter<'a>,
}

impl Sink<'_> {
    fn flush(&mut self) -> Result<(), IoError> {
        self.file.write_at(&self.writer.out, self.position)?;
        self.position = self.writer.chain.offset;
        self.writer.out.clear();
        if self.position.saturating_sub(self.synced) >= SYNC_BYTES {
            self.file.sync_data()?;
            self.synced = self.position;
        }
        Ok(())
    }
}

/// Writes all chunks. While all cores pack a batch, this thread seals and writes the previous one.
fn write_chunks<E: WriteError>(
    sink: &mut Sink<'_>,
    mut chunks: impl Iterator<Item = Bytes>,
    records: u64,
    control: &Control,
) -> Result<SnapEnd, E> {
    let expected = chunks.size_hint().1.unwrap_or(0) as u64;
    let mut end = SnapEnd {
        chunks: 0,
        records,
        bytes: 0,
    };
    let mut packed = Vec::new();
    loop {
        control.check()?;
        let batch = next_batch(&mut chunks);
        if batch.is_empty() && packed.is_empty() {
            return Ok(end);
        }
        let first = end.chunks;
        end.chunks = first.saturating_add(batch.len() as u64);
        end.bytes = batch.iter().fold(end.bytes, |sum, chunk| {
            sum.saturating_add(chunk.len() as u64)
        });
        let last = u32::try_from(end.chunks)
            .map_err(|_too_many| SealFrameError::TooLarge { len: end.bytes })?;
        let mut next = Ok(Vec::new());
        let written = rayon::in_place_scope(|scope| {
            let (numbers, next) = (first as u32..last, &mut next);
            scope.spawn(move |_| *next = pack_all(numbers, batch));
            seal_all::<E>(sink, packed)
        });
        written?;
        packed = next?;
        control.report(
            Phase::Writing,
            first,
            expected.max(end.chunks.saturating_add(1)),
        );
    }
}

fn pack_all(numbers: Range<u32>, chunks: Vec<Bytes>) -> Result<Vec<Vec<u8>>, SealFrameError> {
    numbers
        .into_par_iter()
        .zip(chunks)
        .map_init(Packer::new, |packer, (number, chunk)| {
            packer.pack(&chunk, number, 0)
        })
        .collect()
}

fn seal_all<E: WriteError>(sink: &mut Sink<'_>, packed: Vec<Vec<u8>>) -> Result<(), E> {
    for plain in packed {
        sink.writer.push(SNAP, 0, plain, UNIT)?;
        if sink.writer.out.len() >= WRITE_BYTES {
            sink.flush()?;
        }
    }
    Ok(())
}

fn next_batch(chunks: &mut impl Iterator<Item = Bytes>) -> Vec<Bytes> {
    let mut batch = Vec::new();
    let mut bytes = 0_usize;
    while bytes < BATCH_BYTES && batch.len() < BATCH_CHUNKS {
        let Some(chunk) = chunks.next() else { break };
        bytes = bytes.saturating_add(chunk.len());
        batch.push(chunk);
    }
    batch
}
