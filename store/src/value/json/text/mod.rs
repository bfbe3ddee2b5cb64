//! Reads JSON texts in memory: most of them in one fast pass, the others with the stream reader.
//!
//! [`JsonReader`] defines the rules. The fast pass accepts only texts whose meaning does not depend
//! on them. At anything else (an error, a duplicate name, a map that may represent bytes or a time,
//! a number that may not fit into 64 bits, deep nesting) it stops, and the stream reader reads the
//! text again from its start, decides, and reports the reason.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::super::names::NameMarks;
use super::super::{VALUE_BYTES_MAX, ValueWriter};
use super::error::{JsonError, Notes, TextPosition};
use super::read::JsonReader;
use super::special;

/// The longest text for the fast pass. Encoding makes no text four times as long, so that a text up
/// to this length is never too large for a record.
const QUICK_BYTES_MAX: usize = VALUE_BYTES_MAX / 4;

/// The largest number of names in an object for the fast pass; the stream reader compares the names
/// of larger ones with a set.
const QUICK_NAMES_MAX: usize = 64;

/// 2^63. A float from here on may have been an integer that does not fit into 64 bits.
const INTEGERS_END: f64 = 9_223_372_036_854_775_808.0;

/// A decimal fraction smaller than the smallest float has more consecutive zeros than this.
const ZEROS: [u8; 300] = [b'0'; 300];

/// Reads texts one after another into one buffer.
#[derive(Debug, Default)]
pub(crate) struct TextReader {
    writer: ValueWriter,
    /// Positions of the open objects' names in the writer's buffer, outermost first.
    names: Vec<Range<usize>>,
}

/// The result of reading a text, with the position of its value in the buffer.
#[derive(Debug)]
pub(crate) struct ReadText {
    /// Position of the value in the text.
    pub(crate) place: TextPosition,
    pub(crate) encoded: Range<usize>,
    pub(crate) notes: Notes,
}

impl TextReader {
    /// Creates a reader with room for this many bytes of values.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            writer: ValueWriter::from_bytes(Vec::with_capacity(bytes)),
            names: Vec::new(),
        }
    }

    /// The values read so far.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.writer.as_slice()
    }

    /// Discards the values read so far.
    pub(crate) fn clear(&mut self) {
        self.writer.clear();
    }

    /// Reads a text that is one JSON value and begins in line `line`. `is_wrapper` has the effect
    /// of [`JsonReader::allow_wrapper`].
    pub(crate) fn read(
        &mut self,
        text: &[u8],
        line: u64,
        is_wrapper: bool,
    ) -> Result<ReadText, JsonError> {
        let start = self.writer.len();
        let (place, notes) = if let Some(column) = self.read_quickly(text) {
            (TextPosition { line, column }, Notes::default())
        } else {
            self.writer.truncate(start);
            self.read_as_stream(text, line, is_wrapper)?
        };
        Ok(ReadText {
            place,
            encoded: start..self.writer.len(),
            notes,
        })
    }

    /// The column at which the value starts; `None` if the stream reader has to read the text.
    fn read_quickly(&mut self, text: &[u8]) -> Option<u64> {
        if text.len() > QUICK_BYTES_MAX {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let value = text.trim_start_matches([' ', '\t']);
        if value.starts_with(['\r', '\n']) {
            return None;
        }
        self.names.clear();
        let mut json = serde_json::Deserializer::from_str(value);
        let mut pass = QuickPass {
            writer: &mut self.writer,
            names: &mut self.names,
            has_zero: false,
        };
        pass.deserialize(&mut json).ok()?;
        json.end().ok()?;
        let may_have_vanished = pass.has_zero && may_vanish(value.as_bytes());
        (!may_have_vanished).then_some((text.len() - value.len()) as u64 + 1)
    }

    fn read_as_stream(
        &mut self,
        text: &[u8],
        line: u64,
        is_wrapper: bool,
    ) -> Result<(TextPosition, Notes), JsonError> {
        let mut json = JsonReader::new(text).starting_at_line(line);
        if is_wrapper {
            json.allow_wrapper();
        }
        json.at_object()?;
        let place = json.place();
        let value = json.value()?;
        let notes = json.take_notes();
        json.finish()?;
        self.writer.encoded(value.as_bytes());
        Ok((place, notes))
    }
}

/// Whether a number of the text may be too small for a float, for which it needs an exponent or
/// very many zeros. May return true for other texts that contain these characters.
fn may_vanish(text: &[u8]) -> bool {
    let has_exponent = text
        .array_windows()
        .any(|[digit, mark]| digit.is_ascii_digit() && matches!(mark, b'e' | b'E'));
    has_exponent || memchr::memmem::find(text, &ZEROS).is_some()
}

/// Writes the values that the parser visits. An error means that the stream reader has to read the
/// text.
struct QuickPass<'a> {
    writer: &'a mut ValueWriter,
    names: &'a mut Vec<Range<usize>>,
    has_zero: bool,
}

impl QuickPass<'_> {
    /// Writes a name of the object whose names start at `base`; `marks` are theirs. Returns whether
    /// the name is not special and not a duplicate.
    fn name(&mut self, name: &str, base: usize, marks: &mut NameMarks) -> bool {
        let before = self.names.get(base..).unwrap_or_default();
        if before.is_empty() && special::is_candidate(name) || before.len() == QUICK_NAMES_MAX {
            return false;
        }
        if marks.may_be_known(name.as_bytes()) {
            let written = self.writer.as_slice();
            let same = |range: &Range<usize>| written.get(range.clone()) == Some(name.as_bytes());
            if before.iter().any(same) {
                return false;
            }
        }
        self.writer.string(name);
        let end = self.writer.len();
        self.names.push(end - name.len()..end);
        true
    }
}

/// The message does not matter, as nobody reads it.
fn leave<E: Error>() -> E {
    E::custom("")
}

impl<'de> DeserializeSeed<'de> for &mut QuickPass<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut QuickPass<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.writer.null();
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.writer.bool(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.writer.int(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.writer.uint(value);
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if value.abs() >= INTEGERS_END {
            return Err(leave());
        }
        self.has_zero |= value == 0.0;
        self.writer.float(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.writer.string(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let start = self.writer.begin_container();
        let mut len = 0;
        while elements.next_element_seed(&mut *self)?.is_some() {
            len += 1;
        }
        self.writer.end_list(start, len);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let start = self.writer.begin_container();
        let base = self.names.len();
        let mut marks = NameMarks::default();
        loop {
            let name = NameOf {
                pass: &mut *self,
                base,
                marks: &mut marks,
            };
            match entries.next_key_seed(name)? {
                None => break,
                Some(false) => return Err(leave()),
                Some(true) => entries.next_value_seed(&mut *self)?,
            }
        }
        let len = self.names.len() - base;
        self.names.truncate(base);
        self.writer.end_map(start, len);
        Ok(())
    }
}

/// Takes the next name of an object and returns whether it is not special and not a duplicate.
struct NameOf<'a, 'b> {
    pass: &'a mut QuickPass<'b>,
    base: usize,
    marks: &'a mut NameMarks,
}

impl<'de> DeserializeSeed<'de> for NameOf<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for NameOf<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(self.pass.name(name, self.base, self.marks))
    }
}

#[cfg(test)]
mod tests;
