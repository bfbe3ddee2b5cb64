//! Checkpoint chunks: batches of puts in key order, from which a segment reads single records
//! without rewriting them.

use std::ops::Range;

use bytes::Bytes;

use super::codec::{
    CheckValue, CodecError, Cursor, OPCODE_PUT, Ops, StoredOp, write_head, write_meta,
    write_setting,
};
use super::is_setting_name;
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, RecordRef};
use crate::value::{EncodedValue, ValueWriter, validate};

/// The position of one record in a chunk: its key, then its value, then its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkEntry {
    pub(crate) key_at: u32,
    pub(crate) value_len: u32,
    pub(crate) key_len: u16,
}

impl ChunkEntry {
    /// The byte range of the key.
    pub(crate) const fn key(self) -> Range<usize> {
        let start = self.key_at as usize;
        start..start + self.key_len as usize
    }

    /// The byte range of the value.
    pub(crate) const fn value(self) -> Range<usize> {
        let start = self.key().end;
        start..start + self.value_len as usize
    }

    /// The times, read from the chunk.
    pub(crate) fn meta(self, chunk: &[u8]) -> Meta {
        const HEAD: u8 = 0x93;
        const UINT64: u8 = 0xCF;
        const NULL: u8 = 0xC0;
        let bytes = chunk.get(self.value().end..).unwrap_or_default();
        // The fast path for the usual encoding.
        if let [
            HEAD,
            UINT64,
            created @ ..,
            UINT64,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            NULL,
        ] = bytes.get(..20).unwrap_or_default()
            && let Some(modified) = bytes.get(11..19).and_then(<[u8]>::first_chunk)
            && let Some(created) = created.first_chunk()
        {
            return Meta {
                created_at: Millis(i64::from_be_bytes(*created)),
                modified_at: Millis(i64::from_be_bytes(*modified)),
                expires_at: None,
            };
        }
        let mut cursor = Cursor {
            payload: bytes,
            at: 0,
        };
        // Cannot fail: it was validated with the chunk.
        cursor.meta().unwrap_or_default()
    }
}

/// The content of a checkpoint chunk.
pub(crate) struct Chunk {
    /// The records, ascending by key.
    pub(crate) entries: Vec<ChunkEntry>,
    /// The records that have an expiry.
    pub(crate) expiring: Vec<u32>,
    /// The newest time in the records.
    pub(crate) newest: Option<Millis>,
    /// The settings of the file.
    pub(crate) settings: Vec<(String, EncodedValue)>,
}

/// Decodes and validates a checkpoint chunk.
pub(crate) fn read_chunk(payload: &Bytes) -> Result<Chunk, CodecError> {
    read_chunk_with(payload, &mut validate)
}

/// Like [`read_chunk`], but validates the values of records with `check`, which must refuse
/// whatever [`validate`] refuses. It is not called for settings.
pub(crate) fn read_chunk_with(
    payload: &Bytes,
    check: &mut CheckValue<'_>,
) -> Result<Chunk, CodecError> {
    let mut ops = Ops::new(payload)?;
    let mut chunk = Chunk {
        entries: Vec::with_capacity(ops.size_hint().1.unwrap_or(0)),
        expiring: Vec::new(),
        newest: None,
        settings: Vec::new(),
    };
    let mut last = None;
    while let Some(op) = ops.next_checked(check) {
        match op? {
            StoredOp::Put { key, value, meta } => {
                Key::check(key.text).or(Err(CodecError::Malformed))?;
                if last.is_some_and(|last| last >= key.text) {
                    return Err(CodecError::Unordered);
                }
                last = Some(key.text);
                chunk.newest = chunk.newest.max(Some(meta.newest()));
                if meta.expires_at.is_some() {
                    chunk.expiring.push(chunk.entries.len() as u32);
                }
                chunk.entries.push(ChunkEntry {
                    key_at: key.at as u32,
                    value_len: value.len() as u32,
                    key_len: key.text.len() as u16,
                });
            }
            StoredOp::SetSetting {
                name,
                value: Some(value),
            } => {
                if !is_setting_name(name.text) {
                    return Err(CodecError::Malformed);
                }
                // No name twice: otherwise a few bytes could become any number of settings.
                let last: Option<&(String, EncodedValue)> = chunk.settings.last();
                if last.is_some_and(|(last, _)| last.as_str() >= name.text) {
                    return Err(CodecError::Unordered);
                }
                let value = EncodedValue::from_validated(payload.slice(value));
                chunk.settings.push((name.text.to_owned(), value));
            }
            StoredOp::Delete { .. } | StoredOp::SetExpiry { .. } | StoredOp::SetSetting { .. } => {
                return Err(CodecError::Malformed);
            }
        }
    }
    Ok(chunk)
}

