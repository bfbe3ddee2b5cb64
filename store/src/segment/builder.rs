//! Building segments and checkpoint chunks from records in key order.

use std::sync::Arc;

use super::{Block, Segment};
use crate::batch::{ChunkWriter, CodecError, WrittenChunk};
use crate::record::RecordRef;

/// Divides records in key order into checkpoint chunks.
struct ChunkIter<R> {
    records: R,
    writer: ChunkWriter,
}

impl<'a, R> Iterator for ChunkIter<R>
where
    R: Iterator<Item = (RecordRef<'a>, &'a [u8])>,
{
    type Item = WrittenChunk;

    fn next(&mut self) -> Option<WrittenChunk> {
        for (record, value) in self.records.by_ref() {
            if let Some(full) = self.writer.push_record(record, value) {
                return Some(full);
            }
        }
        (!self.writer.is_empty()).then(|| self.writer.take())
    }
}

/// Builds a segment from records in key order.
pub(crate) fn build<'a>(
    records: impl Iterator<Item = (RecordRef<'a>, &'a [u8])>,
) -> Result<Segment, CodecError> {
    Segment::new(build_blocks(records)?).ok_or(CodecError::Unordered)
}

/// Builds blocks from records in key order.
pub(crate) fn build_blocks<'a>(
    records: impl Iterator<Item = (RecordRef<'a>, &'a [u8])>,
) -> Result<Vec<Arc<Block>>, CodecError> {
    let chunks = ChunkIter {
        records,
        writer: ChunkWriter::default(),
    };
    chunks
        .map(|chunk| {
            let block = Block::from_written(chunk).ok_or(CodecError::Unordered)?;
            Ok(Arc::new(block))
        })
        .collect()
}
