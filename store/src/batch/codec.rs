//! Batches and chunks as MessagePack, the payload of the file's frames (FORMAT, "Payload").
//!
//! `array(n)` of ops `[opcode, key, …]`, with nothing after it. A checkpoint chunk is a batch of
//! puts in key order, so it can be used as a block of a segment without being rewritten.

use std::ops::Range;

use bytes::Bytes;

use super::{Op, Rejection, WriteBatch};
use crate::change::{Cause, Change, SettingChange};
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, Record, RecordRef};
use crate::value::{
    EncodedValue, VALUE_BYTES_MAX, ValueError, ValueRef, ValueWriter, read_scalar, validate,
};

pub(super) const OPCODE_PUT: i64 = 1;
const OPCODE_DELETE: i64 = 2;
const OPCODE_SET_EXPIRY: i64 = 3;
const OPCODE_SET_SETTING: i64 = 4;

/// Why an authentic payload cannot be decoded: a defect of the program that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Not MessagePack of the expected shape.
    #[error("a batch in the file is malformed")]
    Malformed,
    /// An op this program does not know.
    #[error("a batch in the file has the unknown operation {opcode}")]
    UnknownOpcode {
        /// Its number.
        opcode: i64,
    },
    /// There are bytes after the batch.
    #[error("a batch in the file is followed by other bytes")]
    TrailingBytes,
    /// Records of a checkpoint that do not ascend by key, or settings that do not by name.
    #[error("the checkpoint is not in order")]
    Unordered,
}

/// The largest batch that can be decoded, in bytes: offsets have 32 bits.
const BATCH_BYTES_MAX: u64 = u32::MAX as u64;
/// An upper bound for the bytes of an op besides its key and value.
const OP_BYTES_MAX: u64 = 64;

/// Encodes the changes of a batch, including times, so that replaying needs no clock. Refuses,
/// before anything is encoded, what could not be decoded again.
pub(crate) fn encode_changes(
    changes: &[Change],
    settings: &[SettingChange],
) -> Result<Bytes, Rejection> {
    let bytes = encoded_len_max(changes, settings);
    if bytes > BATCH_BYTES_MAX {
        return Err(Rejection::TooLarge { bytes });
    }
    let mut writer = ValueWriter::new();
    writer.list(changes.len() + settings.len());
    let mut bytes = writer.into_bytes();
    for change in changes {
        match (&change.after, written_value(change)) {
            (None, _) => write_delete(&mut bytes, change.key.as_str()),
            (Some(after), None) => write_set_expiry(&mut bytes, after),
            (Some(after), Some(value)) => write_put(&mut bytes, after.as_ref(), value.as_bytes()),
        }
    }
    for setting in settings {
        write_setting(&mut bytes, &setting.name, setting.after.as_ref());
    }
    Ok(Bytes::from(bytes))
}

/// The value that a change writes; `None` if it does not change.
fn written_value(change: &Change) -> Option<&EncodedValue> {
    let after = &change.after.as_ref()?.value;
    let before = change.before.as_ref().map(|before| &before.value);
    (before != Some(after)).then_some(after)
}

fn encoded_len_max(changes: &[Change], settings: &[SettingChange]) -> u64 {
    let len = |name: &str, value: Option<&EncodedValue>| {
        OP_BYTES_MAX + name.len() as u64 + value.map_or(0, |value| value.len() as u64)
    };
    let changes = changes.iter();
    let changes = changes.map(|change| len(change.key.as_str(), written_value(change)));
    let settings = settings.iter();
    let settings = settings.map(|setting| len(&setting.name, setting.after.as_ref()));
    changes.chain(settings).sum()
}

pub(super) fn write_head(bytes: &mut Vec<u8>, len: usize, opcode: i64, key: &str) {
    let mut writer = ValueWriter::from_bytes(std::mem::take(bytes));
    writer.list(len);
    writer.int(opcode);
    writer.string(key);
    *bytes = writer.into_bytes();
}

fn write_put(bytes: &mut Vec<u8>, record: RecordRef<'_>, value: &[u8]) {
    write_head(bytes, 4, OPCODE_PUT, record.key);
    bytes.extend_from_slice(value);
    write_meta(bytes, record.meta);
}

pub(super) fn write_meta(bytes: &mut Vec<u8>, meta: Meta) {
    let mut writer = ValueWriter::from_bytes(std::mem::take(bytes));
    writer.list(3);
    writer.int(meta.created_at.0);
    writer.int(meta.modified_at.0);
    match meta.expires_at {
        Some(at) => writer.int(at.0),
        None => writer.null(),
    }
    *bytes = writer.into_bytes();
}

