//! Encoded values: validated once, then shared.

use std::fmt;

use bytes::Bytes;

use super::{VALUE_BYTES_MAX, VALUE_DEPTH_MAX, Value, ValueRef, ValueWriter, validate};

/// A valid value in its encoded form (MessagePack).
///
/// Cloning shares the bytes; a value read from a file is a slice of its chunk.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedValue(Bytes);

/// Why bytes or a tree are not a valid value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not MessagePack, cut short, an unknown extension, or a timestamp outside its range.
    #[error("the value is not well-formed MessagePack")]
    Malformed,
    /// A text is not UTF-8.
    #[error("a text in the value is not UTF-8")]
    NotUtf8,
    /// A map has a key that is not text.
    #[error("a map in the value has a key that is not text")]
    KeyNotText,
    /// A map has a duplicate name.
    #[error("the name {name:?} occurs twice in one map")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// Nested deeper than [`VALUE_DEPTH_MAX`].
    #[error("the value is nested deeper than {VALUE_DEPTH_MAX} levels")]
    TooDeep,
    /// There are bytes after the value.
    #[error("there are bytes after the value")]
    TrailingBytes,
    /// Larger than [`VALUE_BYTES_MAX`].
    #[error("the value has {len} bytes, more than the {VALUE_BYTES_MAX} a record can hold")]
    TooLarge {
        /// Its size in bytes.
        len: usize,
    },
}

impl EncodedValue {
    /// Encodes a tree.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it is nested too deeply, too large, or has a duplicate name.
    pub fn encode(value: &Value) -> Result<Self, ValueError> {
        let mut writer = ValueWriter::new();
        value.write(&mut writer);
        Self::from_bytes(Bytes::from(writer.into_bytes()))
    }

    /// Validates bytes that are exactly one value. O(n).
    ///
    /// # Errors
    ///
    /// [`ValueError`] if they are not.
    pub fn from_bytes(bytes: Bytes) -> Result<Self, ValueError> {
        if bytes.len() > VALUE_BYTES_MAX {
            return Err(ValueError::TooLarge { len: bytes.len() });
        }
        if validate(&bytes)?.is_empty() {
            Ok(Self(bytes))
        } else {
            Err(ValueError::TrailingBytes)
        }
    }

    /// From bytes that were already validated as part of a larger payload.
    pub(crate) const fn from_validated(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// A value inside this one, given by its encoded form; shares the bytes.
    pub(crate) fn part(&self, encoded: &[u8]) -> Self {
        Self(self.0.slice_ref(encoded))
    }

    /// The borrowed form.
    pub fn view(&self) -> ValueRef<'_> {
        ValueRef::read(&self.0)
    }

    /// The owned tree.
    pub fn to_value(&self) -> Value {
        Value::from(self.view())
    }

    /// The MessagePack.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The size of the encoded form in bytes; never 0.
    #[expect(
        clippy::len_without_is_empty,
        reason = "an encoded value is never empty"
    )]
    pub const fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for EncodedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}

impl TryFrom<&Value> for EncodedValue {
    type Error = ValueError;

    fn try_from(value: &Value) -> Result<Self, ValueError> {
        Self::encode(value)
    }
}
