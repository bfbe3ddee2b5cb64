//! Syntax colours for JSON being typed: a lexer that never fails and reads each byte once.

use std::ops::Range;

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A string before a colon.
    Key,
    /// Any other string, terminated or not.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// Braces, commas, whitespace, and anything that is not JSON.
    Other,
}

/// Splits `text` into tokens that follow each other without a gap.
pub(super) fn pieces(text: &str) -> Vec<(Range<usize>, Piece)> {
    let bytes = text.as_bytes();
    let mut pieces: Vec<(Range<usize>, Piece)> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (end, piece) = match byte {
            b'"' => {
                let end = string_end(bytes, at);
                (
                    end,
                    if is_key(bytes, end) {
                        Piece::Key
                    } else {
                        Piece::String
                    },
                )
            }
            b'-' | b'0'..=b'9' => (run(bytes, at, is_number), Piece::Number),
            b'a'..=b'z' | b'A'..=b'Z' => {
                let end = run(bytes, at, |byte| byte.is_ascii_alphanumeric());
                (end, word(bytes.get(at..end).unwrap_or_default()))
            }
            _ => (run(bytes, at, is_other), Piece::Other),
        };
        // `run` stops at a byte that begins another token; at least one byte is always consumed.
        let end = end.max(at + 1);
        match pieces.last_mut() {
            Some((last, kind)) if *kind == piece && last.end == at && piece == Piece::Other => {
                last.end = end;
            }
            _ => pieces.push((at..end, piece)),
        }
        at = end;
    }
    pieces
}

fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| belongs(**byte)).count()
}

fn is_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

fn is_other(byte: u8) -> bool {
    byte != b'"' && byte != b'-' && !byte.is_ascii_alphanumeric()
}

fn word(word: &[u8]) -> Piece {
    match word {
        b"true" | b"false" => Piece::Bool,
        b"null" => Piece::Null,
        _ => Piece::Other,
    }
}

/// The end of the string that begins at `start`: after its closing quote, or at the end of the line
/// if it is not terminated (so that one missing quote does not recolour the whole text).
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn is_key(bytes: &[u8], end: usize) -> bool {
    let after = run(bytes, end, |byte| byte.is_ascii_whitespace());
    bytes.get(after) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    fn colored(text: &str) -> Vec<(&str, Piece)> {
        let kept = pieces(text)
            .into_iter()
            .filter(|(_, piece)| *piece != Piece::Other);
        kept.map(|(range, piece)| (text.get(range).unwrap(), piece))
            .collect()
    }

    #[test]
    fn keys_strings_literals_and_numbers_are_distinguished() {
        assert_eq!(
            colored(r#"{"age" : -1.5e3, "ok":[true,null,"a\"b"]}"#),
            [
                (r#""age""#, Piece::Key),
                ("-1.5e3", Piece::Number),
                (r#""ok""#, Piece::Key),
                ("true", Piece::Bool),
                ("null", Piece::Null),
                (r#""a\"b""#, Piece::String),
            ]
        );
    }

    #[test]
    fn an_unterminated_string_ends_at_the_end_of_its_line() {
        assert_eq!(
            colored("\"open\n12"),
            [("\"open", Piece::String), ("12", Piece::Number)]
        );
    }

    #[test]
    fn tokens_cover_any_text_without_gaps_or_split_characters() {
        for text in [
            "",
            "\"",
            "\"\\",
            "nul ä漢 {]--",
            "\u{feff}x\"ü\\\"",
            "\"\\é\"",
        ] {
            let mut end = 0;
            for (range, _) in pieces(text) {
                assert_eq!(range.start, end, "{text:?}");
                assert!(text.get(range.clone()).is_some(), "{text:?} {range:?}");
                end = range.end;
            }
            assert_eq!(end, text.len(), "{text:?}");
        }
    }
}
