//! Splitting a folded text into tokens.
//!
//! A word is a run of letters, with the marks that folding keeps, and digits; everything else
//! separates words, so keys split at `: / . - _ #`. In scripts without spaces, word boundaries are unknown: a run of such a script is
//! one token, and queries match anywhere inside it.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// Terms of an index are at most this many bytes long.
pub(super) const TERM_BYTES_MAX: usize = 64;
/// Terms cut from one long run overlap by this many bytes, so that any shorter needle is inside one
/// of them.
pub(super) const TERM_BYTES_OVERLAP: usize = 32;

/// The kind of script that a token is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A word between separators.
    Word,
    /// A run of a script without spaces between words: Han, Kana, Thai, Lao, Khmer, Myanmar.
    Spaceless,
}

/// One token: bytes `start..end` of a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: TokenKind,
}

impl Token {
    pub(crate) const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    const fn new(range: Range<usize>, kind: TokenKind) -> Self {
        Self {
            start: range.start as u32,
            end: range.end as u32,
            kind,
        }
    }
}

/// Finds the tokens of a folded text, in order, and replaces the content of `tokens` by them.
pub(crate) fn tokenize(folded: &str, tokens: &mut Vec<Token>) {
    tokens.clear();
    let bytes = folded.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (kind, len) = if byte.is_ascii() {
            (is_word_byte(byte).then_some(TokenKind::Word), 1)
        } else {
            kind_at(folded, at)
        };
        let start = at;
        at += len;
        if let Some(kind) = kind {
            at = end_of_run(folded, at, kind);
            tokens.push(Token::new(start..at, kind));
        }
    }
}

fn end_of_run(folded: &str, from: usize, kind: TokenKind) -> usize {
    let bytes = folded.as_bytes();
    let mut at = from;
    loop {
        // The fast path: most text is ASCII words.
        if kind == TokenKind::Word {
            while bytes.get(at).is_some_and(|&byte| is_word_byte(byte)) {
                at += 1;
            }
        }
        match bytes.get(at) {
            Some(byte) if !byte.is_ascii() => {
                let (next, len) = kind_at(folded, at);
                if next != Some(kind) {
                    return at;
                }
                at += len;
            }
            _ => return at,
        }
    }
}

#[inline]
fn is_word_byte(byte: u8) -> bool {
    const IS_WORD: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            table[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        table
    };
    IS_WORD[usize::from(byte)]
}

/// The kind of token that the character at a byte offset belongs to, if any, and its length in
/// bytes.
fn kind_at(folded: &str, at: usize) -> (Option<TokenKind>, usize) {
    let Some(character) = folded.get(at..).and_then(|rest| rest.chars().next()) else {
        return (None, 1);
    };
    let kind = if !character.is_alphanumeric() && !is_combining_mark(character) {
        None
    } else if is_spaceless(character) {
        Some(TokenKind::Spaceless)
    } else {
        Some(TokenKind::Word)
    };
    (kind, character.len_utf8())
}

