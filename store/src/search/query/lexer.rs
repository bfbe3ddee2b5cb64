//! Lexing: where a word, a quoted text, a path or an operator ends. Pure functions on the rest of
//! the text; all lengths are in bytes.

use super::ast::{TextAtom, TextForm};

/// A path in a query as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern {
    /// Whether it starts with `**.`.
    pub(super) anywhere: bool,
    /// Its names; `None` is a `*`. List steps are left out.
    pub(super) names: Vec<Option<String>>,
    /// Whether it has a position in a list.
    pub(super) has_index: bool,
}

impl PathPattern {
    pub(super) fn is_wild(&self) -> bool {
        self.anywhere || self.names.iter().any(Option::is_none)
    }
}

/// The largest number of names in one path.
const PATH_NAMES_MAX: usize = 128;

/// An operator between a path and a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Colon,
    Compare(super::ast::CompareOp),
    Similar,
    StartsWith,
    Contains,
}

/// Whether a character ends a word.
pub(super) fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"')
}

/// The word at the start of a text; empty if there is none.
pub(super) fn word(text: &str) -> &str {
    let end = text.find(ends_word).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The quoted text at the start of a text: its content, its length with quotes, and whether it is
/// closed. `\"` and `\\` are escapes of a quote and a backslash.
pub(super) fn quoted(text: &str) -> Option<(String, usize, bool)> {
    let rest = text.strip_prefix('"')?;
    let mut content = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next() {
            None => return Some((content, text.len(), false)),
            Some('"') => return Some((content, text.len() - characters.as_str().len(), true)),
            Some('\\') if characters.as_str().starts_with(['"', '\\']) => {
                content.extend(characters.next());
            }
            Some(character) => content.push(character),
        }
    }
}

/// The regular expression at the start of a text, between slashes: its pattern and its length with
/// the slashes. The second slash must end a word; otherwise `/usr/local` would be one. The pattern
/// must not have a quote, which may begin a phrase after a single slash; it can be written as
/// `\x22`.
pub(super) fn regex(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('/')?;
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        match character {
            '/' if !escaped => {
                let behind = rest.get(at + 1..).unwrap_or_default();
                let ends = behind.is_empty() || behind.starts_with(ends_word);
                let pattern = rest
                    .get(..at)
                    .filter(|pattern| !pattern.is_empty() && ends)?;
                return Some((pattern, at + 2));
            }
            '"' => return None,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// The path at the start of a text, and its length.
pub(super) fn scan_path(text: &str) -> Option<(PathPattern, usize)> {
    let mut pattern = PathPattern {
        anywhere: false,
        names: Vec::new(),
        has_index: false,
    };
    let mut rest = text;
    if let Some(behind) = rest.strip_prefix("**.") {
        pattern.anywhere = true;
        rest = behind;
    }
    loop {
        let (name, behind) = scan_name(rest)?;
        pattern.names.push(name);
        rest = behind;
        while let Some((behind, is_index)) = scan_elements(rest) {
            pattern.has_index |= is_index;
            rest = behind;
        }
        match rest.strip_prefix('.') {
            Some(behind) if pattern.names.len() < PATH_NAMES_MAX => rest = behind,
            _ => return Some((pattern, text.len() - rest.len())),
        }
    }
}

fn scan_name(text: &str) -> Option<(Option<String>, &str)> {
    if text.starts_with('"') {
        let (name, len, closed) = quoted(text)?;
        return closed.then(|| (Some(name), text.get(len..).unwrap_or_default()));
    }
    if let Some(behind) = text.strip_prefix('*') {
        return Some((None, behind));
    }
    let end = text
        .char_indices()
        .find(|&(at, character)| !is_name_character(character) && (at > 0 || character != '$'))
        .map_or(text.len(), |(at, _)| at);
    let name = text.get(..end).filter(|name| !name.is_empty())?;
    Some((Some(name.to_owned()), text.get(end..)?))
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '/' | '@')
        || (!character.is_ascii() && !character.is_whitespace() && !character.is_control())
}

/// `[]`, `[*]` or `[3]`, and whether it is the last form.
fn scan_elements(text: &str) -> Option<(&str, bool)> {
    let (inside, behind) = text.strip_prefix('[')?.split_once(']')?;
    match inside {
        "" | "*" => Some((behind, false)),
        _ if inside.len() <= 10 && inside.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((behind, true))
        }
        _ => None,
    }
}

/// The operator at the start of a text, and its length.
pub(super) fn operator(text: &str) -> Option<(Operator, usize)> {
    use super::ast::CompareOp::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    let signs = [
        ("!=", Operator::Compare(NotEqual)),
        ("<=", Operator::Compare(AtMost)),
        (">=", Operator::Compare(AtLeast)),
        ("^=", Operator::StartsWith),
        ("*=", Operator::Contains),
        (":", Operator::Colon),
        ("=", Operator::Compare(Equal)),
        ("<", Operator::Compare(Less)),
        (">", Operator::Compare(Greater)),
        ("~", Operator::Similar),
    ];
    signs
        .into_iter()
        .find(|(sign, _)| text.starts_with(sign))
        .map(|(sign, operator)| (operator, sign.len()))
}

/// Separates a word from its operators.
pub(super) fn atom(word: &str) -> TextAtom {
    let with_form = with_form(word).filter(|(text, _)| !text.is_empty());
    let (text, form) = with_form.unwrap_or((word, TextForm::Word));
    TextAtom {
        text: text.to_owned(),
        form,
    }
}

fn with_form(word: &str) -> Option<(&str, TextForm)> {
    if let Some(text) = word.strip_prefix('\'') {
        return Some((text, TextForm::Exact));
    }
    if let Some(text) = word.strip_prefix('*') {
        if let Some(text) = text.strip_suffix('*') {
            return Some((text, TextForm::Inside));
        }
        // The second star may not have been typed yet.
        if text.chars().all(char::is_alphanumeric) {
            return Some((text, TextForm::Inside));
        }
    }
    if let Some(text) = word.strip_suffix('*') {
        return Some((text, TextForm::Prefix));
    }
    if let Some(text) = word.strip_suffix('~') {
        return Some((text, TextForm::Typos(None)));
    }
    let (text, edits) = word.rsplit_once('~')?;
    match edits {
        "0" => Some((text, TextForm::Typos(Some(0)))),
        "1" => Some((text, TextForm::Typos(Some(1)))),
        "2" => Some((text, TextForm::Typos(Some(2)))),
        _ => None,
    }
}
