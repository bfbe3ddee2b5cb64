//! One block of a segment: a checkpoint chunk's bytes and where its records lie in them.

use bytes::Bytes;

use crate::batch::{Chunk, ChunkEntry, CodecError, WrittenChunk, read_chunk, read_chunk_with};
use crate::clock::Millis;
use crate::key::Key;
use crate::paths::PathCounter;
use crate::record::{Record, RecordRef};
use crate::value::{EncodedValue, ValueRef};

/// Records in key order, kept as the bytes they are stored in.
#[derive(Debug)]
pub(crate) struct Block {
    bytes: Bytes,
    entries: Box<[ChunkEntry]>,
    /// The rows of the records that expire one day.
    expiring: Box<[u32]>,
    /// The newest time in the records.
    newest: Option<Millis>,
    /// Whether the bytes hold these records and nothing else.
    is_whole: bool,
}

/// A block, and the settings of the file that stood in its chunk.
pub(crate) struct DecodedChunk {
    pub(crate) block: Block,
    pub(crate) settings: Vec<(String, EncodedValue)>,
}

impl Block {
    /// Checks a chunk to its last byte and makes it a block.
    pub(crate) fn decode(chunk: Bytes) -> Result<DecodedChunk, CodecError> {
        let decoded = read_chunk(&chunk)?;
        Ok(Self::decoded(chunk, decoded))
    }

    /// The same, and counts the paths of its values while it is at it.
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

    /// Makes a block of a chunk that was just written, of records that were checked when they were
    /// made; `None` if they do not ascend by key.
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

    /// The newest time in the records; `None` without a record.
    pub(crate) const fn newest(&self) -> Option<Millis> {
        self.newest
    }

    /// The chunk the block was made of, if it holds its records alone.
    pub(crate) fn chunk(&self) -> Option<&Bytes> {
        self.is_whole.then_some(&self.bytes)
    }

    pub(crate) fn first_key(&self) -> &str {
        self.entries.first().map_or("", |entry| self.key(entry))
    }

    /// The same, not looked at as text: what a search for a key compares most.
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

    /// The records that expire one day.
    pub(crate) fn expiring(&self) -> impl Iterator<Item = RecordRef<'_>> {
        let rows = self.expiring.iter();
        rows.filter_map(|row| self.get(*row as usize))
    }

    /// When each of them does, and its row.
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
