//! Building the index of a part: every word of every text of every row, sorted at the end.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::TextIndex;
use super::fuzzy::{WordsBuilder, is_for_typos};
use super::places::{PathId, Paths, Place, TextPlace};
use super::postings::PostingsBuilder;
use super::terms::{FIRST_PIECE, LATER_PIECE, PAIR, TermsBuilder};
use crate::path::ROOT_PATH;
use crate::record::RecordRef;
use crate::search::text::{PreparedText, TextBuffer, is_number_text, leaf_text};
use crate::search::tokenize::{TERM_BYTES_MAX, TokenKind, for_each_pair, for_each_piece};
use crate::value::ValueRef;

const NONE: u32 = u32::MAX;

/// Takes the records of a part in the order of their rows.
#[derive(Debug)]
pub(crate) struct TextIndexBuilder {
    paths: Paths,
    collector: Collector,
    text: TextBuffer,
    printed: String,
}

impl TextIndexBuilder {
    pub(crate) fn new() -> Self {
        Self {
            paths: Paths::new(),
            collector: Collector::default(),
            text: TextBuffer::default(),
            printed: String::new(),
        }
    }

    /// Adds the next row; `None` for one that cannot be read and is never found.
    pub(crate) fn add(&mut self, record: Option<RecordRef<'_>>) {
        if let Some(record) = record {
            self.add_key(record.key);
            let root = match record.value {
                ValueRef::Map(_) => PathId::ROOT,
                _ => self.paths.child(PathId::ROOT, ROOT_PATH),
            };
            self.add_value(record.value, root);
        }
        self.collector.end_row();
    }

    fn add_key(&mut self, key: &str) {
        let text = self.text.prepare_key(key);
        self.collector.add_text(&text, PathId::KEY, false);
        for part in text.parts {
            let place = Place::new(PathId::KEY_PARTS, false, TextPlace::Elsewhere);
            self.collector.add_word(&part.folded, place);
        }
    }

    fn add_value(&mut self, value: ValueRef<'_>, path: PathId) {
        match value {
            ValueRef::Map(map) => {
                for (name, inner) in map {
                    let path = self.paths.child(path, name);
                    self.add_value(inner, path);
                }
            }
            ValueRef::List(list) => {
                for element in list {
                    self.add_value(element, path);
                }
            }
            leaf => {
                if let Some(text) = leaf_text(leaf, &mut self.printed) {
                    let is_number = is_number_text(leaf);
                    let text = self.text.prepare(text);
                    self.collector.add_text(&text, path, is_number);
                }
            }
        }
    }

    /// The index. `None` if it would exceed its own numbers: gigabytes of words in one part.
    pub(crate) fn finish(self) -> Option<TextIndex> {
        self.collector.finish(self.paths)
    }
}

/// Terms in the order in which they are first seen, and for each row the slots it touches.
#[derive(Debug, Default)]
struct Collector {
    hasher: DefaultHashBuilder,
    table: HashTable<Known>,
    arena: Vec<u8>,
    terms: Vec<NewTerm>,
    slots: Vec<NewSlot>,
    /// The slots of all rows, one row after the other.
    touched: Vec<u32>,
    row_ends: Vec<u32>,
    marked: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    hash: u64,
    term: u32,
}

#[derive(Clone, Copy, Debug)]
struct NewTerm {
    start: u32,
    len: u8,
    first_slot: u32,
}

/// A term at a place.
#[derive(Clone, Copy, Debug)]
struct NewSlot {
    place: Place,
    last_row: u32,
    count: u32,
    next: u32,
}

impl Collector {
    fn end_row(&mut self) {
        self.row_ends.push(self.touched.len() as u32);
    }

    fn add_text(&mut self, text: &PreparedText<'_>, path: PathId, is_number: bool) {
        for index in 0..text.tokens.len() {
            let Some((word, token)) = text.token(index) else {
                return;
            };
            let text_place = match (index, text.tokens.len()) {
                (0, 1) => TextPlace::Whole,
                (0, _) => TextPlace::Start,
                _ => TextPlace::Elsewhere,
            };
            let place = Place::new(path, is_number, text_place);
            match token.kind {
                TokenKind::Word => self.add_word(word, place),
                TokenKind::Spaceless => {
                    for_each_pair(word, &mut |pair| self.add_marked(PAIR, pair, place));
                }
            }
        }
    }

    fn add_word(&mut self, word: &str, place: Place) {
        if word.len() <= TERM_BYTES_MAX {
            self.add_term(word.as_bytes(), place);
            return;
        }
        let mut mark = FIRST_PIECE;
        for_each_piece(word, &mut |piece| {
            self.add_marked(mark, piece, place);
            mark = LATER_PIECE;
        });
    }

    fn add_marked(&mut self, mark: u8, text: &str, place: Place) {
        let mut marked = std::mem::take(&mut self.marked);
        marked.clear();
        marked.push(mark);
        marked.extend_from_slice(text.as_bytes());
        self.add_term(&marked, place);
        self.marked = marked;
    }

