//! The stream reader: JSON text of any length directly into the encoded form of a value, without an
//! intermediate tree.

use std::collections::HashSet;
use std::io::Read;
use std::ops::Range;

use bytes::Bytes;
use struson::reader::{
    JsonReader as _, JsonStreamReader, ReaderError, ReaderSettings, SyntaxErrorKind,
    ValueType as JsonType,
};

use crate::key::KEY_BYTES_MAX;

use super::super::{EncodedValue, VALUE_BYTES_MAX, VALUE_DEPTH_MAX, ValueRef, ValueWriter};
use super::error::{JsonError, JsonErrorKind, Note, NoteKind, Notes, TextPosition, quote};
use super::source::{Fault, Source};
use super::special::{self, Meaning};

/// Objects with more names are checked for duplicates by a set instead of comparisons.
const WALKED_NAMES_MAX: usize = 16;

/// The room for a key, the names and the times around a value, in bytes.
const WRAPPER_BYTES_MAX: usize = KEY_BYTES_MAX + 1024;

/// The position of the reader, for messages.
#[derive(Clone, Copy)]
enum Inside {
    Document,
    List,
    Map,
}

/// Reads JSON text: whole values into their encoded form, or containers element by element.
pub(crate) struct JsonReader<R: Read> {
    json: JsonStreamReader<Source<R>>,
    writer: ValueWriter,
    /// The ranges of the names of the open objects in the writer's buffer, outermost first.
    names: Vec<Range<usize>>,
    notes: Notes,
    first_line: u64,
    depth_max: usize,
    bytes_max: usize,
}

impl<R: Read> JsonReader<R> {
    /// A reader of a text that is one value.
    pub(crate) fn new(reader: R) -> Self {
        Self::with_texts(reader, false)
    }

    /// A reader of several texts one after another.
    pub(crate) fn of_several(reader: R) -> Self {
        Self::with_texts(reader, true)
    }

    fn with_texts(reader: R, are_several: bool) -> Self {
        let settings = ReaderSettings {
            allow_multiple_top_level: are_several,
            track_path: false,
            // Numbers of any size: this reader turns those that do not fit into strings.
            restrict_number_values: false,
            // This reader refuses deeper nesting itself; the limit is a second safeguard. Records
            // are up to two levels inside their file.
            max_nesting_depth: Some(VALUE_DEPTH_MAX as u32 + 8),
            ..ReaderSettings::default()
        };
        Self {
            json: JsonStreamReader::new_custom(Source::new(reader), settings),
            writer: ValueWriter::new(),
            names: Vec::new(),
            notes: Notes::default(),
            first_line: 1,
            depth_max: VALUE_DEPTH_MAX,
            bytes_max: VALUE_BYTES_MAX,
        }
    }

    /// Counts lines from `line` instead of 1.
    pub(crate) const fn starting_at_line(mut self, line: u64) -> Self {
        self.first_line = line;
        self
    }

    /// Allows a value inside `{"key": …, "value": …}`: what is read may be one level deeper and
    /// somewhat larger, and must not become the value of a record as a whole.
    pub(crate) const fn allow_wrapper(&mut self) {
        self.depth_max = VALUE_DEPTH_MAX + 1;
        self.bytes_max = VALUE_BYTES_MAX + WRAPPER_BYTES_MAX;
    }

    /// The position of the next character.
    pub(crate) fn place(&self) -> TextPosition {
        let position = self.json.current_position(false).line_pos;
        self.place_from(position)
    }

    fn place_from(&self, position: Option<struson::reader::LinePosition>) -> TextPosition {
        position.map_or(
            TextPosition {
                line: self.first_line,
                column: 1,
            },
            |position| TextPosition {
                line: position.line + self.first_line,
                column: position.column + 1,
            },
        )
    }

    /// Takes the notes since the last call.
    pub(crate) fn take_notes(&mut self) -> Notes {
        std::mem::take(&mut self.notes)
    }

    /// Whether the next value is an object.
    pub(crate) fn at_object(&mut self) -> Result<bool, JsonError> {
        Ok(self.peek(Inside::Document)? == JsonType::Object)
    }

    /// Whether the next value is an array.
    pub(crate) fn at_array(&mut self) -> Result<bool, JsonError> {
        Ok(self.peek(Inside::Document)? == JsonType::Array)
    }

