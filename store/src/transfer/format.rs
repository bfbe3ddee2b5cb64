//! The format of a file, detected from its extension and its first bytes.

use std::path::Path;

use crate::value::VALUE_BYTES_MAX;
use crate::value::json::parse_text;

/// A format of import and export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One JSON text: an object of records, or an array.
    #[default]
    Json,
    /// One JSON text per line. Import takes texts over several lines, too.
    Ndjson,
}

/// The layout of JSON texts in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One text.
    Json,
    /// A text per line.
    Lines,
    /// Texts one after another, each over any number of lines.
    Texts,
}

impl Layout {
    pub(super) const fn format(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Lines | Self::Texts => Format::Ndjson,
        }
    }
}

/// The number of bytes that [`Format::sniff`] needs.
pub(super) const SNIFF_BYTES: usize = 256 * 1024;
/// The largest number of bytes that are read to find the end of a longer first line.
pub(super) const SNIFF_BYTES_MAX: usize = VALUE_BYTES_MAX;

impl Format {
    /// All formats, the default first.
    pub const ALL: [Self; 2] = [Self::Json, Self::Ndjson];

    /// The usual file name extension, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format according to the extension of a file name.
    pub fn from_ending(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// The format according to the start of a file. `whole`: `head` is the whole file.
    ///
    /// Several texts are only assumed if one object follows another, or if the only object is a key
    /// and a value on one line.
    pub fn sniff(head: &[u8], whole: bool) -> Self {
        Layout::detect(None, head, whole).format()
    }

    /// The usual file name extension, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

impl Layout {
    /// The layout of a file according to its name and its start. The content has priority if it is
    /// unambiguous, as with several lines in a `.json` or one text over several lines in an
    /// `.ndjson`.
    pub(super) fn detect(ending: Option<Format>, head: &[u8], whole: bool) -> Self {
        let by_ending = match ending {
            Some(Format::Ndjson) => Self::Lines,
            Some(Format::Json) | None => Self::Json,
        };
        let text = start_of_text(head);
        match First::scan(text) {
            // No line of records is an array.
            First::Other if text.starts_with(b"[") => Self::Json,
            First::Other | First::Broken => by_ending,
            // No line ends inside an object that goes on in the next.
            First::Unfinished => {
                if text.contains(&b'\n') {
                    Self::Json
                } else {
                    by_ending
                }
            }
            First::Ended(end) => {
                let (first, rest) = text.split_at(end);
                let is_line = !first.contains(&b'\n');
                let next = rest.trim_ascii_start();
                let gap = rest.strip_suffix(next).unwrap_or_default();
                if next.starts_with(b"{") {
                    // Two objects in a row are not a JSON text, whatever the extension.
                    if is_line && gap.contains(&b'\n') {
                        Self::Lines
                    } else {
                        Self::Texts
                    }
                } else if next.is_empty() && is_line && whole && is_pair(first) {
                    Self::Lines
                } else if is_line {
                    by_ending
                } else {
                    Self::Json
                }
            }
        }
    }

    /// The layout if the format is known.
    pub(super) fn of_format(format: Format, head: &[u8], whole: bool) -> Self {
        match (format, Self::detect(Some(format), head, whole)) {
            (Format::Json, _) => Self::Json,
            (Format::Ndjson, Self::Json) if start_of_text(head).starts_with(b"{") => Self::Texts,
            (Format::Ndjson, Self::Json) => Self::Lines,
            (Format::Ndjson, layout) => layout,
        }
    }
}

/// Whether the layout is only known from more of the file: the first line is an incomplete object.
pub(super) fn needs_more(head: &[u8]) -> bool {
    let text = start_of_text(head);
    matches!(First::scan(text), First::Unfinished) && !text.contains(&b'\n')
}

/// Whether a text is UTF-16 or UTF-32, by its byte order mark or by the zeros in its first
/// character.
pub(super) fn is_utf16(head: &[u8]) -> bool {
    match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 0, 0xFE, 0xFF, ..] => true,
        [0, 0, 0, byte, ..] | [0, byte, ..] | [byte, 0, ..] => {
            byte.is_ascii_whitespace() || matches!(byte, b'{' | b'[' | b'"')
        }
        _ => false,
    }
}

fn start_of_text(head: &[u8]) -> &[u8] {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    text.trim_ascii_start()
}

/// The first object in the start of a file.
enum First {
    /// It is not an object.
    Other,
    /// It cannot be JSON.
    Broken,
    /// It extends beyond the start.
    Unfinished,
    /// Its length.
    Ended(usize),
}

impl First {
    /// Only counts brackets; the parser checks the rest.
    fn scan(text: &[u8]) -> Self {
        if !text.starts_with(b"{") {
            return Self::Other;
        }
        let mut depth = 0_u64;
        let (mut in_string, mut is_escaped) = (false, false);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'\n' if in_string => return Self::Broken,
                _ if is_escaped => is_escaped = false,
                b'\\' if in_string => is_escaped = true,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Self::Ended(at + 1);
                    }
                }
                _ => {}
            }
        }
        Self::Unfinished
    }
}

fn is_pair(text: &[u8]) -> bool {
    let parsed = std::str::from_utf8(text).ok().map(parse_text);
    matches!(parsed, Some(Ok((value, _))) if super::pair::is_pair(value.view()))
}
