//! Which format a file has: told by its ending, else by its first bytes.

use std::path::Path;

use crate::value::json::parse_text;

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

    /// The format that the start of a file suggests. `whole` says that `head` is all of it.
    ///
    /// Lines are only assumed where the first is an object of its own and another one follows, or
    /// where it is all there is and holds a key and a value.
    pub fn sniff(head: &[u8], whole: bool) -> Self {
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let text = text.trim_ascii_start();
        let end = memchr::memchr(b'\n', text);
        if !text.starts_with(b"{") || (end.is_none() && !whole) {
            return Self::Json;
        }
        let (line, rest) = text.split_at(end.unwrap_or(text.len()));
        let Some(value) = std::str::from_utf8(line)
            .ok()
            .and_then(|line| parse_text(line).ok())
            .map(|(value, _)| value)
        else {
            return Self::Json;
        };
        if rest.trim_ascii_start().starts_with(b"{") || super::pair::is_pair(value.view()) {
            Self::Ndjson
        } else {
            Self::Json
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