fn write_delete(bytes: &mut Vec<u8>, key: &str) {
    write_head(bytes, 2, OPCODE_DELETE, key);
}

/// A changed expiry does not repeat the value, which may be 50 MB.
fn write_set_expiry(bytes: &mut Vec<u8>, record: &Record) {
    write_head(bytes, 3, OPCODE_SET_EXPIRY, record.key.as_str());
    write_meta(bytes, record.meta);
}

pub(super) fn write_setting(bytes: &mut Vec<u8>, name: &str, value: Option<&EncodedValue>) {
    write_head(
        bytes,
        if value.is_some() { 3 } else { 2 },
        OPCODE_SET_SETTING,
        name,
    );
    if let Some(value) = value {
        bytes.extend_from_slice(value.as_bytes());
    }
}

/// An op as encoded in the file.
pub(super) enum StoredOp<'a> {
    Put {
        key: Text<'a>,
        value: Range<usize>,
        meta: Meta,
    },
    Delete {
        key: Text<'a>,
    },
    SetExpiry {
        key: Text<'a>,
        meta: Meta,
    },
    SetSetting {
        name: Text<'a>,
        value: Option<Range<usize>>,
    },
}

/// A text of a payload, and its offset.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// Validates the value at the start of some bytes as [`validate`] does; returns the bytes after it.
pub(super) type CheckValue<'c> = dyn FnMut(&[u8]) -> Result<&[u8], ValueError> + 'c;

/// The approximate size of an op in memory, including the allocation of its key.
const OP_BYTES: u64 = 160;

/// All ops are decoded at once if that needs at most this, plus a multiple of the payload. An op
/// may have only four bytes, and even less when compressed.
const OPS_AT_ONCE: u64 = 64 << 20;
const OPS_PER_PAYLOAD: u64 = 8;

/// A journal payload whose ops are decoded one by one.
#[derive(Clone, Copy)]
pub(crate) struct StoredBatch<'a> {
    payload: &'a Bytes,
    count: usize,
}

impl<'a> StoredBatch<'a> {
    /// Reads the stated number of ops.
    pub(crate) fn new(payload: &'a Bytes) -> Result<Self, CodecError> {
        let count = Ops::new(payload)?.left;
        Ok(Self { payload, count })
    }

    /// Whether all ops may be held in memory together.
    pub(crate) fn fits_in_memory(self) -> bool {
        let allowed = (self.payload.len() as u64)
            .saturating_mul(OPS_PER_PAYLOAD)
            .saturating_add(OPS_AT_ONCE);
        (self.count as u64).saturating_mul(OP_BYTES) <= allowed
    }

    /// The ops that repeat the changes; an error is the last item.
    pub(crate) fn ops(self) -> Result<impl Iterator<Item = Result<Op, CodecError>>, CodecError> {
        let ops = Ops::new(self.payload)?;
        Ok(ops.map(move |op| op.and_then(|op| self.op(op))))
    }

    /// Decodes all ops.
    pub(crate) fn read(self) -> Result<WriteBatch, CodecError> {
        let mut batch = WriteBatch::new(Cause::Recovery);
        for op in self.ops()? {
            batch.push(op?);
        }
        Ok(batch)
    }

    fn op(self, op: StoredOp<'_>) -> Result<Op, CodecError> {
        let key = |key: Text<'_>| Key::new(key.text).or(Err(CodecError::Malformed));
        let value = |range: Range<usize>| EncodedValue::from_validated(self.payload.slice(range));
        Ok(match op {
            StoredOp::Put {
                key: text,
                value: value_at,
                meta,
            } => Op::Restore(Record {
                key: key(text)?,
                value: value(value_at),
                meta,
            }),
            StoredOp::Delete { key: text } => Op::Delete { key: key(text)? },
            StoredOp::SetExpiry { key: text, meta } => Op::SetMeta {
                key: key(text)?,
                meta,
            },
            StoredOp::SetSetting {
                name,
                value: value_at,
            } => Op::SetSetting {
                name: name.text.to_owned(),
                value: value_at.map(value),
            },
        })
    }
}

/// The ops of a payload, one after another; an error is the last item.
pub(super) struct Ops<'a> {
    cursor: Cursor<'a>,
    left: usize,
    ended: bool,
}

impl<'a> Ops<'a> {
    pub(super) fn new(payload: &'a Bytes) -> Result<Self, CodecError> {
        // Frames have at most 64 MiB, but a transaction is a sequence of them.
        if payload.len() as u64 > BATCH_BYTES_MAX {
            return Err(CodecError::Malformed);
        }
        let mut cursor = Cursor { payload, at: 0 };
        let left = cursor.list()?;
        Ok(Self {
            cursor,
            left,
            ended: false,
        })
    }
}

