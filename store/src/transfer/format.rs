//! Which format a file has: told by its ending, unless its first bytes leave no doubt.

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

/// How JSON texts lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One text.
    Json,
    /// A text per line.
    Lines,
    /// Texts one after the other, over any number of lines.
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

/// How many bytes [`Format::sniff`] wants to see.
pub(super) const SNIFF_BYTES: usize = 256 * 1024;
/// The most that is looked at, to find the end of a first line that is longer.
pub(super) const SNIFF_BYTES_MAX: usize = VALUE_BYTES_MAX;

impl Format {
    /// All formats, the default first.
    pub const ALL: [Self; 2] = [Self::Json, Self::Ndjson];

    /// The usual ending of a file name, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

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
    /// Several texts are only assumed where one object follows another, or where the only one
    /// holds a key and a value in one line.
    pub fn sniff(head: &[u8], whole: bool) -> Self {
        Layout::tell(None, head, whole).format()
    }

    /// The usual ending, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

impl Layout {
    /// How texts lie in a file, by its name and its start: the content decides where it leaves no
    /// doubt, as with lines in a `.json` or one text over several lines in an `.ndjson`.
    pub(super) fn tell(ending: Option<Format>, head: &[u8], whole: bool) -> Self {
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
                    // Two objects in a row are no JSON text, whatever the name says.
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

    /// The same where the format is known.
    pub(super) fn of_format(format: Format, head: &[u8], whole: bool) -> Self {
        match (format, Self::tell(Some(format), head, whole)) {
            (Format::Json, _) => Self::Json,
            (Format::Ndjson, Self::Json) if start_of_text(head).starts_with(b"{") => Self::Texts,
            (Format::Ndjson, Self::Json) => Self::Lines,
            (Format::Ndjson, told) => told,
        }
    }
}

/// Whether only more of the file can tell how texts lie in it: the first line is an object that
/// has not ended yet.
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

/// What the start of a file shows of the first object in it.
enum First {
    /// It is not an object.
    Other,
    /// It cannot be JSON.
    Broken,
    /// It goes on behind what is there.
    Unfinished,
    /// Its length.
    Ended(usize),
}

impl First {
    /// Counts brackets; what is between them is the business of the readers.
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
