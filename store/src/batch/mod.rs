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

/// One change that a batch asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Writes a value. A record that exists keeps its creation time.
    Put {
        /// Which record.
        key: Key,
        /// The new value.
        value: EncodedValue,
        /// What becomes of its expiry.
        expiry: Expiry,
    },
    /// Removes a record. Without one, nothing happens.
    Delete {
        /// Which record.
        key: Key,
    },
    /// Sets or clears the expiry of a record that exists.
    SetExpiry {
        /// Which record.
        key: Key,
        /// The moment from which it is invisible, or never.
        expires_at: Option<Millis>,
    },
    /// Gives a record another key, with all it has. Refused if that key is taken.
    Rename {
        /// The key it has.
        from: Key,
        /// The key it gets.
        to: Key,
    },
    /// Writes a record with exactly these times: undo, recovery, and import with metadata.
    Restore(Record),
    /// Gives a record that exists exactly these times.
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

/// What a put does to the expiry of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Expiry {
    /// Leaves it: a new record never expires, an existing one when it did.
    #[default]
    Keep,
    /// Sets the moment.
    At(Millis),
    /// Removes it.
    Never,
}

/// Changes that take effect together or not at all, also across a crash.
///
/// Ops apply in order; later ones see what earlier ones did.
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

    /// Writes a value, leaving the expiry as it is.
    pub fn put(&mut self, key: Key, value: EncodedValue) -> &mut Self {
        self.push(Op::Put {
            key,
            value,
            expiry: Expiry::Keep,
        })
    }

    /// Removes a record, if there is one.
    pub fn delete(&mut self, key: Key) -> &mut Self {
        self.push(Op::Delete { key })
    }

    /// Sets or clears the expiry of a record.
    pub fn set_expiry(&mut self, key: Key, expires_at: Option<Millis>) -> &mut Self {
        self.push(Op::SetExpiry { key, expires_at })
    }

    /// Gives a record another key.
    pub fn rename(&mut self, from: Key, to: Key) -> &mut Self {
        self.push(Op::Rename { from, to })
    }

    /// Writes a record with exactly its times.
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

    /// How many bytes of keys and values the batch writes.
    pub(crate) fn record_bytes(&self) -> u64 {
        let written = self.ops.iter().filter_map(|op| match op {
            Op::Put { key, value, .. } | Op::Restore(Record { key, value, .. }) => {
                Some(key.as_str().len() + value.len())
            }
            _ => None,
        });
        written.map(|bytes| bytes as u64).sum()
    }

    /// How many ops.
    pub const fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }
}

/// Whether a setting can have this name.
pub(crate) fn is_setting_name(name: &str) -> bool {
    (1..=SETTING_NAME_BYTES_MAX).contains(&name.len())
}

/// Why a batch was refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// An expiry or rename names a record that does not exist.
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
        "the change has {bytes} bytes, and a transaction has at most 4 GiB: make it in several parts"
    )]
    TooLarge {
        /// How many bytes it has, about.
        bytes: u64,
    },
    /// A setting's name is empty or longer than 255 bytes.
    #[error("a setting's name has 1 to 255 bytes")]
    SettingName,
}

#[cfg(test)]
mod tests;
