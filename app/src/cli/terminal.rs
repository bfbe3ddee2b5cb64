//! Makes text safe for a terminal: nothing in it may move the cursor, control the terminal, or
//! deceive by being invisible or by changing the direction of the following text.
//!
//! Such characters are shown as JSON escapes (`\u001b`), so that JSON keeps its meaning.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The text on one line, for a terminal.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, |character| matches!(character, '\n' | '\t'))
}

/// The text for a terminal, keeping its line breaks.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

fn escape(text: &str, also: impl Fn(char) -> bool) -> Cow<'_, str> {
    let mut before = '\n';
    let mut is_plain = |character| {
        let is_plain = !is_deceptive(character, before) && !also(character);
        before = character;
        is_plain
    };
    if text.chars().all(&mut is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = '\n';
    for character in text.chars() {
        if is_deceptive(character, before) || also(character) {
            push_escape(character, &mut shown);
        } else {
            shown.push(character);
        }
        before = character;
    }
    Cow::Owned(shown)
}

fn push_escape(character: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        other => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                write!(out, "\\u{unit:04x}").ok();
            }
        }
    }
}

/// Whether a character does not look like what it is: control characters except line break and tab,
/// direction marks, and characters without width. Joiners and variation selectors that shape a
/// letter or an emoji `before` them are part of ordinary text.
fn is_deceptive(character: char, before: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200C}' | '\u{200D}' => before < '\u{590}',
        '\u{FE0E}' | '\u{FE0F}' => {
            before < '\u{2000}' && !matches!(before, '0'..='9' | '#' | '*' | '©' | '®')
        }
        other => other.is_control() || is_invisible(other),
    }
}

/// Unicode's default ignorable characters, and the line and paragraph separators.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Writes UTF-8 text to a terminal, keeping its line breaks and tabs.
pub(super) struct Escaping<W: Write> {
    out: W,
    /// The start of a character whose remaining bytes have not arrived yet.
    pending: Vec<u8>,
    before: char,
}

impl<W: Write> Escaping<W> {
    pub(super) const fn new(out: W) -> Self {
        Self {
            out,
            pending: Vec::new(),
            before: '\n',
        }
    }

    fn write_text(&mut self, text: &str) -> io::Result<()> {
        let mut shown = String::with_capacity(text.len());
        for character in text.chars() {
            if is_deceptive(character, self.before) {
                push_escape(character, &mut shown);
            } else {
                shown.push(character);
            }
            self.before = character;
        }
        self.out.write_all(shown.as_bytes())
    }
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.extend_from_slice(buffer);
        let mut rest = bytes.as_slice();
        loop {
            let (valid, error_len) = match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.write_text(text)?;
                    return Ok(buffer.len());
                }
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            let (text, after) = rest.split_at(valid);
            self.write_text(&String::from_utf8_lossy(text))?;
            let Some(wrong) = error_len else {
                self.pending = after.to_vec();
                return Ok(buffer.len());
            };
            self.write_text("\u{FFFD}")?;
            rest = after.get(wrong..).unwrap_or_default();
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_invisible_characters_are_escaped() {
        for (text, shown) in [
            ("\u{1b}[2J", "\\u001b[2J"),
            ("\u{9b}2J", "\\u009b2J"),
            ("\u{90}q\u{9c}", "\\u0090q\\u009c"),
            ("a\r\u{8}\u{7f}b", "a\\u000d\\u0008\\u007fb"),
            ("x\u{202e}gnp", "x\\u202egnp"),
            ("\u{2066}\u{61c}\u{200f}", "\\u2066\\u061c\\u200f"),
            (
                "film\u{200b}:1\u{ad}\u{feff}",
                "film\\u200b:1\\u00ad\\ufeff",
            ),
            ("\u{e0041}", "\\udb40\\udc41"),
            ("a\u{200d}b\u{fe0f}", "a\\u200db\\ufe0f"),
            ("a\u{2028}b", "a\\u2028b"),
        ] {
            assert_eq!(one_line(text), shown);
            assert_eq!(lines(text), shown);
        }
        assert_eq!(one_line("a\nvstore: \tb"), "a\\nvstore: \\tb");
        assert_eq!(lines("a\n\tb"), "a\n\tb");
    }

    #[test]
    fn ordinary_text_in_any_script_is_not_escaped() {
        for text in [
            "Amélie 🎬 日本語 हिन्दी שלום العربية",
            "می\u{200c}خواهم",
            "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            "e\u{301}",
        ] {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn escaping_keeps_the_meaning_of_json() {
        let value = serde_json::json!({"a\u{9b}": "\u{202e}\u{e0041}\u{200b}x", "é": "\u{1b}"});
        let text = value.to_string();
        let shown = lines(&text);
        assert!(shown.is_ascii() || shown.contains('é'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }

    #[test]
    fn a_character_may_be_written_in_parts() {
        let text = "é\u{9b}\u{202e}🎬\u{e0041}\n\tz";
        for size in 1..6 {
            let mut writer = Escaping::new(Vec::new());
            for part in text.as_bytes().chunks(size) {
                writer.write_all(part).unwrap();
            }
            assert_eq!(String::from_utf8(writer.out).unwrap(), lines(text));
        }
        let mut writer = Escaping::new(Vec::new());
        writer.write_all(b"a\xFF\x9Bb").unwrap();
        assert_eq!(String::from_utf8(writer.out).unwrap(), "a\u{FFFD}\u{FFFD}b");
    }
}
