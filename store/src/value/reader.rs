//! Reading MessagePack without allocation, and validating it.
//!
//! According to the MessagePack specification. Only its native types are values: maps have text
//! keys, and the only extension is the timestamp (-1).

use super::encoded::ValueError;
use super::names::Names;
use super::{Number, Timestamp, VALUE_DEPTH_MAX, ValueType};

/// A value, borrowed from its encoded form.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'a> {
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
    String(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A timestamp.
    Timestamp(Timestamp),
    /// A sequence.
    List(ListRef<'a>),
    /// Names with values.
    Map(MapRef<'a>),
}

impl<'a> ValueRef<'a> {
    /// Its type.
    pub const fn value_type(self) -> ValueType {
        match self {
            Self::Null => ValueType::Null,
            Self::Bool(_) => ValueType::Bool,
            Self::Int(_) | Self::UInt(_) => ValueType::Int,
            Self::Float(_) => ValueType::Float,
            Self::String(_) => ValueType::String,
            Self::Bytes(_) => ValueType::Bytes,
            Self::Timestamp(_) => ValueType::Timestamp,
            Self::List(_) => ValueType::List,
            Self::Map(_) => ValueType::Map,
        }
    }

    /// The number, if it is one.
    pub const fn as_number(self) -> Option<Number> {
        match self {
            Self::Int(int) => Some(Number::Int(int)),
            Self::UInt(uint) => Some(Number::UInt(uint)),
            Self::Float(float) => Some(Number::Float(float)),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub const fn as_str(self) -> Option<&'a str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if it is a map.
    pub const fn as_map(self) -> Option<MapRef<'a>> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Reads the head of the value at the start of validated bytes. Bytes that [`validate`] would
    /// refuse read as null or as fewer elements, but never panic.
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        match read_head(bytes) {
            None => Self::Null,
            Some((Head::Scalar(value), _)) => value,
            Some((Head::Text(text), _)) => {
                std::str::from_utf8(text).map_or(Self::Null, Self::String)
            }
            Some((Head::List(len), bytes)) => Self::List(ListRef { len, bytes }),
            Some((Head::Map(len), bytes)) => Self::Map(MapRef { len, bytes }),
        }
    }
}

/// The elements of a list, still encoded.
#[derive(Clone, Copy, Debug)]
pub struct ListRef<'a> {
    len: u32,
    /// Starts at the first element; may extend beyond the last.
    bytes: &'a [u8],
}

impl<'a> ListRef<'a> {
    /// The number of elements.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The elements in order.
    pub const fn iter(self) -> ListIter<'a> {
        ListIter {
            left: self.len,
            bytes: self.bytes,
        }
    }
}

impl<'a> IntoIterator for ListRef<'a> {
    type Item = ValueRef<'a>;
    type IntoIter = ListIter<'a>;

    fn into_iter(self) -> ListIter<'a> {
        self.iter()
    }
}

/// Iterates over a list.
#[derive(Clone, Debug)]
pub struct ListIter<'a> {
    left: u32,
    bytes: &'a [u8],
}

impl<'a> Iterator for ListIter<'a> {
    type Item = ValueRef<'a>;

    fn next(&mut self) -> Option<ValueRef<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (value, rest) = read_value(self.bytes)?;
        self.bytes = rest;
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left as usize))
    }
}

/// The entries of a map, still encoded.
#[derive(Clone, Copy, Debug)]
pub struct MapRef<'a> {
    len: u32,
    /// Starts at the first name; may extend beyond the last value.
    bytes: &'a [u8],
}

impl<'a> MapRef<'a> {
    /// The number of entries.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The entries in the order they were written.
    pub const fn iter(self) -> MapIter<'a> {
        MapIter {
            left: self.len,
            bytes: self.bytes,
        }
    }

    /// The value of a name. O(n) in the entries before it.
    pub fn get(self, name: &str) -> Option<ValueRef<'a>> {
        let mut bytes = self.bytes;
        for _ in 0..self.len {
            let (found, value) = read_text(bytes)?;
            if found == name.as_bytes() {
                return Some(ValueRef::read(value));
            }
            bytes = skip(value, 1)?;
        }
        None
    }

    /// The entries with the encoded form of each value. Nothing may follow the map: the last value
    /// is all that is left, and is not read.
    pub(crate) fn iter_encoded(self) -> impl Iterator<Item = (&'a str, ValueRef<'a>, &'a [u8])> {
        let mut left = self.len;
        let mut bytes = self.bytes;
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let (name, behind) = read_value(bytes)?;
            let (value, rest) = match left {
                0 => (ValueRef::read(behind), &[][..]),
                _ => read_value(behind)?,
            };
            bytes = rest;
            let encoded = behind.get(..behind.len() - rest.len())?;
            Some((name.as_str()?, value, encoded))
        })
    }
}

