//! Writing MessagePack, always in the shortest form.

use std::ops::Range;

use super::Timestamp;

/// The markers that contain a length themselves: the marker for length 0, and the largest length.
const FIX_MAP: (u8, usize) = (0x80, 15);
const FIX_LIST: (u8, usize) = (0x90, 15);
const FIX_TEXT: (u8, usize) = (0xA0, 31);

/// Appends values to a buffer. A container is written as its length, followed by that number of
/// elements (lists) or of names and values in turn (maps).
///
/// The writer does not check the structure;
/// [`EncodedValue::from_bytes`](super::EncodedValue::from_bytes) validates the result.
#[derive(Debug, Default)]
pub struct ValueWriter {
    bytes: Vec<u8>,
}

impl ValueWriter {
    /// A writer with an empty buffer.
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// A writer that appends to `bytes`.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The bytes written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The number of bytes written.
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes written so far.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// Text that was written, by its range in the buffer; empty if there is no text.
    pub(crate) fn text(&self, range: &Range<usize>) -> &str {
        self.bytes
            .get(range.clone())
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// Empties the buffer and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// A value that is encoded already.
    pub(crate) fn encoded(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// Removes what was written after `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Null.
    pub fn null(&mut self) {
        self.bytes.push(0xC0);
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xC3 } else { 0xC2 });
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        write_i64(&mut self.bytes, value);
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        if let Ok(int) = i64::try_from(value) {
            self.int(int);
        } else {
            self.bytes.push(0xCF);
            self.bytes.extend_from_slice(&value.to_be_bytes());
        }
    }

    /// A float, with all its bits.
    pub fn float(&mut self, value: f64) {
        self.bytes.push(0xCB);
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    /// Text.
    pub fn string(&mut self, value: &str) {
        write_str_header(&mut self.bytes, value.len());
        self.bytes.extend_from_slice(value.as_bytes());
    }

    /// Bytes.
    pub fn bytes(&mut self, value: &[u8]) {
        write_length(
            &mut self.bytes,
            value.len(),
            None,
            [Some(0xC4), Some(0xC5), Some(0xC6)],
        );
        self.bytes.extend_from_slice(value);
    }

    /// A timestamp.
    pub fn timestamp(&mut self, value: Timestamp) {
        match (u32::try_from(value.seconds()), value.nanos()) {
            (Ok(seconds), 0) => {
                self.bytes.extend_from_slice(&[0xD6, 0xFF]);
                self.bytes.extend_from_slice(&seconds.to_be_bytes());
            }
            (_, nanos) if (0..1 << 34).contains(&value.seconds()) => {
                self.bytes.extend_from_slice(&[0xD7, 0xFF]);
                let both = (u64::from(nanos) << 34) | value.seconds().unsigned_abs();
                self.bytes.extend_from_slice(&both.to_be_bytes());
            }
            (_, nanos) => {
                self.bytes.extend_from_slice(&[0xC7, 12, 0xFF]);
                self.bytes.extend_from_slice(&nanos.to_be_bytes());
                self.bytes.extend_from_slice(&value.seconds().to_be_bytes());
            }
        }
    }

    /// The head of a list of `len` elements.
    pub fn list(&mut self, len: usize) {
        write_length(
            &mut self.bytes,
            len,
            Some(FIX_LIST),
            [None, Some(0xDC), Some(0xDD)],
        );
    }

    /// The head of a map of `len` entries.
    pub fn map(&mut self, len: usize) {
        write_length(
            &mut self.bytes,
            len,
            Some(FIX_MAP),
            [None, Some(0xDE), Some(0xDF)],
        );
    }

    /// Reserves one byte for the head of a container whose length is not known yet: enough for
    /// most.
    pub fn begin_container(&mut self) -> ContainerStart {
        self.bytes.push(0);
        ContainerStart(self.bytes.len() - 1)
    }

    /// Fills in the head of a list of `len` elements.
    pub fn end_list(&mut self, start: ContainerStart, len: usize) {
        self.end_container(start, len, FIX_LIST, Self::list);
    }

    /// Fills in the head of a map of `len` entries.
    pub fn end_map(&mut self, start: ContainerStart, len: usize) {
        self.end_container(start, len, FIX_MAP, Self::map);
    }

    fn end_container(
        &mut self,
        start: ContainerStart,
        len: usize,
        (base, max): (u8, usize),
        head: fn(&mut Self, usize),
    ) {
        if len > max {
            let mut longer = Self::new();
            head(&mut longer, len);
            self.bytes.splice(start.0..=start.0, longer.bytes);
        } else if let Some(place) = self.bytes.get_mut(start.0) {
            *place = base | len as u8;
        }
    }
}

/// The start of a container whose length is not known yet.
#[derive(Debug)]
pub struct ContainerStart(usize);

pub(crate) fn write_i64(bytes: &mut Vec<u8>, value: i64) {
    if let Ok(small) = i8::try_from(value)
        && small >= -32
    {
        bytes.push(small.cast_unsigned());
    } else if let Ok(uint) = u8::try_from(value) {
        bytes.extend_from_slice(&[0xCC, uint]);
    } else if let Ok(uint) = u16::try_from(value) {
        bytes.push(0xCD);
        bytes.extend_from_slice(&uint.to_be_bytes());
    } else if let Ok(uint) = u32::try_from(value) {
        bytes.push(0xCE);
        bytes.extend_from_slice(&uint.to_be_bytes());
    } else if value >= 0 {
        bytes.push(0xCF);
        bytes.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(int) = i8::try_from(value) {
        bytes.extend_from_slice(&[0xD0, int.cast_unsigned()]);
    } else if let Ok(int) = i16::try_from(value) {
        bytes.push(0xD1);
        bytes.extend_from_slice(&int.to_be_bytes());
    } else if let Ok(int) = i32::try_from(value) {
        bytes.push(0xD2);
        bytes.extend_from_slice(&int.to_be_bytes());
    } else {
        bytes.push(0xD3);
        bytes.extend_from_slice(&value.to_be_bytes());
    }
}

pub(crate) fn write_str_header(bytes: &mut Vec<u8>, len: usize) {
    write_length(
        bytes,
        len,
        Some(FIX_TEXT),
        [Some(0xD9), Some(0xDA), Some(0xDB)],
    );
}

/// Writes a length with the shortest marker for it. Lengths of more than 32 bits cannot occur,
/// because the elements are in memory; they would saturate, and validation would refuse the result.
fn write_length(
    bytes: &mut Vec<u8>,
    len: usize,
    fix: Option<(u8, usize)>,
    markers: [Option<u8>; 3],
) {
    let [marker8, marker16, marker32] = markers;
    if let Some((base, max)) = fix
        && len <= max
    {
        bytes.push(base | len as u8);
    } else if let (Some(marker), Ok(len)) = (marker8, u8::try_from(len)) {
        bytes.extend_from_slice(&[marker, len]);
    } else if let (Some(marker), Ok(len)) = (marker16, u16::try_from(len)) {
        bytes.push(marker);
        bytes.extend_from_slice(&len.to_be_bytes());
    } else if let Some(marker) = marker32 {
        bytes.push(marker);
        bytes.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes());
    }
}
