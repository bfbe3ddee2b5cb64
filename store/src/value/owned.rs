//! Values as owned trees, for editing.

use super::{Timestamp, ValueRef, ValueWriter};

/// A value as a tree.
///
/// Numbers keep their type: an integer is [`Int`](Self::Int) when it fits into an `i64`, else
/// [`UInt`](Self::UInt); encoding and decoding keeps this so.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null.
    Null,
    /// True or false.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    /// A floating point number.
    Float(f64),
    /// Text.
    String(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A timestamp.
    Timestamp(Timestamp),
    /// A sequence.
    List(Vec<Self>),
    /// Names with values, in order, without duplicate names.
    Map(Vec<(String, Self)>),
}

impl Value {
    /// Appends the value's encoded form.
    pub(super) fn write(&self, writer: &mut ValueWriter) {
        match self {
            Self::Null => writer.null(),
            Self::Bool(value) => writer.bool(*value),
            Self::Int(value) => writer.int(*value),
            Self::UInt(value) => writer.uint(*value),
            Self::Float(value) => writer.float(*value),
            Self::String(value) => writer.string(value),
            Self::Bytes(value) => writer.bytes(value),
            Self::Timestamp(value) => writer.timestamp(*value),
            Self::List(values) => {
                writer.list(values.len());
                for value in values {
                    value.write(writer);
                }
            }
            Self::Map(entries) => {
                writer.map(entries.len());
                for (name, value) in entries {
                    writer.string(name);
                    value.write(writer);
                }
            }
        }
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Bool(value) => Self::Bool(value),
            ValueRef::Int(value) => Self::Int(value),
            ValueRef::UInt(value) => Self::UInt(value),
            ValueRef::Float(value) => Self::Float(value),
            ValueRef::String(value) => Self::String(value.to_owned()),
            ValueRef::Bytes(value) => Self::Bytes(value.to_vec()),
            ValueRef::Timestamp(value) => Self::Timestamp(value),
            ValueRef::List(list) => Self::List(list.iter().map(Self::from).collect()),
            ValueRef::Map(map) => Self::Map(
                map.iter()
                    .map(|(name, value)| (name.to_owned(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}
