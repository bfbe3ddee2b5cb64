//! Writing values as JSON: compact, or with an indent of two spaces.

use std::io;

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::super::{MapRef, ValueRef};
use super::special;

/// Serializes a value with this project's mapping of bytes, timestamps and floats that are not JSON
/// numbers.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a>(pub ValueRef<'a>);

/// Writes a value without white space.
pub fn write_compact(value: ValueRef<'_>, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer(out, &Json(value)).map_err(io::Error::from)
}

/// Writes a value with one entry per line.
pub fn write_pretty(value: ValueRef<'_>, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(out, &Json(value)).map_err(io::Error::from)
}

/// The value without white space.
pub fn to_compact(value: ValueRef<'_>) -> String {
    // Serializing to memory cannot fail.
    serde_json::to_string(&Json(value)).unwrap_or_default()
}

/// The value with one entry per line.
pub fn to_pretty(value: ValueRef<'_>) -> String {
    serde_json::to_string_pretty(&Json(value)).unwrap_or_default()
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            ValueRef::Null => serializer.serialize_unit(),
            ValueRef::Bool(value) => serializer.serialize_bool(value),
            ValueRef::Int(value) => serializer.serialize_i64(value),
            ValueRef::UInt(value) => serializer.serialize_u64(value),
            ValueRef::Float(value) if value.is_finite() => serializer.serialize_f64(value),
            ValueRef::Float(value) => {
                serialize_special(serializer, special::FLOAT, &special::float_text(value))
            }
            ValueRef::String(value) => serializer.serialize_str(value),
            ValueRef::Bytes(value) => {
                serialize_special(serializer, special::BYTES, &special::bytes_text(value))
            }
            ValueRef::Timestamp(value) => {
                serialize_special(serializer, special::TIME, &value.to_string())
            }
            ValueRef::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for value in list {
                    sequence.serialize_element(&Json(value))?;
                }
                sequence.end()
            }
            ValueRef::Map(map) => serialize_map(serializer, map),
        }
    }
}

fn serialize_special<S: Serializer>(
    serializer: S,
    name: &str,
    text: &str,
) -> Result<S::Ok, S::Error> {
    let mut entries = serializer.serialize_map(Some(1))?;
    entries.serialize_entry(name, text)?;
    entries.end()
}

fn serialize_map<S: Serializer>(serializer: S, map: MapRef<'_>) -> Result<S::Ok, S::Error> {
    if map.len() == 1
        && let Some((name, ValueRef::String(text))) = map.iter().next()
        && special::meaning(name, text).is_some()
    {
        return serialize_special(serializer, &format!("${name}"), text);
    }
    let mut entries = serializer.serialize_map(Some(map.len()))?;
    for (name, value) in map {
        entries.serialize_entry(name, &Json(value))?;
    }
    entries.end()
}
