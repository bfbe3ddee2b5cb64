//! Errors in JSON texts, and notes on valid ones.

use std::fmt;
use std::io;

use super::super::{VALUE_BYTES_MAX, VALUE_DEPTH_MAX};

/// The largest number of [`Note`]s kept; further ones are only counted.
pub const NOTES_MAX: usize = 1000;

/// The longest text that a message quotes, in characters.
const QUOTED_CHARS_MAX: usize = 64;

/// A position in a text as in editors: both numbers from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPosition {
    /// The line.
    pub line: u64,
    /// The character within the line.
    pub column: u64,
}

impl fmt::Display for TextPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is not a JSON value that a record can have, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct JsonError {
    /// The line, from 1.
    pub line: u64,
    /// The character within the line, from 1.
    pub column: u64,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

impl JsonError {
    pub(crate) const fn new(place: TextPosition, kind: JsonErrorKind) -> Self {
        Self {
            line: place.line,
            column: place.column,
            kind,
        }
    }

    /// The position of the error.
    pub const fn place(&self) -> TextPosition {
        TextPosition {
            line: self.line,
            column: self.column,
        }
    }
}

/// What is wrong with a JSON text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    /// A syntax error according to RFC 8259; the text says what was expected.
    #[error("{0}")]
    Syntax(&'static str),
    /// The text ends inside a value.
    #[error("the text ends before the value does")]
    UnexpectedEnd,
    /// There is more text after the value.
    #[error("expected the end of the text")]
    TrailingText,
    /// A duplicate name in an object: which value counts would be a guess.
    #[error("the name {name:?} occurs twice in one object")]
    DuplicateName {
        /// The name, cut if it is long.
        name: String,
    },
    /// Half of a UTF-16 surrogate pair, which is not a character.
    #[error("half of a surrogate pair is not a character")]
    LoneSurrogate,
    /// An unescaped control character inside a text.
    #[error("a control character inside a text must be escaped, as \\n or \\u0000")]
    ControlCharacter,
    /// Bytes that are not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// Nested deeper than [`VALUE_DEPTH_MAX`].
    #[error("nested deeper than {VALUE_DEPTH_MAX} levels")]
    TooDeep,
    /// Larger than [`VALUE_BYTES_MAX`].
    #[error("larger than the {VALUE_BYTES_MAX} bytes a record can hold")]
    TooLarge,
    /// The text could not be read.
    #[error("reading failed: {message}")]
    Io {
        /// The kind of failure.
        kind: io::ErrorKind,
        /// The error of the system.
        message: String,
    },
}

/// A note on a value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The position in the text.
    pub place: TextPosition,
    /// What was done.
    pub kind: NoteKind,
    /// The text concerned, cut if it is long.
    pub text: String,
}

/// What was done with a number that does not fit into 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// An integer of more than 64 bits became a string with its digits.
    IntegerAsString,
    /// A number too large or too close to zero for a float became a string with its text.
    FloatAsString,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, text) = (self.place, &self.text);
        match self.kind {
            NoteKind::IntegerAsString => {
                write!(f, "{place}: {text} has more than 64 bits: kept as a string")
            }
            NoteKind::FloatAsString => {
                write!(
                    f,
                    "{place}: {text} is outside the range of a float: kept as a string"
                )
            }
        }
    }
}

/// The first [`NOTES_MAX`] notes, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The first ones.
    pub first: Vec<Note>,
    /// The number of all notes.
    pub total: u64,
}

impl Notes {
    pub(crate) fn add(&mut self, note: Note) {
        self.total += 1;
        if self.first.len() < NOTES_MAX {
            self.first.push(note);
        }
    }
}

/// The start of a text, cut for a message.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => {
            let (start, _) = text.split_at(end);
            format!("{start}…")
        }
    }
}