    pub(crate) fn begin_array(&mut self) -> Result<(), JsonError> {
        let begun = self.json.begin_array();
        self.check(begun, Inside::Document)
    }

    pub(crate) fn begin_object(&mut self) -> Result<(), JsonError> {
        let begun = self.json.begin_object();
        self.check(begun, Inside::Document)
    }

    /// Whether the open array has another element. Afterwards [`place`](Self::place) is its start.
    pub(crate) fn next_element(&mut self) -> Result<bool, JsonError> {
        let more = self.json.has_next();
        let more = self.check(more, Inside::List)?;
        if !more {
            let ended = self.json.end_array();
            self.check(ended, Inside::List)?;
        }
        Ok(more)
    }

    /// Whether another text follows the one that was read. Only for [several](Self::of_several).
    pub(crate) fn next_text(&mut self) -> Result<bool, JsonError> {
        self.json.reader_mut().refill();
        let more = self.json.has_next();
        self.check(more, Inside::Document)
    }

    /// The next name of the open object with its position, or `None` at its end.
    pub(crate) fn next_entry(&mut self) -> Result<Option<(TextPosition, String)>, JsonError> {
        self.json.reader_mut().refill();
        let more = self.json.has_next();
        if !self.check(more, Inside::Map)? {
            let ended = self.json.end_object();
            self.check(ended, Inside::Map)?;
            return Ok(None);
        }
        let place = self.place();
        let name = self.json.next_name_owned();
        Ok(Some((place, self.check(name, Inside::Map)?)))
    }

    /// The next value.
    pub(crate) fn value(&mut self) -> Result<EncodedValue, JsonError> {
        self.writer.clear();
        self.names.clear();
        self.read(0, false)?;
        let bytes = Bytes::copy_from_slice(self.writer.as_slice());
        // Valid: the text is UTF-8, names are unique, and the depth is bounded.
        Ok(EncodedValue::from_validated(bytes))
    }

    /// Checks that nothing follows.
    pub(crate) fn finish(self) -> Result<(), JsonError> {
        let (first_line, json) = (self.first_line, self.json);
        let place = |position: Option<struson::reader::LinePosition>| TextPosition {
            line: position.map_or(0, |position| position.line) + first_line,
            column: position.map_or(0, |position| position.column) + 1,
        };
        json.consume_trailing_whitespace()
            .map_err(|error| match error {
                ReaderError::SyntaxError(error) => {
                    JsonError::new(place(error.location.line_pos), JsonErrorKind::TrailingText)
                }
                ReaderError::IoError { error, location } => {
                    let kind = JsonErrorKind::Io {
                        kind: error.kind(),
                        message: error.to_string(),
                    };
                    JsonError::new(place(location.line_pos), kind)
                }
                _ => JsonError::new(place(None), JsonErrorKind::TrailingText),
            })
    }

    fn peek(&mut self, inside: Inside) -> Result<JsonType, JsonError> {
        self.json.reader_mut().refill();
        let peeked = self.json.peek();
        self.check(peeked, inside)
    }