impl<'a> IntoIterator for MapRef<'a> {
    type Item = (&'a str, ValueRef<'a>);
    type IntoIter = MapIter<'a>;

    fn into_iter(self) -> MapIter<'a> {
        self.iter()
    }
}

/// Iterates over a map.
#[derive(Clone, Debug)]
pub struct MapIter<'a> {
    left: u32,
    bytes: &'a [u8],
}

impl<'a> Iterator for MapIter<'a> {
    type Item = (&'a str, ValueRef<'a>);

    fn next(&mut self) -> Option<(&'a str, ValueRef<'a>)> {
        self.left = self.left.checked_sub(1)?;
        let (name, rest) = read_value(self.bytes)?;
        let (value, rest) = read_value(rest)?;
        self.bytes = rest;
        Some((name.as_str()?, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left as usize))
    }
}

/// The type of a value, and the length of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Neither list nor map.
    Scalar(ValueType),
    /// A list with this number of elements.
    List(u32),
    /// A map with this number of entries.
    Map(u32),
}

impl Shape {
    pub(crate) const fn value_type(self) -> ValueType {
        match self {
            Self::Scalar(value_type) => value_type,
            Self::List(_) => ValueType::List,
            Self::Map(_) => ValueType::Map,
        }
    }

    /// The shape of a value and, for lists and maps, the bytes of their content. Reading these
    /// reads each byte once, whereas iterating with [`ValueRef`] reads the content of containers
    /// twice.
    pub(crate) const fn of(value: ValueRef<'_>) -> (Self, &[u8]) {
        match value {
            ValueRef::List(list) => (Self::List(list.len), list.bytes),
            ValueRef::Map(map) => (Self::Map(map.len), map.bytes),
            scalar => (Self::Scalar(scalar.value_type()), &[]),
        }
    }

    /// Reads the shape of the value at the start of validated bytes.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = read_head(bytes)?;
        let shape = match head {
            Head::List(len) => Self::List(len),
            Head::Map(len) => Self::Map(len),
            scalar => Self::Scalar(scalar.value_type()),
        };
        Some((shape, rest))
    }
}

/// Reads the text at the start of validated bytes.
pub(crate) fn read_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match read_head(bytes)? {
        (Head::Text(text), rest) => Some((text, rest)),
        _ => None,
    }
}

/// Reads and validates the value at the start of `bytes`, unless it is a list or a map.
pub(crate) fn read_scalar(bytes: &[u8]) -> Option<(ValueRef<'_>, &[u8])> {
    match read_head(bytes)? {
        (Head::Scalar(value), rest) => Some((value, rest)),
        (Head::Text(text), rest) => Some((ValueRef::String(std::str::from_utf8(text).ok()?), rest)),
        (Head::List(_) | Head::Map(_), _) => None,
    }
}

/// Validates the value at the start of `bytes` and returns the bytes after it.
///
/// A valid value can be read without further checks: types are known, text is UTF-8, map keys are
/// text and unique, nesting is at most [`VALUE_DEPTH_MAX`].
pub(crate) fn validate(bytes: &[u8]) -> Result<&[u8], ValueError> {
    validate_at(bytes, 0)
}

fn validate_at(bytes: &[u8], depth: usize) -> Result<&[u8], ValueError> {
    if depth > VALUE_DEPTH_MAX {
        return Err(ValueError::TooDeep);
    }
    let (head, mut rest) = read_head(bytes).ok_or(ValueError::Malformed)?;
    match head {
        Head::Scalar(_) => {}
        Head::Text(text) => check_utf8(text)?,
        Head::List(len) => {
            for _ in 0..len {
                rest = validate_at(rest, depth + 1)?;
            }
        }
        Head::Map(len) => {
            let mut names = Names::new();
            for _ in 0..len {
                let (Head::Text(name), behind) = read_head(rest).ok_or(ValueError::Malformed)?
                else {
                    return Err(ValueError::KeyNotText);
                };
                check_utf8(name)?;
                names.add(name)?;
                rest = validate_at(behind, depth + 1)?;
            }
        }
    }
    Ok(rest)
}

