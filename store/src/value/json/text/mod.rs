//! Reading JSON texts that lie in memory: most in one quick pass, the others by the stream reader.
//!
//! There is one set of rules, that of [`JsonReader`]. The quick pass takes only what has one
//! meaning under all of them. Whatever else it meets (an error, a name that stands twice, a map
//! that may stand for bytes or a time, a number that 64 bits may not hold, great depth) ends it,
//! and the stream reader reads the text again from its start, decides, and says why.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::super::names::NameMarks;
use super::super::{VALUE_BYTES_MAX, ValueWriter};
use super::error::{JsonError, Notes, Place};
use super::read::JsonReader;
use super::special;

/// The longest text of the quick pass. No text becomes four times as long by being encoded, so
/// that a shorter one is never too large for a record.
const QUICK_BYTES_MAX: usize = VALUE_BYTES_MAX / 4;

/// The widest object of the quick pass; names of wider ones are compared by a set.
const QUICK_NAMES_MAX: usize = 64;

/// 2^63. From here on a float may come of an integer that 64 bits do not hold.
const INTEGERS_END: f64 = 9_223_372_036_854_775_808.0;

/// A decimal fraction that is less than the least float has more zeros than this in a row.
const ZEROS: [u8; 300] = [b'0'; 300];

/// Reads one text after the other into one buffer.
#[derive(Debug, Default)]
pub(crate) struct TextReader {
    writer: ValueWriter,
    /// Where the names of the open objects lie in the writer's buffer, outermost first.
    names: Vec<Range<usize>>,
}

/// What a text says, and where its value lies in the buffer.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where the value starts.
    pub(crate) place: Place,
    pub(crate) encoded: Range<usize>,
    pub(crate) notes: Notes,
}

impl TextReader {
    /// A reader with room for this number of bytes of values.
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

    /// Forgets the values read so far.
    pub(crate) fn clear(&mut self) {
        self.writer.clear();
    }

    /// Reads a text that is one JSON value and starts in `line`. With `is_wrapper` there is room
    /// as [`JsonReader::allow_wrapper`] makes it.
    pub(crate) fn read(
        &mut self,
        text: &[u8],
        line: u64,
        is_wrapper: bool,
    ) -> Result<Found, JsonError> {
        let start = self.writer.len();
        let (place, notes) = if let Some(column) = self.read_quickly(text) {
            (Place { line, column }, Notes::default())
        } else {
            self.writer.truncate(start);
            self.read_as_stream(text, line, is_wrapper)?
        };
        Ok(Found {
            place,
            encoded: start..self.writer.len(),
            notes,
        })
    }

    /// The column at which the value starts, unless the text is one for the stream reader.
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
    ) -> Result<(Place, Notes), JsonError> {
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

/// Whether a number of the text may be too small for a float: only one with an exponent or with
/// very many zeros is. May say so of texts that merely look like it.
fn may_vanish(text: &[u8]) -> bool {
    let has_exponent = text
        .array_windows()
        .any(|[digit, mark]| digit.is_ascii_digit() && matches!(mark, b'e' | b'E'));
    has_exponent || memchr::memmem::find(text, &ZEROS).is_some()
}

/// Writes what the parser meets; an error of its own means that the text is not for it.
struct QuickPass<'a> {
    writer: &'a mut ValueWriter,
    names: &'a mut Vec<Range<usize>>,
    has_zero: bool,
}

impl QuickPass<'_> {
    /// Writes a name of the object whose names start at `base`; `marks` are theirs. Says whether it
    /// is plain and new.
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

/// Any error will do: nobody reads it.
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

/// Takes the next name of an object; whether it is plain and new.
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