/// The size at which a chunk is full, in bytes. The compression ratio of LZW is within half a
/// percent of that of larger chunks, and damage destroys less of smaller ones.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// A checkpoint chunk that was just written, and the positions of its records.
pub(crate) struct WrittenChunk {
    pub(crate) payload: Bytes,
    pub(crate) entries: Vec<ChunkEntry>,
    /// The records that have an expiry.
    pub(crate) expiring: Vec<u32>,
    /// The newest time in the records.
    pub(crate) newest: Option<Millis>,
}

/// Writes checkpoint chunks.
#[derive(Default)]
pub(crate) struct ChunkWriter {
    ops: Vec<u8>,
    count: usize,
    /// The positions of the records, relative to the first op.
    entries: Vec<ChunkEntry>,
    expiring: Vec<u32>,
    newest: Option<Millis>,
}

impl ChunkWriter {
    /// Adds a record. Records must be added in key order.
    pub(crate) fn push(&mut self, record: RecordRef<'_>, value: &[u8]) {
        write_head(&mut self.ops, 4, OPCODE_PUT, record.key);
        self.newest = self.newest.max(Some(record.meta.newest()));
        if record.meta.expires_at.is_some() {
            self.expiring.push(self.entries.len() as u32);
        }
        self.entries.push(ChunkEntry {
            key_at: (self.ops.len() - record.key.len()) as u32,
            value_len: value.len() as u32,
            key_len: record.key.len() as u16,
        });
        self.ops.extend_from_slice(value);
        write_meta(&mut self.ops, record.meta);
        self.count += 1;
    }

    /// Adds a record; returns the previous chunk if it is full. A large value gets a chunk of its
    /// own, so that no chunk exceeds a frame.
    pub(crate) fn push_record(
        &mut self,
        record: RecordRef<'_>,
        value: &[u8],
    ) -> Option<WrittenChunk> {
        let would_burst = self.len() + value.len() > 2 * CHUNK_BYTES;
        let before = (would_burst && !self.is_empty()).then(|| self.take());
        self.push(record, value);
        if before.is_none() && self.len() >= CHUNK_BYTES {
            return Some(self.take());
        }
        before
    }

    /// Adds a setting of the file.
    pub(crate) fn push_setting(&mut self, name: &str, value: &EncodedValue) {
        write_setting(&mut self.ops, name, Some(value));
        self.count += 1;
    }

    /// The size of the ops in bytes.
    pub(crate) const fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether nothing was added since the last chunk.
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the chunk and empties the writer.
    pub(crate) fn take(&mut self) -> WrittenChunk {
        let mut head = ValueWriter::new();
        head.list(self.count);
        let mut payload = head.into_bytes();
        let head_len = payload.len() as u32;
        payload.reserve_exact(self.ops.len());
        payload.append(&mut self.ops);
        self.count = 0;
        let mut entries = std::mem::take(&mut self.entries);
        for entry in &mut entries {
            entry.key_at += head_len;
        }
        WrittenChunk {
            payload: Bytes::from(payload),
            entries,
            expiring: std::mem::take(&mut self.expiring),
            newest: self.newest.take(),
        }
    }
}
