//! Converting values to JSON text and back (RFC 8259).
//!
//! 64-bit integers and floats survive every round trip bit for bit. Types that JSON lacks are
//! written as a map with one entry: `{"$bytes": "base64"}`, `{"$time": "RFC 3339"}`, `{"$float":
//! "NaN"}`. A map that only looks like one of these is written with one more `$` in its name, which
//! reading removes again.

mod error;
mod parse;
mod preview;
mod read;
mod source;
mod special;
mod text;
mod write;

pub use error::{JsonError, JsonErrorKind, NOTES_MAX, Note, NoteKind, Notes, TextPosition};
pub use parse::{RECORD_LINE_BYTES_MAX, parse_record_line, parse_text, read_value};
pub use preview::to_compact_preview;
pub use source::TEXT_BYTES_MAX;
pub use write::{Json, to_compact, to_pretty, write_compact, write_pretty};

pub(crate) use error::quote;
pub(crate) use read::JsonReader;
pub(crate) use text::TextReader;

#[cfg(test)]
mod tests;