    /// Reads a value at `depth`. The text of a special map does not count as a level.
    fn read(&mut self, depth: usize, in_special: bool) -> Result<(), JsonError> {
        let json_type = self.peek(Inside::Document)?;
        if depth > self.depth_max && !(in_special && json_type == JsonType::String) {
            return Err(JsonError::new(self.place(), JsonErrorKind::TooDeep));
        }
        match json_type {
            JsonType::Null => {
                let read = self.json.next_null();
                self.check(read, Inside::Document)?;
                self.writer.null();
            }
            JsonType::Boolean => {
                let read = self.json.next_bool();
                let value = self.check(read, Inside::Document)?;
                self.writer.bool(value);
            }
            JsonType::String => match self.json.next_str() {
                Ok(text) => self.writer.string(text),
                Err(error) => return Err(self.error(error, Inside::Document)),
            },
            JsonType::Number => self.number()?,
            JsonType::Array => self.list(depth)?,
            JsonType::Object => self.map(depth)?,
        }
        if self.writer.len() > self.bytes_max {
            return Err(JsonError::new(self.place(), JsonErrorKind::TooLarge));
        }
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<(), JsonError> {
        self.begin_array()?;
        let start = self.writer.begin_container();
        let mut len = 0;
        while self.next_element()? {
            self.read(depth + 1, false)?;
            len += 1;
        }
        self.writer.end_list(start, len);
        Ok(())
    }

    fn map(&mut self, depth: usize) -> Result<(), JsonError> {
        let place = self.place();
        self.begin_object()?;
        let begin = self.writer.len();
        let start = self.writer.begin_container();
        let base = self.names.len();
        let mut seen = HashSet::new();
        let mut candidate = false;
        while let Some(name) = self.name(base, &mut seen)? {
            let is_first = self.names.len() == base + 1;
            candidate = is_first && special::is_candidate(self.writer.text(&name));
            self.read(depth + 1, candidate)?;
        }
        let len = self.names.len() - base;
        if candidate && self.replace_special(begin, base) {
            self.names.truncate(base);
            return Ok(());
        }
        if len > 0 && depth >= self.depth_max {
            return Err(JsonError::new(place, JsonErrorKind::TooDeep));
        }
        self.names.truncate(base);
        self.writer.end_map(start, len);
        Ok(())
    }

    /// Reads and writes the next name of the object whose names start at `base`; returns its range
    /// in the buffer.
    fn name(
        &mut self,
        base: usize,
        seen: &mut HashSet<Box<str>>,
    ) -> Result<Option<Range<usize>>, JsonError> {
        self.json.reader_mut().refill();
        let more = self.json.has_next();
        if !self.check(more, Inside::Map)? {
            let ended = self.json.end_object();
            self.check(ended, Inside::Map)?;
            return Ok(None);
        }
        let place = self.place();
        let name = match self.json.next_name() {
            Ok(name) => name,
            Err(error) => return Err(self.error(error, Inside::Map)),
        };
        let before = self.names.get(base..).unwrap_or_default();
        let is_duplicate = if before.len() < WALKED_NAMES_MAX {
            let written = self.writer.as_slice();
            before
                .iter()
                .any(|range| written.get(range.clone()) == Some(name.as_bytes()))
        } else {
            if seen.is_empty() {
                seen.extend(before.iter().map(|range| self.writer.text(range).into()));
            }
            !seen.insert(name.into())
        };
        if is_duplicate {
            let kind = JsonErrorKind::DuplicateName { name: quote(name) };
            return Err(JsonError::new(place, kind));
        }
        self.writer.string(name);
        let end = self.writer.len();
        let range = end - name.len()..end;
        self.names.push(range.clone());
        if end > self.bytes_max {
            return Err(JsonError::new(self.place(), JsonErrorKind::TooLarge));
        }
        Ok(Some(range))
    }

    /// Replaces a map of one entry, written from `begin` on, by the value it stands for.
    fn replace_special(&mut self, begin: usize, base: usize) -> bool {
        let Some(name) = self.names.get(base) else {
            return false;
        };
        let written = self.writer.as_slice().get(name.end..).unwrap_or_default();
        let ValueRef::String(text) = ValueRef::read(written) else {
            return false;
        };
        let name = self.writer.text(name);
        let Some(meaning) = special::meaning(name, text) else {
            return false;
        };
        match meaning {
            Meaning::Bytes(bytes) => {
                self.writer.truncate(begin);
                self.writer.bytes(&bytes);
            }
            Meaning::Timestamp(timestamp) => {
                self.writer.truncate(begin);
                self.writer.timestamp(timestamp);
            }
            Meaning::Float(float) => {
                self.writer.truncate(begin);
                self.writer.float(float);
            }
            Meaning::Escaped => {
                let plain = name.strip_prefix('$').unwrap_or(name).to_owned();
                let text = text.to_owned();
                self.writer.truncate(begin);
                self.writer.map(1);
                self.writer.string(&plain);
                self.writer.string(&text);
            }
        }
        true
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let place = self.place();
        let text = match self.json.next_number_as_str() {
            Ok(text) => text,
            Err(error) => return Err(self.error(error, Inside::Document)),
        };
        if let Err(kind) = write_number(text, &mut self.writer) {
            self.writer.string(text);
            let text = quote(text);
            self.notes.add(Note { place, kind, text });
        }
        Ok(())
    }

    fn check<T>(&mut self, read: Result<T, ReaderError>, inside: Inside) -> Result<T, JsonError> {
        read.map_err(|error| self.error(error, inside))
    }

    fn error(&mut self, error: ReaderError, inside: Inside) -> JsonError {
        let (position, kind) = match error {
            ReaderError::SyntaxError(error) => {
                (error.location.line_pos, syntax_kind(error.kind, inside))
            }
            ReaderError::IoError { location, .. } => {
                let kind = match self.json.reader_mut().take_fault() {
                    // The JSON library reports invalid UTF-8 as an input error.
                    None => JsonErrorKind::NotUtf8,
                    Some(Fault::TokenTooLong) => JsonErrorKind::TooLarge,
                    Some(Fault::Io(error)) => JsonErrorKind::Io {
                        kind: error.kind(),
                        message: error.to_string(),
                    },
                };
                (location.line_pos, kind)
            }
            ReaderError::MaxNestingDepthExceeded { location, .. } => {
                (location.line_pos, JsonErrorKind::TooDeep)
            }
            ReaderError::UnexpectedValueType { location, .. }
            | ReaderError::UnexpectedStructure { location, .. }
            | ReaderError::UnsupportedNumberValue { location, .. } => (
                location.line_pos,
                JsonErrorKind::Syntax("expected another kind of value"),
            ),
            _ => (None, JsonErrorKind::Syntax("not JSON")),
        };
        JsonError::new(self.place_from(position), kind)
    }
}

/// Writes a number, or says why it must be kept as a string.
fn write_number(text: &str, writer: &mut ValueWriter) -> Result<(), NoteKind> {
    let is_integer = !text.contains(['.', 'e', 'E']) && text != "-0";
    if is_integer {
        let signed = text.parse().map(|int| writer.int(int));
        return signed
            .or_else(|_error| text.parse().map(|uint| writer.uint(uint)))
            .or(Err(NoteKind::IntegerAsString));
    }
    let float: f64 = text.parse().or(Err(NoteKind::FloatAsString))?;
    let vanished = float == 0.0
        && text
            .bytes()
            .take_while(|byte| !matches!(byte, b'e' | b'E'))
            .any(|byte| matches!(byte, b'1'..=b'9'));
    if float.is_infinite() || vanished {
        return Err(NoteKind::FloatAsString);
    }
    writer.float(float);
    Ok(())
}

fn syntax_kind(kind: SyntaxErrorKind, inside: Inside) -> JsonErrorKind {
    let expected_next = match inside {
        Inside::Document => "expected a comma",
        Inside::List => "expected a comma or ]",
        Inside::Map => "expected a comma or }",
    };
    JsonErrorKind::Syntax(match kind {
        SyntaxErrorKind::IncompleteDocument => return JsonErrorKind::UnexpectedEnd,
        SyntaxErrorKind::TrailingData => return JsonErrorKind::TrailingText,
        SyntaxErrorKind::UnpairedSurrogatePairEscapeSequence => {
            return JsonErrorKind::LoneSurrogate;
        }
        SyntaxErrorKind::NotEscapedControlCharacter => return JsonErrorKind::ControlCharacter,
        SyntaxErrorKind::MissingComma => expected_next,
        SyntaxErrorKind::TrailingCommaNotEnabled => "a comma must not be the last in its container",
        SyntaxErrorKind::MissingColon => "expected a colon",
        SyntaxErrorKind::ExpectingMemberNameOrObjectEnd => "expected a name in double quotes or }",
        SyntaxErrorKind::InvalidLiteral
        | SyntaxErrorKind::TrailingDataAfterLiteral
        | SyntaxErrorKind::MalformedJson
        | SyntaxErrorKind::UnexpectedColon
        | SyntaxErrorKind::UnexpectedComma
        | SyntaxErrorKind::UnexpectedClosingBracket => "expected a value",
        SyntaxErrorKind::MalformedNumber | SyntaxErrorKind::TrailingDataAfterNumber => {
            "not a valid JSON number"
        }
        SyntaxErrorKind::UnknownEscapeSequence | SyntaxErrorKind::MalformedEscapeSequence => {
            "not a valid JSON escape"
        }
        SyntaxErrorKind::CommentsNotEnabled
        | SyntaxErrorKind::IncompleteComment
        | SyntaxErrorKind::BlockCommentNotClosed => "JSON has no comments",
        _ => "not JSON",
    })
}
