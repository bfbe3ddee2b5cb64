//! Collecting the words of a part, row by row, and sorting them at the end.
//!
//! This is bound by memory latency: a part has half a million distinct pairs of a word and a place,
//! in random order. So an entry is found by the first eight bytes of its word, which is the whole
//! word in most cases; the entries of a whole row are looked up in stages, so that their cache
//! misses overlap; and rows are appended to the lists of their entries instead of being sorted
//! later.

use std::hash::{BuildHasher as _, Hasher as _};

use hashbrown::DefaultHashBuilder;

use super::TextIndex;
use super::byte_lists::{ByteList, ByteLists};
use super::fuzzy::TermAutomaton;
use super::number_table::NumberTable;
use super::places::{PathTable, TextPlace};
use super::postings::{PostingsBuilder, PostingsRef};
use super::term_places::TermPlacesBuilder;
use super::terms::TermsBuilder;
use super::word_cache::WordCache;

/// The number of bytes of a term that its entry holds.
pub(super) const HEAD_BYTES: usize = 8;
/// The number of words of a row that are looked up together: enough for a typical row, and a bound
/// on the memory for huge ones.
const PENDING_MAX: usize = 1024;
/// The number of entries written between two checks for cancellation.
const ENTRIES_PER_CHECK: usize = 1024;
const NONE: u32 = u32::MAX;

/// Collects the rows of each word at each place. Its memory is reused for the next part.
#[derive(Debug, Default)]
pub(super) struct Collector {
    hasher: DefaultHashBuilder,
    table: NumberTable,
    entries: Vec<Entry>,
    /// The bytes of terms after their heads.
    rests: Vec<u8>,
    byte_lists: ByteLists,
    row: u32,
    /// The words of the current row that are not looked up yet, and the bytes after their heads.
    pending: Vec<PendingWord>,
    pending_rests: Vec<u8>,
    order: Vec<SortEntry>,
    terms: TermsBuilder,
    term_places: TermPlacesBuilder,
    postings: PostingsBuilder,
}

/// A word at a place.
#[derive(Clone, Copy, Debug)]
struct Entry {
    head: u64,
    rest_at: u32,
    last_row: u32,
    count: u32,
    /// The rows as differences, once there are two.
    list: ByteList,
    place: TextPlace,
    len: u8,
}

/// A word of the current row.
#[derive(Clone, Copy, Debug)]
struct PendingWord {
    head: u64,
    hash: u32,
    rest_at: u32,
    entry: u32,
    place: TextPlace,
    len: u8,
}

/// A sort key that decides the order of most entries without accessing them.
#[derive(Clone, Copy, Debug)]
struct SortEntry {
    head: u64,
    entry: u32,
    place: TextPlace,
    len: u8,
}

impl Collector {
    /// Adds a term of the row, of 1 to 255 bytes without zeros.
    pub(super) fn add(&mut self, term: &[u8], place: TextPlace) {
        let head = head_of(term);
        let rest = term.get(HEAD_BYTES..).unwrap_or_default();
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u64(head);
        hasher.write(rest);
        hasher.write_u32((place.number() as u32) << 8 | term.len() as u32);
        self.pending.push(PendingWord {
            head,
            hash: hasher.finish() as u32,
            rest_at: self.pending_rests.len() as u32,
            entry: NONE,
            place,
            len: term.len() as u8,
        });
        self.pending_rests.extend_from_slice(rest);
        if self.pending.len() == PENDING_MAX {
            self.look_up();
        }
    }

    /// Ends the row.
    pub(super) fn end_row(&mut self) {
        self.look_up();
        self.row += 1;
    }

    fn look_up(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        // Independent loads overlap: first all from the table, then all entries.
        for word in &mut pending {
            word.entry = self.table.first(word.hash);
        }
        for word in &mut pending {
            let is_it = self.entries.get(word.entry as usize).is_some_and(|entry| {
                (entry.head, entry.place, entry.len) == (word.head, word.place, word.len)
                    && usize::from(word.len) <= HEAD_BYTES
            });
            if !is_it {
                word.entry = NONE;
            }
        }
        for word in &pending {
            let entry = match word.entry {
                NONE => self.find_or_add(word),
                entry => entry,
            };
            self.add_row(entry);
        }
        pending.clear();
        self.pending = pending;
        self.pending_rests.clear();
    }

    fn find_or_add(&mut self, word: &PendingWord) -> u32 {
        let rest = rest_of(&self.pending_rests, word.rest_at, word.len);
        let known = self.table.find(word.hash, |entry| {
            let entry = self.entries.get(entry as usize);
            entry.is_some_and(|entry| {
                (entry.head, entry.place, entry.len) == (word.head, word.place, word.len)
                    && rest_of(&self.rests, entry.rest_at, entry.len) == rest
            })
        });
        if let Some(known) = known {
            return known;
        }
        let new = self.entries.len() as u32;
        self.entries.push(Entry {
            head: word.head,
            rest_at: self.rests.len() as u32,
            last_row: self.row,
            count: 0,
            list: ByteList::default(),
            place: word.place,
            len: word.len,
        });
        self.rests.extend_from_slice(rest);
        self.table.insert(word.hash, new);
        new
    }