/// Validates a text, with a fast path for short ASCII texts.
pub(crate) fn check_utf8(text: &[u8]) -> Result<(), ValueError> {
    if text.is_ascii() || std::str::from_utf8(text).is_ok() {
        Ok(())
    } else {
        Err(ValueError::NotUtf8)
    }
}

/// The head of a value: everything of a scalar, the length of a container.
pub(crate) enum Head<'a> {
    Scalar(ValueRef<'a>),
    /// A text that is not validated as UTF-8 yet.
    Text(&'a [u8]),
    List(u32),
    Map(u32),
}

impl Head<'_> {
    pub(crate) const fn value_type(&self) -> ValueType {
        match self {
            Self::Scalar(value) => value.value_type(),
            Self::Text(_) => ValueType::String,
            Self::List(_) => ValueType::List,
            Self::Map(_) => ValueType::Map,
        }
    }
}

fn read_value(bytes: &[u8]) -> Option<(ValueRef<'_>, &[u8])> {
    let (head, rest) = read_head(bytes)?;
    Some(match head {
        Head::Scalar(value) => (value, rest),
        Head::Text(text) => (ValueRef::String(std::str::from_utf8(text).ok()?), rest),
        Head::List(len) => (
            ValueRef::List(ListRef { len, bytes: rest }),
            skip(rest, len.into())?,
        ),
        Head::Map(len) => (
            ValueRef::Map(MapRef { len, bytes: rest }),
            skip(rest, u64::from(len) * 2)?,
        ),
    })
}

/// Skips `count` values, without recursion.
fn skip(mut bytes: &[u8], count: u64) -> Option<&[u8]> {
    let mut left = count;
    while left > 0 {
        let (head, rest) = read_head(bytes)?;
        left += match head {
            Head::List(len) => u64::from(len),
            Head::Map(len) => u64::from(len) * 2,
            Head::Scalar(_) | Head::Text(_) => 0,
        };
        left -= 1;
        bytes = rest;
    }
    Some(bytes)
}

/// Reads the head of the value at the start of unvalidated bytes; returns the bytes after it. For a
/// list or a map these are its content.
pub(crate) fn read_head(bytes: &[u8]) -> Option<(Head<'_>, &[u8])> {
    let (&marker, rest) = bytes.split_first()?;
    let scalar = |value, rest| Some((Head::Scalar(value), rest));
    match marker {
        0x00..=0x7F => scalar(ValueRef::Int(i64::from(marker)), rest),
        0x80..=0x8F => Some((Head::Map(u32::from(marker & 0x0F)), rest)),
        0x90..=0x9F => Some((Head::List(u32::from(marker & 0x0F)), rest)),
        0xA0..=0xBF => take_text(rest, usize::from(marker & 0x1F)),
        0xC0 => scalar(ValueRef::Null, rest),
        0xC2 => scalar(ValueRef::Bool(false), rest),
        0xC3 => scalar(ValueRef::Bool(true), rest),
        0xC4..=0xC6 => {
            let (len, rest) = take_length(rest, marker - 0xC4)?;
            let (bytes, rest) = rest.split_at_checked(len as usize)?;
            scalar(ValueRef::Bytes(bytes), rest)
        }
        0xC7 => {
            let (&[12, 0xFF], rest) = rest.split_first_chunk()? else {
                return None;
            };
            take_timestamp(rest, 12)
        }
        0xCA => {
            let (float, rest) = rest.split_first_chunk()?;
            scalar(ValueRef::Float(f64::from(f32::from_be_bytes(*float))), rest)
        }
        0xCB => {
            let (float, rest) = rest.split_first_chunk()?;
            scalar(ValueRef::Float(f64::from_be_bytes(*float)), rest)
        }
        0xCC..=0xCF => take_unsigned(rest, marker - 0xCC),
        0xD0..=0xD3 => take_signed(rest, marker - 0xD0),
        0xD6 | 0xD7 => {
            let (&0xFF, rest) = rest.split_first()? else {
                return None;
            };
            take_timestamp(rest, if marker == 0xD6 { 4 } else { 8 })
        }
        0xD9..=0xDB => {
            let (len, rest) = take_length(rest, marker - 0xD9)?;
            take_text(rest, len as usize)
        }
        0xDC | 0xDD => {
            let (len, rest) = take_length(rest, marker - 0xDB)?;
            Some((Head::List(len), rest))
        }
        0xDE | 0xDF => {
            let (len, rest) = take_length(rest, marker - 0xDD)?;
            Some((Head::Map(len), rest))
        }
        0xE0..=0xFF => scalar(ValueRef::Int(i64::from(marker.cast_signed())), rest),
        _ => None,
    }
}