/// The blocks of the scripts without spaces (Unicode, Blocks.txt). Hangul has spaces.
const fn is_spaceless(character: char) -> bool {
    matches!(
        character,
        '\u{0E00}'..='\u{0EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{3040}'..='\u{30FF}'
            | '\u{31F0}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

/// The parts of the camel case words in a name, as byte ranges of the unfolded name: `dueDate` has
/// `due` and `Date`, `HTTPServer` has `HTTP` and `Server`. Words with a single part are left out.
pub(crate) fn camel_parts(name: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    // The fast path: most names have no capital after another letter, like `customer:de` and
    // `Star Wars`.
    let mut before = ' ';
    let may_have_parts = name.chars().any(|character| {
        let is_inner_capital = before.is_alphanumeric() && character.is_uppercase();
        before = character;
        is_inner_capital
    });
    if !may_have_parts {
        return parts;
    }
    let mut word_start = None;
    for (at, character) in name.char_indices().chain([(name.len(), ' ')]) {
        match (word_start, character.is_alphanumeric()) {
            (None, true) => word_start = Some(at),
            (Some(start), false) => {
                split_camel_word(name, start..at, &mut parts);
                word_start = None;
            }
            _ => {}
        }
    }
    parts
}

fn split_camel_word(name: &str, word: Range<usize>, parts: &mut Vec<Range<usize>>) {
    let characters: Vec<(usize, char)> = name
        .get(word.clone())
        .unwrap_or_default()
        .char_indices()
        .map(|(at, character)| (word.start + at, character))
        .collect();
    let mut start = word.start;
    let first_part = parts.len();
    for (index, pair) in characters.array_windows().enumerate() {
        let [(_, before), (at, character)] = *pair;
        let next_is_lower = characters
            .get(index + 2)
            .is_some_and(|(_, next)| next.is_lowercase());
        let starts_part = character.is_uppercase() && (!before.is_uppercase() || next_is_lower);
        if starts_part {
            parts.push(start..at);
            start = at;
        }
    }
    if parts.len() > first_part {
        parts.push(start..word.end);
    }
}

/// Visits what an index stores of a spaceless run: each pair of adjacent characters, and the last
/// character alone.
pub(super) fn for_each_pair(run: &str, emit: &mut dyn FnMut(&str)) {
    let mut rest = run.chars();
    while !rest.as_str().is_empty() {
        let text = rest.as_str();
        rest.next();
        let second = rest.clone().next().map_or(0, char::len_utf8);
        let pair = text.len() - rest.as_str().len() + second;
        emit(text.get(..pair).unwrap_or(text));
    }
}

/// Visits what an index stores of a word of more than [`TERM_BYTES_MAX`] bytes: overlapping pieces.
pub(super) fn for_each_piece(word: &str, emit: &mut dyn FnMut(&str)) {
    let mut start = 0;
    loop {
        let end = word.floor_char_boundary(start + TERM_BYTES_MAX);
        emit(word.get(start..end).unwrap_or_default());
        if end == word.len() {
            return;
        }
        start = word.floor_char_boundary(end - TERM_BYTES_OVERLAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(folded: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        tokenize(folded, &mut tokens);
        tokens
            .iter()
            .map(|token| folded.get(token.range()).unwrap())
            .collect()
    }

    fn pieces(word: &str) -> Vec<String> {
        let mut pieces = Vec::new();
        for_each_piece(word, &mut |piece| pieces.push(piece.to_owned()));
        pieces
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(
            words("customer:de/ab12.x-y_z#1"),
            ["customer", "de", "ab12", "x", "y", "z", "1"]
        );
        assert_eq!(words("  it's 3.5 € "), ["it", "s", "3", "5"]);
        assert_eq!(words("ünï çode"), ["ünï", "çode"]);
        assert_eq!(words("हिन्दी भाषा।"), ["हिन्दी", "भाषा"]);
        assert!(words("— … !").is_empty());
    }

    #[test]
    fn a_spaceless_run_is_one_token_separate_from_adjacent_words() {
        assert_eq!(words("abc日本語def カナ"), ["abc", "日本語", "def", "カナ"]);
        assert_eq!(words("한국어"), ["한국어"]);
        assert_eq!(words("ปู่ ป้า"), ["ปู่", "ป้า"]);
    }

    #[test]
    fn camel_case_words_are_split_into_parts() {
        let parts = |name: &str| -> Vec<String> {
            camel_parts(name)
                .into_iter()
                .map(|part| name.get(part).unwrap().to_owned())
                .collect()
        };
        assert_eq!(parts("dueDate"), ["due", "Date"]);
        assert_eq!(
            parts("HTTPServer:x-userId"),
            ["HTTP", "Server", "user", "Id"]
        );
        assert_eq!(parts("größeÄndern"), ["größe", "Ändern"]);
        assert!(parts("Star WARS plain ab12").is_empty());
    }

    #[test]
    fn long_words_become_overlapping_pieces() {
        let run = "0123456789abcdef".repeat(10);
        let chunks = pieces(&run);
        assert!(chunks.iter().all(|chunk| chunk.len() <= TERM_BYTES_MAX));
        for start in 0..=run.len() - TERM_BYTES_OVERLAP {
            let needle = run.get(start..start + TERM_BYTES_OVERLAP).unwrap();
            assert!(chunks.iter().any(|chunk| chunk.contains(needle)), "{start}");
        }
        let wide = "é".repeat(100);
        assert_eq!(pieces(&wide).first().map(String::len), Some(64));
    }

    #[test]
    fn spaceless_runs_become_pairs_and_a_last_character() {
        let mut pairs = Vec::new();
        for_each_pair("日本語", &mut |pair| pairs.push(pair.to_owned()));
        assert_eq!(pairs, ["日本", "本語", "語"]);
    }
}
