//! Which format a file has: told by its ending, unless its first bytes leave no doubt.

use std::path::Path;

use crate::value::EncodedValue;
use crate::value::json::{JsonErrorKind, parse_text};

/// A format of import and export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON text: an object of records, or an array.
    Json,
    /// One JSON text per line.
    Ndjson,
}

/// How many bytes [`Format::sniff`] wants to see.
pub(super) const SNIFF_BYTES: usize = 256 * 1024;

impl Format {
    /// The format that the ending of a file name tells.
    pub fn from_ending(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// The format of a file by its name and its start: the content decides where it leaves no
    /// doubt, as with lines in a `.json` or one text over several lines in an `.ndjson`.
    pub(super) fn tell(ending: Option<Self>, head: &[u8], whole: bool) -> Self {
        let text = start_of_text(head);
        match ending {
            None => Self::sniff(head, whole),
            // Two objects in a row are no JSON text, whatever the name says.
            Some(Self::Json) if first_object(text).is_some_and(|(_, more)| more) => Self::Ndjson,
            // No line is an array, and no line ends inside an object that goes on in the next.
            Some(Self::Ndjson) if text.starts_with(b"[") || goes_on(text) => Self::Json,
            Some(ending) => ending,
        }
    }

    /// The format that the start of a file suggests. `whole` says that `head` is all of it.
    ///
    /// Lines are only assumed where the first is an object of its own and another one follows, or
    /// where it is all there is and holds a key and a value.
    pub fn sniff(head: &[u8], whole: bool) -> Self {
        let text = start_of_text(head);
        if !whole && !text.contains(&b'\n') {
            return Self::Json;
        }
        match first_object(text) {
            Some((value, more)) if more || super::pair::is_pair(value.view()) => Self::Ndjson,
            _ => Self::Json,
        }
    }

    /// The usual ending, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

fn start_of_text(head: &[u8]) -> &[u8] {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    text.trim_ascii_start()
}

fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(memchr::memchr(b'\n', text).unwrap_or(text.len()))
}

/// The object that the first line is, and whether another one follows.
fn first_object(text: &[u8]) -> Option<(EncodedValue, bool)> {
    if !text.starts_with(b"{") {
        return None;
    }
    let (line, rest) = split_line(text);
    let (value, _) = parse_text(std::str::from_utf8(line).ok()?).ok()?;
    Some((value, rest.trim_ascii_start().starts_with(b"{")))
}

/// Whether the first line ends inside an object that the next lines go on with.
fn goes_on(text: &[u8]) -> bool {
    let (line, rest) = split_line(text);
    let rest = rest.trim_ascii();
    let line = std::str::from_utf8(line).unwrap_or_default();
    let unfinished =
        parse_text(line).is_err_and(|error| error.kind == JsonErrorKind::UnexpectedEnd);
    text.starts_with(b"{") && !rest.is_empty() && unfinished
}
