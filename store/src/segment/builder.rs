//! Building segments and checkpoint chunks out of records in key order.

use std::sync::Arc;

use bytes::Bytes;

use super::{Block, Segment};
use crate::batch::{ChunkWriter, CodecError};
use crate::record::RecordRef;
use crate::value::EncodedValue;

/// The size at which a chunk is full, in bytes. LZW's ratio is within half a percent of that of
/// larger chunks, and smaller ones lose less to damage.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// Cuts records in key order, then settings, into checkpoint chunks.
pub(crate) struct ChunkIter<R, S> {
    records: R,
    settings: S,
    writer: ChunkWriter,
}

impl<R, S> ChunkIter<R, S> {
    pub(crate) fn new(records: R, settings: S) -> Self {
        Self {
            records,
            settings,
            writer: ChunkWriter::default(),
        }
    }
}

impl<'a, R, S> Iterator for ChunkIter<R, S>
where
    R: Iterator<Item = (RecordRef<'a>, &'a [u8])>,
    S: Iterator<Item = (&'a str, &'a EncodedValue)>,
{
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while self.writer.len() < CHUNK_BYTES {
            if let Some((record, value)) = self.records.next() {
                // A large value gets a chunk of its own, so that no chunk exceeds a frame.
                if !self.writer.is_empty() && self.writer.len() + value.len() > 2 * CHUNK_BYTES {
                    let full = self.writer.take();
                    self.writer.push(record, value);
                    return Some(full);
                }
                self.writer.push(record, value);
            } else if let Some((name, value)) = self.settings.next() {
                self.writer.push_setting(name, value);
            } else {
                break;
            }
        }
        (!self.writer.is_empty()).then(|| self.writer.take())
    }
}

/// Builds a segment of records in key order.
pub(crate) fn build<'a>(
    records: impl Iterator<Item = (RecordRef<'a>, &'a [u8])>,
) -> Result<Segment, CodecError> {
    let chunks = ChunkIter::new(records, std::iter::empty());
    let blocks = chunks
        .map(|chunk| Block::decode(chunk).map(|decoded| Arc::new(decoded.block)))
        .collect::<Result<Vec<_>, _>>()?;
    Segment::new(blocks).ok_or(CodecError::Unordered)
}