    fn add_term(&mut self, term: &[u8], place: Place) {
        let row = self.row_ends.len() as u32;
        let id = self.term(term);
        let first = self.terms[id as usize].first_slot;
        let mut slot = first;
        while let Some(known) = self.slots.get_mut(slot as usize) {
            if known.place == place {
                if known.last_row != row {
                    known.last_row = row;
                    known.count += 1;
                    self.touched.push(slot);
                }
                return;
            }
            slot = known.next;
        }
        let new = self.slots.len() as u32;
        self.slots.push(NewSlot {
            place,
            last_row: row,
            count: 1,
            next: first,
        });
        self.terms[id as usize].first_slot = new;
        self.touched.push(new);
    }

    fn term(&mut self, term: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(term);
        let (arena, terms) = (&self.arena, &self.terms);
        let same = |known: &Known| {
            known.hash == hash && bytes_of(arena, &terms[known.term as usize]) == term
        };
        if let Some(known) = self.table.find(hash, same) {
            return known.term;
        }
        let id = terms.len() as u32;
        let known = Known { hash, term: id };
        self.table.insert_unique(hash, known, |known| known.hash);
        self.terms.push(NewTerm {
            start: self.arena.len() as u32,
            len: term.len() as u8,
            first_slot: NONE,
        });
        self.arena.extend_from_slice(term);
        id
    }

    fn finish(self, paths: Paths) -> Option<TextIndex> {
        if u32::try_from(self.arena.len()).is_err() || u32::try_from(self.touched.len()).is_err() {
            return None;
        }
        let order = self.sorted_terms();
        let mut slot_starts = Vec::with_capacity(order.len() + 1);
        let mut slot_order = Vec::with_capacity(self.slots.len());
        let mut chain = Vec::new();
        for &term in &order {
            slot_starts.push(slot_order.len() as u32);
            let mut slot = self.terms[term as usize].first_slot;
            chain.clear();
            while let Some(new) = self.slots.get(slot as usize) {
                chain.push(slot);
                slot = new.next;
            }
            chain.sort_unstable_by_key(|slot| self.slots[*slot as usize].place);
            slot_order.extend_from_slice(&chain);
        }
        slot_starts.push(slot_order.len() as u32);
        let rows = self.rows_by_slot(&slot_order);
        let mut postings = PostingsBuilder::new(self.row_ends.len() as u32);
        let mut refs = Vec::with_capacity(slot_order.len());
        let mut start = 0;
        for &slot in &slot_order {
            let end = start + self.slots[slot as usize].count as usize;
            refs.push(postings.push(rows.get(start..end)?)?);
            start = end;
        }
        let mut terms = TermsBuilder::with_capacity(order.len(), self.arena.len());
        let mut words = WordsBuilder::default();
        for (rank, &term) in order.iter().enumerate() {
            let bytes = bytes_of(&self.arena, &self.terms[term as usize]);
            terms.push(bytes)?;
            if is_for_typos(bytes) {
                words.push(bytes, rank as u32);
            }
        }
        let places = slot_order
            .iter()
            .map(|slot| self.slots[*slot as usize].place);
        Some(TextIndex {
            terms: terms.finish(),
            words: words.finish(),
            slot_starts: slot_starts.into(),
            slot_places: places.collect(),
            slot_postings: refs.into(),
            postings: postings.finish(),
            paths,
        })
    }

    /// The terms in the order of their bytes. Their first eight bytes as a number decide most
    /// comparisons without a look into the arena.
    fn sorted_terms(&self) -> Vec<u32> {
        let mut keyed: Vec<(u64, u32)> = self
            .terms
            .iter()
            .zip(0..)
            .map(|(term, id)| (first_bytes(bytes_of(&self.arena, term)), id))
            .collect();
        keyed.sort_unstable_by(|(left_key, left), (right_key, right)| {
            left_key.cmp(right_key).then_with(|| {
                let bytes = |id: &u32| bytes_of(&self.arena, &self.terms[*id as usize]);
                bytes(left).cmp(bytes(right))
            })
        });
        keyed.into_iter().map(|(_, id)| id).collect()
    }

    /// The rows of all slots, one slot after the other, each ascending.
    fn rows_by_slot(&self, slot_order: &[u32]) -> Vec<u32> {
        let mut next = vec![0_u32; self.slots.len()];
        let mut start = 0;
        for &slot in slot_order {
            next[slot as usize] = start;
            start += self.slots[slot as usize].count;
        }
        let mut rows = vec![0_u32; self.touched.len()];
        let mut from = 0;
        for (&end, row) in self.row_ends.iter().zip(0_u32..) {
            for &slot in self.touched.get(from..end as usize).unwrap_or_default() {
                let at = &mut next[slot as usize];
                rows[*at as usize] = row;
                *at += 1;
            }
            from = end as usize;
        }
        rows
    }
}

fn bytes_of<'a>(arena: &'a [u8], term: &NewTerm) -> &'a [u8] {
    let start = term.start as usize;
    arena
        .get(start..start + usize::from(term.len))
        .unwrap_or_default()
}

fn first_bytes(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_be_bytes(first)
}
