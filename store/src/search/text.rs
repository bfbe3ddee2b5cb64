//! Texts prepared for comparison: folded and tokenized. Buffers are reused, so that walking over a
//! million records does not allocate.

use std::fmt::Write as _;
use std::ops::Range;

use super::fold::{fold, fold_into};
use super::tokenize::{Token, camel_parts, tokenize};
use crate::value::ValueRef;

/// The end of a float without a fraction.
const WHOLE: &str = ".0";

/// Buffers that grew larger than this for one huge text are freed.
const BUFFER_BYTES_MAX: usize = 1 << 20;

/// A text ready to be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct PreparedText<'a> {
    pub(super) original: &'a str,
    pub(super) folded: &'a str,
    pub(super) tokens: &'a [Token],
    /// Parts of camel case words; only names of records have them.
    pub(super) parts: &'a [NamePart],
    /// Whether the original is ASCII, so that every byte of it is one of the folded text.
    pub(super) is_ascii: bool,
}

impl PreparedText<'_> {
    pub(super) fn token(&self, index: usize) -> Option<(&str, Token)> {
        let token = *self.tokens.get(index)?;
        Some((self.folded.get(token.range())?, token))
    }
}

/// One part of a camel case word.
#[derive(Clone, Debug)]
pub(super) struct NamePart {
    pub(super) folded: String,
    /// The byte range of the part in the unfolded name.
    pub(super) original: Range<usize>,
}

/// Buffers for one text at a time.
#[derive(Debug, Default)]
pub(super) struct TextBuffer {
    folded: String,
    tokens: Vec<Token>,
    parts: Vec<NamePart>,
    is_ascii: bool,
}

impl TextBuffer {
    /// Prepares the text of a value.
    pub(super) fn prepare<'a>(&'a mut self, original: &'a str) -> PreparedText<'a> {
        if self.folded.capacity() > BUFFER_BYTES_MAX && original.len() < BUFFER_BYTES_MAX {
            *self = Self::default();
        }
        self.is_ascii = fold_into(original, &mut self.folded);
        tokenize(&self.folded, &mut self.tokens);
        self.parts.clear();
        self.prepared(original)
    }

    /// Prepares the text of a value that [`leaf_text`] formatted.
    pub(super) fn prepare_leaf<'a>(
        &'a mut self,
        leaf: ValueRef<'_>,
        formatted: &'a str,
    ) -> PreparedText<'a> {
        self.prepare(formatted);
        // The fraction of `7.0` is no word: 0 would be found in every whole number.
        if matches!(leaf, ValueRef::Float(_)) && formatted.ends_with(WHOLE) {
            self.tokens.pop();
        }
        self.prepared(formatted)
    }

    /// Prepares the key of a record. In keys, camel case words can be found by their parts.
    pub(super) fn prepare_key<'a>(&'a mut self, key: &'a str) -> PreparedText<'a> {
        self.prepare(key);
        self.parts
            .extend(camel_parts(key).into_iter().map(|part| NamePart {
                folded: fold(key.get(part.clone()).unwrap_or_default()),
                original: part,
            }));
        self.prepared(key)
    }

    /// Folds a text without tokenizing it.
    pub(super) fn fold<'a>(&'a mut self, original: &str) -> &'a str {
        fold_into(original, &mut self.folded);
        &self.folded
    }

    fn prepared<'a>(&'a self, original: &'a str) -> PreparedText<'a> {
        PreparedText {
            original,
            folded: &self.folded,
            tokens: &self.tokens,
            parts: &self.parts,
            is_ascii: self.is_ascii,
        }
    }
}

/// Whether a value is a number or a timestamp, in whose text only words with digits are searched.
pub(crate) const fn is_number_text(value: ValueRef<'_>) -> bool {
    matches!(
        value,
        ValueRef::Int(_) | ValueRef::UInt(_) | ValueRef::Float(_) | ValueRef::Timestamp(_)
    )
}

/// The text by which a value is found and shown: strings as they are; numbers, as JSON has them,
/// booleans and timestamps formatted into `buffer`. `None` for null, bytes and containers.
pub(crate) fn leaf_text<'a>(value: ValueRef<'a>, buffer: &'a mut String) -> Option<&'a str> {
    buffer.clear();
    let written = match value {
        ValueRef::String(text) => return Some(text),
        ValueRef::Bool(true) => return Some("true"),
        ValueRef::Bool(false) => return Some("false"),
        ValueRef::Int(int) => write!(buffer, "{int}"),
        ValueRef::UInt(uint) => write!(buffer, "{uint}"),
        ValueRef::Float(float) if float.is_finite() => return write_float(float, buffer),
        ValueRef::Float(float) => write!(buffer, "{float}"),
        ValueRef::Timestamp(timestamp) => write!(buffer, "{timestamp}"),
        ValueRef::Null | ValueRef::Bytes(_) | ValueRef::List(_) | ValueRef::Map(_) => return None,
    };
    written.ok().map(|()| buffer.as_str())
}

fn write_float(float: f64, buffer: &mut String) -> Option<&str> {
    // The longest is `-1.7976931348623157e308`.
    let mut bytes = [0; 32];
    let mut rest = bytes.as_mut_slice();
    serde_json::to_writer(&mut rest, &float).ok()?;
    let len = 32 - rest.len();
    buffer.push_str(std::str::from_utf8(bytes.get(..len)?).ok()?);
    Some(buffer)
}