impl<'a> Ops<'a> {
    pub(super) fn next_checked(
        &mut self,
        check: &mut CheckValue<'_>,
    ) -> Option<Result<StoredOp<'a>, CodecError>> {
        if self.ended {
            return None;
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.ended = true;
            let is_whole = self.cursor.at == self.cursor.payload.len();
            return (!is_whole).then_some(Err(CodecError::TrailingBytes));
        };
        self.left = left;
        let op = self.cursor.op(check);
        self.ended = op.is_err();
        Some(op)
    }
}

impl<'a> Iterator for Ops<'a> {
    type Item = Result<StoredOp<'a>, CodecError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_checked(&mut validate)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // An op has at least three bytes: an impossible count must not reserve memory.
        (0, Some(self.left.min(self.cursor.payload.len() / 3)))
    }
}

pub(super) struct Cursor<'a> {
    pub(super) payload: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    fn op(&mut self, check: &mut CheckValue<'_>) -> Result<StoredOp<'a>, CodecError> {
        let len = self.list()?;
        let opcode = self.int()?;
        match (opcode, len) {
            (OPCODE_PUT, 4) => Ok(StoredOp::Put {
                key: self.text()?,
                value: self.value(check)?,
                meta: self.meta()?,
            }),
            (OPCODE_DELETE, 2) => Ok(StoredOp::Delete { key: self.text()? }),
            (OPCODE_SET_EXPIRY, 3) => Ok(StoredOp::SetExpiry {
                key: self.text()?,
                meta: self.meta()?,
            }),
            (OPCODE_SET_SETTING, 2) => Ok(StoredOp::SetSetting {
                name: self.text()?,
                value: None,
            }),
            // `check` is for the values of records, not for settings.
            (OPCODE_SET_SETTING, 3) => Ok(StoredOp::SetSetting {
                name: self.text()?,
                value: Some(self.value(&mut validate)?),
            }),
            (OPCODE_PUT..=OPCODE_SET_SETTING, _) => Err(CodecError::Malformed),
            (opcode, _) => Err(CodecError::UnknownOpcode { opcode }),
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.payload.get(self.at..).unwrap_or_default()
    }

    /// Skips the head of a list: short (one byte), 16 or 32 bits.
    fn list(&mut self) -> Result<usize, CodecError> {
        let (width, len) = match self.rest() {
            [head @ 0x90..=0x9F, ..] => (1, usize::from(head & 0x0F)),
            [0xDC, a, b, ..] => (3, usize::from(u16::from_be_bytes([*a, *b]))),
            [0xDD, a, b, c, d, ..] => (5, u32::from_be_bytes([*a, *b, *c, *d]) as usize),
            _ => return Err(CodecError::Malformed),
        };
        self.at += width;
        Ok(len)
    }

    fn value(&mut self, check: &mut CheckValue<'_>) -> Result<Range<usize>, CodecError> {
        let start = self.at;
        let rest = check(self.rest()).or(Err(CodecError::Malformed))?;
        self.at = self.payload.len() - rest.len();
        // A longer one could never be rewritten: with its key it does not fit into a chunk.
        if self.at - start > VALUE_BYTES_MAX {
            return Err(CodecError::Malformed);
        }
        Ok(start..self.at)
    }

    fn scalar(&mut self) -> Result<ValueRef<'a>, CodecError> {
        let (value, rest) = read_scalar(self.rest()).ok_or(CodecError::Malformed)?;
        self.at = self.payload.len() - rest.len();
        Ok(value)
    }

    fn int(&mut self) -> Result<i64, CodecError> {
        match self.scalar()? {
            ValueRef::Int(int) => Ok(int),
            _ => Err(CodecError::Malformed),
        }
    }

    fn text(&mut self) -> Result<Text<'a>, CodecError> {
        match self.scalar()? {
            ValueRef::String(text) => Ok(Text {
                text,
                at: self.at - text.len(),
            }),
            _ => Err(CodecError::Malformed),
        }
    }

    pub(super) fn meta(&mut self) -> Result<Meta, CodecError> {
        if self.list()? != 3 {
            return Err(CodecError::Malformed);
        }
        Ok(Meta {
            created_at: Millis(self.int()?),
            modified_at: Millis(self.int()?),
            expires_at: match self.scalar()? {
                ValueRef::Null => None,
                ValueRef::Int(at) => Some(Millis(at)),
                _ => return Err(CodecError::Malformed),
            },
        })
    }
}
