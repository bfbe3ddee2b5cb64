//! Why an import or an export failed. In both cases nothing was changed.

use std::io;

use crate::key::KeyError;
use crate::value::ValueType;
use crate::value::json::{JsonError, JsonErrorKind, TextPosition};

/// Why an input is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The text is not JSON, or has a value that no record can have.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The input is one value that is neither an object nor an array.
    #[error("{place}: expected an object or an array of records")]
    NotRecords {
        /// Where it starts.
        place: TextPosition,
    },
    /// The records have no keys, and there is no rule for making them.
    #[error(
        "{place}: this record is not {{\"key\": …, \"value\": …}}: say which field is its key, \
         join several by a template, or number the records{}",
        list_fields(.fields)
    )]
    NeedsKeyRule {
        /// Where the first such record starts.
        place: TextPosition,
        /// Its fields that could be a key.
        fields: Vec<String>,
    },
    /// A rule was given, but in an object of records the names are the keys.
    #[error(
        "{place}: an object names the key of each record itself: leave out the rule for keys, or \
         say that the format is NDJSON if each object is a record"
    )]
    RuleNotNeeded {
        /// Where it starts.
        place: TextPosition,
    },
    /// A record has no value in a field that is part of its key.
    #[error("{place}: the record has no {field:?}, which is part of its key")]
    MissingField {
        /// Where the record starts.
        place: TextPosition,
        /// The field.
        field: String,
    },
    /// A field that is part of the key is a list, a map or bytes.
    #[error("{place}: {field:?} is not a text or a number, so it cannot be part of a key")]
    FieldNotScalar {
        /// Where the record starts.
        place: TextPosition,
        /// The field.
        field: String,
    },
    /// The key is invalid.
    #[error("{place}: {error}")]
    Key {
        /// Where the record starts.
        place: TextPosition,
        /// What is wrong with it.
        error: KeyError,
    },
    /// The input has a duplicate key.
    #[error(
        "{place}: duplicate key {key:?}, first in line {first_line}: number duplicates, or keep \
         the first or the last"
    )]
    DuplicateKey {
        /// Where the second record starts.
        place: TextPosition,
        /// The key.
        key: String,
        /// The line of the first.
        first_line: u64,
    },
    /// A key exists in the store, and [`Conflict::Fail`](super::Conflict::Fail) was requested.
    #[error("{place}: the key {key:?} exists already")]
    Conflict {
        /// Where the record starts.
        place: TextPosition,
        /// The key.
        key: String,
    },
    /// A time next to a value is not RFC 3339.
    #[error("{place}: {name:?} is a {found}, not a time in the form \"2026-11-20T14:02:11Z\"", found = .found.name())]
    NotTime {
        /// Where the record starts.
        place: TextPosition,
        /// Which of the times.
        name: &'static str,
        /// The type found instead.
        found: ValueType,
    },
    /// A line is longer than any record could be.
    #[error(
        "line {line} is longer than that of any record: if the file is one JSON text, say that \
         its format is JSON"
    )]
    LineTooLong {
        /// The line.
        line: u64,
    },
    /// A line ends inside a JSON text.
    #[error(
        "{place}: the text ends before the value does: each line must hold a whole JSON text, as \
         jq -c writes it"
    )]
    UnfinishedLine {
        /// Where it ends.
        place: TextPosition,
    },
    /// There is more text after the JSON text.
    #[error(
        "{place}: expected the end of the text; if one JSON text follows the other, say that the \
         format is NDJSON"
    )]
    MoreText {
        /// Where it starts.
        place: TextPosition,
    },
    /// The input is UTF-16 or UTF-32.
    #[error(
        "line 1, column 1: the text is UTF-16 or UTF-32, not UTF-8: convert it first, as by \
         iconv -f UTF-16 -t UTF-8"
    )]
    Utf16,
    /// The input could not be read.
    #[error("reading failed: {message}")]
    Io {
        /// The kind of failure.
        kind: io::ErrorKind,
        /// What the system said.
        message: String,
    },
    /// The import was cancelled.
    #[error("the import was cancelled; nothing was changed")]
    Cancelled,
}

impl ImportError {
    /// Distinguishes an error of the system from an error in the text.
    pub(super) fn from_json(error: JsonError) -> Self {
        match error.kind {
            JsonErrorKind::Io { kind, message } => Self::Io { kind, message },
            _ => Self::Json(error),
        }
    }
}

impl From<io::Error> for ImportError {
    fn from(error: io::Error) -> Self {
        Self::Io {
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}

/// Why an export failed. An existing file is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The output could not be written.
    #[error("writing failed: {message}")]
    Io {
        /// The kind of failure.
        kind: io::ErrorKind,
        /// What the system said.
        message: String,
    },
    /// The export was cancelled.
    #[error("the export was cancelled; no file was written")]
    Cancelled,
}

impl From<io::Error> for ExportError {
    fn from(error: io::Error) -> Self {
        Self::Io {
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}

fn list_fields(fields: &[String]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    format!(" (fields here: {})", fields.join(", "))
}
