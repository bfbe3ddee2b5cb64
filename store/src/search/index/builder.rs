//! Building the text index of a part from all words of all rows.

use super::TextIndex;
use super::collector::Collector;
use super::places::{PathId, PathTable, PlaceInText, TextPlace};
use super::terms::{FIRST_PIECE, LATER_PIECE, PAIR};
use crate::path::VisitedPath;
use crate::search::text::{PreparedText, TextBuffer, is_number_text, leaf_text};
use crate::search::tokenize::{TERM_BYTES_MAX, TokenKind, for_each_pair, for_each_piece};
use crate::value::ValueRef;

/// Builds one part after another, each from its records in the order of their rows. The working
/// memory is reused from part to part.
#[derive(Debug, Default)]
pub(crate) struct TextIndexBuilder {
    paths: PathTable,
    words: RowWords,
    text: TextBuffer,
    printed: String,
    /// Whether folding changed any key.
    has_unfolded_key: bool,
}

/// Passes the words of texts to the collector.
#[derive(Debug, Default)]
struct RowWords {
    collector: Collector,
    marked: Vec<u8>,
}

impl TextIndexBuilder {
    /// Adds the key of the row.
    pub(crate) fn add_key(&mut self, key: &str) {
        let text = self.text.prepare_key(key);
        self.has_unfolded_key |= text.folded != key;
        self.words.add_text(&text, PathId::KEY, false);
        for part in text.parts {
            let place = TextPlace::new(PathId::KEY_PARTS, false, PlaceInText::Elsewhere);
            self.words.add_word(&part.folded, place);
        }
    }

    /// Adds a scalar of the row's value; the path is `None` if the columns left it out.
    pub(crate) fn add_leaf(&mut self, path: Option<VisitedPath<'_>>, leaf: ValueRef<'_>) {
        let path = path.map_or(PathId::OTHER, |path| {
            let number = path
                .number
                .get_or_insert_with(|| self.paths.number(path.text).0);
            PathId(*number)
        });
        if let Some(text) = leaf_text(leaf, &mut self.printed) {
            let text = self.text.prepare_leaf(leaf, text);
            self.words.add_text(&text, path, is_number_text(leaf));
        }
    }

    /// Ends the row. A row whose record cannot be read has no words and is never found.
    pub(crate) fn end_row(&mut self) {
        self.words.collector.end_row();
    }

    /// Builds the index of the part; the builder is then ready for the next. `None` if the index
    /// would exceed its number ranges (gigabytes of words in one part), or once `go_on`, which is
    /// called regularly, returns `false`.
    pub(crate) fn finish(&mut self, go_on: &dyn Fn() -> bool) -> Option<TextIndex> {
        let paths = std::mem::take(&mut self.paths);
        let keys_are_folded = !std::mem::take(&mut self.has_unfolded_key);
        self.words.collector.finish(paths, keys_are_folded, go_on)
    }
}

impl RowWords {
    fn add_text(&mut self, text: &PreparedText<'_>, path: PathId, is_number: bool) {
        for index in 0..text.tokens.len() {
            let Some((word, token)) = text.token(index) else {
                return;
            };
            let place_in_text = match (index, text.tokens.len()) {
                (0, 1) => PlaceInText::Whole,
                (0, _) => PlaceInText::Start,
                _ => PlaceInText::Elsewhere,
            };
            let place = TextPlace::new(path, is_number, place_in_text);
            match token.kind {
                TokenKind::Word => self.add_word(word, place),
                TokenKind::Spaceless => {
                    for_each_pair(word, &mut |pair| self.add_marked(PAIR, pair, place));
                }
            }
        }
    }

    fn add_word(&mut self, word: &str, place: TextPlace) {
        if word.len() <= TERM_BYTES_MAX {
            self.collector.add(word.as_bytes(), place);
            return;
        }
        let mut mark = FIRST_PIECE;
        for_each_piece(word, &mut |piece| {
            self.add_marked(mark, piece, place);
            mark = LATER_PIECE;
        });
    }

    fn add_marked(&mut self, mark: u8, text: &str, place: TextPlace) {
        self.marked.clear();
        self.marked.push(mark);
        self.marked.extend_from_slice(text.as_bytes());
        self.collector.add(&self.marked, place);
    }
}
