//! Values: stored encoded, read without allocation, and decoded to trees only for editing.

mod encoded;
pub mod json;
mod names;
mod number;
mod order;
mod owned;
mod reader;
mod timestamp;
mod writer;

pub use encoded::{EncodedValue, ValueError};
pub use number::Number;
pub use order::cmp_values;
pub use owned::Value;
pub use reader::{ListRef, MapRef, ValueRef};
pub use timestamp::{Timestamp, TimestampError};
pub use writer::ValueWriter;

pub(crate) use names::duplicate;
pub(crate) use reader::{Head, Shape, check_utf8, read_head, read_scalar, read_text, validate};

/// The maximum nesting of lists and maps; a scalar has none.
pub const VALUE_DEPTH_MAX: usize = 128;

/// The maximum size of an encoded value in bytes: it must fit into one frame of the file with its
/// key.
pub const VALUE_BYTES_MAX: usize = 64 * 1024 * 1024 - 16 * 1024;

/// The type of a value as shown to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Null.
    Null,
    /// True or false.
    Bool,
    /// A whole number of 64 bits, signed or unsigned.
    Int,
    /// A binary floating point number of 64 bits (IEEE 754).
    Float,
    /// UTF-8 text.
    String,
    /// Arbitrary bytes.
    Bytes,
    /// A time with nanoseconds.
    Timestamp,
    /// A sequence of values.
    List,
    /// Names with values, in the order in which they were written, without duplicate names.
    Map,
}

impl ValueType {
    /// All types, in order.
    pub const ALL: [Self; 9] = [
        Self::Null,
        Self::Bool,
        Self::Int,
        Self::Float,
        Self::String,
        Self::Bytes,
        Self::Timestamp,
        Self::List,
        Self::Map,
    ];

    /// The name shown to users: `int`, `string`, `list` …
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
            Self::List => "list",
            Self::Map => "map",
        }
    }
}

#[cfg(test)]
mod tests;
