//! Parsing one JSON value: a text in memory, the line of a record, or a stream.

use std::io::Read;

use bytes::Bytes;

use crate::key::KEY_BYTES_MAX;

use super::super::EncodedValue;
use super::error::{JsonError, Note, Notes};
use super::read::JsonReader;
use super::source::TEXT_BYTES_MAX;
use super::text::TextReader;

/// The longest line of a record in bytes: a key and a value of the maximum size with escapes, and
/// times.
pub const RECORD_LINE_BYTES_MAX: usize = TEXT_BYTES_MAX + 6 * KEY_BYTES_MAX + 1024;

/// Parses a text that is one JSON value. The notes list numbers that became strings.
///
/// A byte order mark at the start is accepted.
///
/// # Errors
///
/// [`JsonError`] with the position of the first error.
pub fn parse_text(text: &str) -> Result<(EncodedValue, Vec<Note>), JsonError> {
    let mut reader = TextReader::with_capacity(text.len());
    let found = reader.read(text.as_bytes(), 1, false)?;
    let bytes = Bytes::copy_from_slice(reader.as_slice());
    // The reader validates what it writes.
    Ok((EncodedValue::from_validated(bytes), found.notes.first))
}

/// Parses the line of a record, `{"key": …, "value": …}`, with this line number. The value may have
/// the maximum depth and size. The notes are those of [`parse_text`].
pub fn parse_record_line(text: &[u8], line: u64) -> Result<(EncodedValue, Notes), JsonError> {
    let mut reader = TextReader::with_capacity(text.len());
    let found = reader.read(text, line, true)?;
    let bytes = Bytes::copy_from_slice(reader.as_slice());
    // The reader validates what it writes.
    Ok((EncodedValue::from_validated(bytes), found.notes))
}

/// Reads one JSON value to the end of `reader`.
pub fn read_value(reader: impl Read) -> Result<(EncodedValue, Notes), JsonError> {
    let mut json = JsonReader::new(reader);
    let value = json.value()?;
    let notes = json.take_notes();
    json.finish()?;
    Ok((value, notes))
}