fn take_text(bytes: &[u8], len: usize) -> Option<(Head<'_>, &[u8])> {
    let (text, rest) = bytes.split_at_checked(len)?;
    Some((Head::Text(text), rest))
}

/// A length of one, two or four bytes for `width` 0, 1, 2.
fn take_length(bytes: &[u8], width: u8) -> Option<(u32, &[u8])> {
    Some(match width {
        0 => {
            let (length, rest) = bytes.split_first()?;
            (u32::from(*length), rest)
        }
        1 => {
            let (length, rest) = bytes.split_first_chunk()?;
            (u32::from(u16::from_be_bytes(*length)), rest)
        }
        _ => {
            let (length, rest) = bytes.split_first_chunk()?;
            (u32::from_be_bytes(*length), rest)
        }
    })
}

fn take_unsigned(bytes: &[u8], width: u8) -> Option<(Head<'_>, &[u8])> {
    if width < 3 {
        let (uint, rest) = take_length(bytes, width)?;
        return Some((Head::Scalar(ValueRef::Int(i64::from(uint))), rest));
    }
    let (uint, rest) = bytes.split_first_chunk()?;
    let uint = u64::from_be_bytes(*uint);
    let value = i64::try_from(uint).map_or(ValueRef::UInt(uint), ValueRef::Int);
    Some((Head::Scalar(value), rest))
}

fn take_signed(bytes: &[u8], width: u8) -> Option<(Head<'_>, &[u8])> {
    let (int, rest) = match width {
        0 => {
            let (int, rest) = bytes.split_first_chunk()?;
            (i64::from(i8::from_be_bytes(*int)), rest)
        }
        1 => {
            let (int, rest) = bytes.split_first_chunk()?;
            (i64::from(i16::from_be_bytes(*int)), rest)
        }
        2 => {
            let (int, rest) = bytes.split_first_chunk()?;
            (i64::from(i32::from_be_bytes(*int)), rest)
        }
        _ => {
            let (int, rest) = bytes.split_first_chunk()?;
            (i64::from_be_bytes(*int), rest)
        }
    };
    Some((Head::Scalar(ValueRef::Int(int)), rest))
}

/// The three layouts of MessagePack's timestamp: 32 bits of seconds; 30 bits of nanoseconds and 34
/// of seconds; 32 bits of nanoseconds and 64 of seconds.
fn take_timestamp(bytes: &[u8], len: usize) -> Option<(Head<'_>, &[u8])> {
    let (seconds, nanos, rest) = match len {
        4 => {
            let (seconds, rest) = bytes.split_first_chunk()?;
            (i64::from(u32::from_be_bytes(*seconds)), 0, rest)
        }
        8 => {
            let (both, rest) = bytes.split_first_chunk()?;
            let both = u64::from_be_bytes(*both);
            ((both & 0x3_FFFF_FFFF) as i64, (both >> 34) as u32, rest)
        }
        _ => {
            let (nanos, rest) = bytes.split_first_chunk()?;
            let (seconds, rest) = rest.split_first_chunk()?;
            (
                i64::from_be_bytes(*seconds),
                u32::from_be_bytes(*nanos),
                rest,
            )
        }
    };
    let timestamp = Timestamp::new(seconds, nanos).ok()?;
    Some((Head::Scalar(ValueRef::Timestamp(timestamp)), rest))
}
