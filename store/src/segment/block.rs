//! One block of a segment: the bytes of a checkpoint chunk, and the positions of the records in
//! them.

use bytes::Bytes;

use crate::batch::{Chunk, ChunkEntry, CodecError, WrittenChunk, read_chunk, read_chunk_with};
use crate::clock::Millis;
use crate::key::Key;
use crate::paths::PathCounter;
use crate::record::{Record, RecordRef};
use crate::value::{EncodedValue, ValueRef};

/// Records in key order, in their encoded form.
#[derive(Debug)]
pub(crate) struct Block {
    bytes: Bytes,
    entries: Box<[ChunkEntry]>,
    /// The rows of the records that have an expiry.
    expiring: Box<[u32]>,
    /// The latest time of creation or modification.
    newest: Option<Millis>,
    /// Whether the bytes contain only these records.
    is_whole: bool,
}

/// A block, and the settings of the file in its chunk.
pub(crate) struct DecodedChunk {
    pub(crate) block: Block,
    pub(crate) settings: Vec<(String, EncodedValue)>,
}

impl Block {
    /// Makes a block of a chunk, after validating every byte of it.
    pub(crate) fn decode(chunk: Bytes) -> Result<DecodedChunk, CodecError> {
        let decoded = read_chunk(&chunk)?;
        Ok(Self::decoded(chunk, decoded))
    }

    /// Like [`decode`](Self::decode), and also counts the paths of the values.
    pub(crate) fn decode_counting(
        chunk: Bytes,
        counts: &mut PathCounter,
    ) -> Result<DecodedChunk, CodecError> {
        let decoded = read_chunk_with(&chunk, &mut |value| counts.check(value))?;
        Ok(Self::decoded(chunk, decoded))
    }

    fn decoded(chunk: Bytes, decoded: Chunk) -> DecodedChunk {
        let block = Self {
            bytes: chunk,
            entries: decoded.entries.into(),
            expiring: decoded.expiring.into(),
            newest: decoded.newest,
            is_whole: decoded.settings.is_empty(),
        };
        DecodedChunk {
            block,
            settings: decoded.settings,
        }
    }

    /// Makes a block of a chunk that was just written from valid records; `None` if they do not
    /// ascend by key.
    pub(crate) fn from_written(chunk: WrittenChunk) -> Option<Self> {
        let block = Self {
            bytes: chunk.payload,
            entries: chunk.entries.into(),
            expiring: chunk.expiring.into(),
            newest: chunk.newest,
            is_whole: true,
        };
        let mut pairs = block.entries.array_windows();
        let ascends = pairs.all(|[left, right]| block.key_bytes(left) < block.key_bytes(right));
        ascends.then_some(block)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The latest time of creation or modification; `None` without records.
    pub(crate) const fn newest(&self) -> Option<Millis> {
        self.newest
    }

    /// The chunk that the block was made of, if it contains only the records.
    pub(crate) fn chunk(&self) -> Option<&Bytes> {
        self.is_whole.then_some(&self.bytes)
    }

    pub(crate) fn first_key(&self) -> &str {
        self.entries.first().map_or("", |entry| self.key(entry))
    }

    /// The first key as bytes; avoids UTF-8 validation in binary searches.
    pub(super) fn first_key_bytes(&self) -> &[u8] {
        let first = self.entries.first();
        first.map_or(&[], |entry| self.key_bytes(entry))
    }

    pub(crate) fn last_key(&self) -> &str {
        self.entries.last().map_or("", |entry| self.key(entry))
    }

    pub(crate) fn key_at(&self, index: usize) -> Option<&str> {
        self.entries.get(index).map(|entry| self.key(entry))
    }

    pub(crate) fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| self.key_bytes(entry).cmp(key.as_bytes()))
    }

    pub(crate) fn get(&self, index: usize) -> Option<RecordRef<'_>> {
        let entry = self.entries.get(index)?;
        Some(RecordRef {
            key: self.key(entry),
            value: ValueRef::read(self.value(entry)),
            meta: entry.meta(&self.bytes),
        })
    }

    /// The records that have an expiry.
    pub(crate) fn expiring(&self) -> impl Iterator<Item = RecordRef<'_>> {
        let rows = self.expiring.iter();
        rows.filter_map(|row| self.get(*row as usize))
    }

    /// The expiry of each of these records, and its row.
    pub(crate) fn expiry_times(&self) -> impl Iterator<Item = (Millis, u32)> {
        self.expiring.iter().filter_map(|row| {
            let entry = self.entries.get(*row as usize)?;
            Some((entry.meta(&self.bytes).expires_at?, *row))
        })
    }

    pub(crate) fn record(&self, index: usize) -> Option<Record> {
        let entry = self.entries.get(index)?;
        Some(Record {
            key: Key::new(self.key(entry)).ok()?,
            value: EncodedValue::from_validated(self.bytes.slice(entry.value())),
            meta: entry.meta(&self.bytes),
        })
    }

    pub(crate) fn value_bytes(&self, index: usize) -> &[u8] {
        self.entries
            .get(index)
            .map_or(&[], |entry| self.value(entry))
    }

    fn key(&self, entry: &ChunkEntry) -> &str {
        std::str::from_utf8(self.key_bytes(entry)).unwrap_or_default()
    }

    fn key_bytes(&self, entry: &ChunkEntry) -> &[u8] {
        self.bytes.get(entry.key()).unwrap_or_default()
    }

    fn value(&self, entry: &ChunkEntry) -> &[u8] {
        self.bytes.get(entry.value()).unwrap_or_default()
    }
}