    fn add_row(&mut self, entry: u32) {
        let Some(entry) = self.entries.get_mut(entry as usize) else {
            return;
        };
        let (row, before, count) = (self.row, entry.last_row, entry.count);
        if count > 0 && before == row {
            return;
        }
        if count == 1 {
            self.byte_lists.push_varint(&mut entry.list, before, 0);
        }
        if count > 0 {
            let bytes = count.saturating_mul(2);
            self.byte_lists
                .push_varint(&mut entry.list, row - before, bytes);
        }
        entry.last_row = row;
        entry.count = count + 1;
    }

    /// Builds the index of all rows since the last call. `None` if it would exceed its number
    /// ranges (gigabytes of words in one part), or once `go_on`, which is called regularly, returns
    /// `false`.
    pub(super) fn finish(
        &mut self,
        paths: PathTable,
        keys_are_folded: bool,
        go_on: &dyn Fn() -> bool,
    ) -> Option<TextIndex> {
        if go_on() {
            self.sort();
        }
        let written = self.write(go_on);
        let terms = self.terms.finish();
        let index = written.map(|()| TextIndex {
            automaton: TermAutomaton::of(&terms, go_on),
            terms,
            term_places: self.term_places.finish(),
            postings: self.postings.finish(self.row),
            paths,
            keys_are_folded,
            cache: WordCache::new(self.row),
        });
        self.clear();
        index
    }

    /// Removes all rows.
    fn clear(&mut self) {
        self.table.clear();
        self.entries.clear();
        self.rests.clear();
        self.byte_lists.clear();
        self.pending.clear();
        self.pending_rests.clear();
        self.order.clear();
        self.row = 0;
        // Discards what a failed `write` has left; after a successful one these are empty.
        self.term_places.finish();
        self.postings.finish(0);
    }

    /// Sorts entries by term, then by place.
    fn sort(&mut self) {
        self.order.clear();
        let ordered = self
            .entries
            .iter()
            .zip(0..)
            .map(|(entry, index)| SortEntry {
                head: entry.head,
                entry: index,
                place: entry.place,
                len: entry.len,
            });
        self.order.extend(ordered);
        let (entries, rests) = (&self.entries, &self.rests);
        let rest = |ordered: &SortEntry| {
            let entry = entries.get(ordered.entry as usize);
            entry.map_or(&[][..], |entry| rest_of(rests, entry.rest_at, entry.len))
        };
        self.order.sort_unstable_by(|left, right| {
            // Heads are padded with zeros, which no term contains: with equal heads either the
            // terms are equal, or at least one is longer than a head.
            left.head
                .cmp(&right.head)
                .then_with(|| {
                    let longest = usize::from(left.len.max(right.len));
                    if longest <= HEAD_BYTES {
                        std::cmp::Ordering::Equal
                    } else {
                        rest(left).cmp(rest(right))
                    }
                })
                .then_with(|| left.place.cmp(&right.place))
        });
    }

    /// Writes terms, term places and postings in order.
    fn write(&mut self, go_on: &dyn Fn() -> bool) -> Option<()> {
        if self.byte_lists.has_overflowed() || u32::try_from(self.rests.len()).is_err() {
            return None;
        }
        let mut before: Option<&Entry> = None;
        for (number, ordered) in self.order.iter().enumerate() {
            if number % ENTRIES_PER_CHECK == 0 && !go_on() {
                return None;
            }
            let entry = self.entries.get(ordered.entry as usize)?;
            let rest = rest_of(&self.rests, entry.rest_at, entry.len);
            let is_new = before.is_none_or(|before| {
                before.head != entry.head
                    || before.len != entry.len
                    || rest_of(&self.rests, before.rest_at, before.len) != rest
            });
            before = Some(entry);
            if is_new {
                let head = entry.head.to_be_bytes();
                let head = head.get(..usize::from(entry.len)).unwrap_or(&head);
                self.terms.push(head, rest)?;
            }
            let postings = Self::postings(&self.byte_lists, &mut self.postings, entry, self.row)?;
            self.term_places.push(is_new, entry.place, postings);
        }
        Some(())
    }

    fn postings(
        byte_lists: &ByteLists,
        lists: &mut PostingsBuilder,
        entry: &Entry,
        rows: u32,
    ) -> Option<PostingsRef> {
        if entry.count == 1 {
            PostingsBuilder::push_row(entry.last_row)
        } else {
            lists.push_list(rows, entry.count, byte_lists.of(entry.list))
        }
    }
}

/// The first bytes of a term as a number that sorts like them, padded with zeros.
pub(super) fn head_of(term: &[u8]) -> u64 {
    if let Some(head) = term.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    // Four to seven bytes: the first four and the last four, which overlap.
    if let (Some(first), Some(last)) = (term.first_chunk(), term.last_chunk()) {
        let first = u64::from(u32::from_be_bytes(*first));
        let last = u64::from(u32::from_be_bytes(*last));
        return first << 32 | last << (64 - 8 * term.len());
    }
    term.iter()
        .zip([56, 48, 40])
        .fold(0, |head, (byte, shift)| head | u64::from(*byte) << shift)
}

fn rest_of(rests: &[u8], at: u32, len: u8) -> &[u8] {
    let rest = usize::from(len).saturating_sub(HEAD_BYTES);
    rests
        .get(at as usize..at as usize + rest)
        .unwrap_or_default()
}
