//! The words at one path of one record: what [`TextIndex`](super::TextIndex) would say of it.

use super::condition::{Place, visit_place};
use super::matcher::visit_leaves;
use super::text::{TextBuffer, is_number_text, leaf_text};
use super::tokenize::{TERM_BYTES_MAX, TokenKind};
use crate::value::ValueRef;

/// Reads the words of records. Holds buffers, which makes it cheap to repeat.
#[derive(Debug, Default)]
pub(crate) struct RecordWords {
    text: TextBuffer,
    printed: String,
    words: Vec<Box<str>>,
}

impl RecordWords {
    /// Visits each word of the texts at a path once. Words of scripts without spaces and words
    /// longer than a term of an index are left out; numbers are no texts.
    pub(crate) fn visit(
        &mut self,
        value: ValueRef<'_>,
        names: &Place,
        visit: &mut dyn FnMut(&str),
    ) {
        let (text, printed, words) = (&mut self.text, &mut self.printed, &mut self.words);
        words.clear();
        visit_place(value, names, &mut |found| {
            visit_leaves(found, &mut |leaf| {
                if is_number_text(leaf) {
                    return;
                }
                let Some(leaf) = leaf_text(leaf, printed) else {
                    return;
                };
                let text = text.prepare(leaf);
                for token in text.tokens {
                    let range = token.range();
                    if token.kind == TokenKind::Word && range.len() <= TERM_BYTES_MAX {
                        words.extend(text.folded.get(range).map(Box::from));
                    }
                }
            });
        });
        words.sort_unstable();
        words.dedup();
        for word in words {
            visit(word);
        }
    }
}
