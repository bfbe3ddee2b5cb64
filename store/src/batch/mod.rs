//! Write batches: the only way to change a store.

mod chunk;
mod codec;

use crate::change::Cause;
use crate::clock::Millis;
use crate::key::Key;
use crate::record::{Meta, Record};
use crate::value::EncodedValue;

pub(crate) use chunk::{
    CHUNK_BYTES, Chunk, ChunkEntry, ChunkWriter, WrittenChunk, read_chunk, read_chunk_with,
};
pub use codec::CodecError;
pub(crate) use codec::{StoredBatch, encode_changes};

/// The longest name of a setting in bytes.
const SETTING_NAME_BYTES_MAX: usize = 255;

/// One operation of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Writes a value. An existing record keeps its creation time.
    Put {
        /// Which record.
        key: Key,
        /// The new value.
        value: EncodedValue,
        /// The change of the expiry.
        expiry: Expiry,
    },
    /// Removes a record, if it exists.
    Delete {
        /// Which record.
        key: Key,
    },
    /// Sets or clears the expiry of an existing record.
    SetExpiry {
        /// Which record.
        key: Key,
        /// The time of expiry; `None`: never.
        expires_at: Option<Millis>,
    },
    /// Changes the key of a record. Refused if another record has that key.
    Rename {
        /// The old key.
        from: Key,
        /// The new key.
        to: Key,
    },
    /// Writes a record with exactly these times, for undo, recovery, and import with metadata.
    Restore(Record),
    /// Sets exactly these times for an existing record.
    SetMeta {
        /// Which record.
        key: Key,
        /// Its times.
        meta: Meta,
    },
    /// Sets (or, with `None`, removes) a setting of the file: see [`Store::setting`].
    ///
    /// [`Store::setting`]: crate::Store::setting
    SetSetting {
        /// Its name.
        name: String,
        /// Its value.
        value: Option<EncodedValue>,
    },
}

/// The effect of a put on the expiry of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Expiry {
    /// Keeps it; a new record never expires.
    #[default]
    Keep,
    /// Sets the time.
    At(Millis),
    /// Removes it.
    Never,
}

/// Operations that take effect together or not at all, even after a crash.
///
/// They are applied in order; later ones see the effects of earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteBatch {
    /// Why the batch is written.
    pub cause: Cause,
    ops: Vec<Op>,
}

impl WriteBatch {
    /// An empty batch.
    pub const fn new(cause: Cause) -> Self {
        Self {
            cause,
            ops: Vec::new(),
        }
    }

    /// Writes a value and keeps the expiry.
    pub fn put(&mut self, key: Key, value: EncodedValue) -> &mut Self {
        self.push(Op::Put {
            key,
            value,
            expiry: Expiry::Keep,
        })
    }

    /// Removes a record, if it exists.
    pub fn delete(&mut self, key: Key) -> &mut Self {
        self.push(Op::Delete { key })
    }

    /// Sets or clears the expiry of a record.
    pub fn set_expiry(&mut self, key: Key, expires_at: Option<Millis>) -> &mut Self {
        self.push(Op::SetExpiry { key, expires_at })
    }

    /// Changes the key of a record.
    pub fn rename(&mut self, from: Key, to: Key) -> &mut Self {
        self.push(Op::Rename { from, to })
    }

    /// Writes a record with exactly the given times.
    pub fn restore(&mut self, record: Record) -> &mut Self {
        self.push(Op::Restore(record))
    }

    /// Sets or removes a setting of the file.
    pub fn set_setting(&mut self, name: &str, value: Option<EncodedValue>) -> &mut Self {
        self.push(Op::SetSetting {
            name: name.to_owned(),
            value,
        })
    }

    /// Adds any op.
    pub fn push(&mut self, op: Op) -> &mut Self {
        self.ops.push(op);
        self
    }

    /// The ops in order.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The size of the keys and values that the batch writes, in bytes.
    pub(crate) fn record_bytes(&self) -> u64 {
        let written = self.ops.iter().filter_map(|op| match op {
            Op::Put { key, value, .. } | Op::Restore(Record { key, value, .. }) => {
                Some(key.as_str().len() + value.len())
            }
            _ => None,
        });
        written.map(|bytes| bytes as u64).sum()
    }

    /// The number of ops.
    pub const fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether the batch has no ops.
    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }
}

/// Whether a name is valid for a setting.
pub(crate) fn is_setting_name(name: &str) -> bool {
    (1..=SETTING_NAME_BYTES_MAX).contains(&name.len())
}

/// Why a batch was refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The record of an expiry or a rename does not exist.
    #[error("there is no record {key}")]
    NoSuchRecord {
        /// The key.
        key: Key,
    },
    /// A rename would overwrite another record.
    #[error("the key {key} is taken by another record")]
    KeyTaken {
        /// The key.
        key: Key,
    },
    /// The batch is longer than the file can hold as one transaction (4 GiB).
    #[error(
        "the change has {bytes} bytes, but a transaction has at most 4 GiB: split it into several"
    )]
    TooLarge {
        /// Its approximate size in bytes.
        bytes: u64,
    },
    /// A setting's name is empty or longer than 255 bytes.
    #[error("a setting's name has 1 to 255 bytes")]
    SettingName,
}

#[cfg(test)]
mod tests;
