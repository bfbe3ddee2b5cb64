//! The words at one path of one record, as [`TextIndex`](super::TextIndex) would index them.

use super::condition::{PathNames, visit_at_names};
use super::matcher::visit_leaves;
use super::text::{TextBuffer, is_number_text, leaf_text};
use super::tokenize::{TERM_BYTES_MAX, TokenKind};
use crate::value::ValueRef;

/// Reads the words of records. Reuses its buffers from one record to the next.
#[derive(Debug, Default)]
pub(crate) struct RecordWords {
    text: TextBuffer,
    printed: String,
    words: Vec<Box<str>>,
}

impl RecordWords {
    /// Visits each distinct word of the texts at a path. Leaves out numbers, words of scripts
    /// without spaces, and words longer than a term of an index.
    pub(crate) fn visit(
        &mut self,
        value: ValueRef<'_>,
        names: &PathNames,
        visit: &mut dyn FnMut(&str),
    ) {
        let (text, printed, words) = (&mut self.text, &mut self.printed, &mut self.words);
        words.clear();
        visit_at_names(value, names, &mut |found| {
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
