//! Snapshots: immutable views of all records, cheap to take and to keep.

mod index;
mod keys;
mod order;
mod order_keys;
mod paths;
mod records;
mod rows;
mod stream;
mod visible;
mod words;

pub use index::Indexing;
pub use keys::KeySet;
pub use order::PathOrder;
pub use records::Records;
pub use words::{WordCount, WordStatistics};

mod chunks;

use std::ops::{Bound, ControlFlow, Range};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::clock::{Clock, Millis};
use crate::commit::Seq;
use crate::key::Key;
use crate::paths::PathCatalog;
use crate::record::{Record, RecordRef, Scan};
use crate::state::State;
use crate::value::EncodedValue;
use chunks::Chunks;
use visible::{RecentRows, VisibleRows};

/// All records as they were after one commit. Taking and cloning a snapshot is O(1), keeping it
/// blocks nobody, and it can be read from any thread.
///
/// Expiry is evaluated at the time of each read: a record disappears from every snapshot as soon as
/// it expires, even before the store has deleted it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    state: Arc<State>,
    clock: Arc<dyn Clock>,
    /// The memtable's records as rows; created on first use.
    recent: Arc<OnceLock<RecentRows>>,
}

impl Snapshot {
    pub(crate) fn new(state: Arc<State>, clock: Arc<dyn Clock>) -> Self {
        Self {
            state,
            clock,
            recent: Arc::default(),
        }
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// The sequence number of the last commit that the snapshot contains.
    pub fn seq(&self) -> Seq {
        self.state.seq
    }

    /// The number of records that are visible now.
    pub fn len(&self) -> usize {
        let now = self.clock.now();
        if self.state.expiry.next().is_none_or(|at| at > now) {
            return self.state.len();
        }
        VisibleRows::new(self, now).len()
    }

    /// Whether no record is visible.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record of a key, if it is visible. O(log n).
    pub fn get(&self, key: &str) -> Option<Record> {
        self.state
            .get(key)
            .filter(|record| !record.meta.is_due(self.clock.now()))
    }

    /// The `n`th visible record in key order, from 0. O(log² n).
    pub fn row(&self, n: usize) -> Option<Record> {
        self.rows(n..n.saturating_add(1)).pop()
    }

    /// A range of the visible records in key order; fewer if the range goes beyond the last one.
    /// O(log² n) and the length of the range.
    pub fn rows(&self, rows: Range<usize>) -> Vec<Record> {
        let now = self.clock.now();
        let visible = VisibleRows::new(self, now);
        let Some(key) = visible.nth_key(rows.start) else {
            return Vec::new();
        };
        Records::new(
            &self.state,
            Some(now),
            Bound::Included(key),
            Bound::Unbounded,
        )
        .take(rows.len())
        .filter_map(|record| self.state.get(record.key))
        .collect()
    }

    /// The number of visible records with smaller keys: the row of the key, or the row at which it
    /// would be inserted. O(log n).
    pub fn rank(&self, key: &str) -> usize {
        VisibleRows::new(self, self.clock.now()).rank(key)
    }

    /// The visible records between two keys, in key order.
    pub fn range(&self, start: Bound<&str>, end: Bound<&str>) -> Records<'_> {
        Records::new(&self.state, Some(self.clock.now()), start, end)
    }

    /// All visible records in key order.
    pub fn iter(&self) -> Records<'_> {
        self.range(Bound::Unbounded, Bound::Unbounded)
    }

    /// The visible records whose keys start with `prefix`, in key order.
    pub fn prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = RecordRef<'a>> {
        self.range(Bound::Included(prefix), Bound::Unbounded)
            .take_while(move |record| record.key.starts_with(prefix))
    }

    /// The number of visible keys that start with `prefix`. O(log n).
    pub fn prefix_len(&self, prefix: &str) -> usize {
        let visible = VisibleRows::new(self, self.clock.now());
        let end = prefix_end(prefix).map_or_else(|| visible.len(), |end| visible.rank(&end));
        end - visible.rank(prefix)
    }

    /// All paths of all values, with the number of records and of values by type. Updated by every
    /// commit; expired records count until they are deleted.
    pub fn catalog(&self) -> &PathCatalog {
        &self.state.catalog
    }

    /// A setting of the file.
    pub fn setting(&self, name: &str) -> Option<&EncodedValue> {
        self.state.settings.get(name)
    }

    /// The number of visible records that have an expiry.
    pub fn expiring_len(&self) -> usize {
        self.state.expiry.len() - self.due_len()
    }

    /// The number of records that have expired but are not deleted yet: they are in the file, but
    /// not visible.
    pub fn due_len(&self) -> usize {
        self.state.len() - self.len()
    }

    /// The records that expire next, soonest first.
    pub fn expiring(&self, limit: usize) -> Vec<(Millis, Key)> {
        self.state
            .expiry
            .upcoming(self.clock.now())
            .take(limit)
            .cloned()
            .collect()
    }

    /// The time of the next expiry, including records that are due already.
    pub fn next_expiry(&self) -> Option<Millis> {
        self.state.expiry.next()
    }

    /// The current time of the snapshot's clock.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Records and settings as checkpoint chunks. Includes expired records, which only a commit
    /// deletes.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = Bytes> + '_ {
        let everything = Records::new(&self.state, None, Bound::Unbounded, Bound::Unbounded);
        Chunks::new(everything, &self.state.settings)
    }

    /// The number of records in a checkpoint of this snapshot.
    pub(crate) fn checkpoint_len(&self) -> u64 {
        self.state.len() as u64
    }

    fn recent_rows(&self) -> &RecentRows {
        let memtable = &self.state.memtable;
        self.recent.get_or_init(|| RecentRows::of(memtable))
    }

    fn recent(&self) -> &[Arc<Record>] {
        self.recent_rows().records()
    }
}

/// The smallest text greater than all texts that start with `prefix`.
pub(crate) fn prefix_end(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // Surrogates are not characters: the successor of U+D7FF is U+E000.
        let next = match u32::from(last) {
            0xD7FF => Some('\u{E000}'),
            code => char::from_u32(code + 1),
        };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

impl<'a> IntoIterator for &'a Snapshot {
    type Item = RecordRef<'a>;
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.iter()
    }
}

impl Scan for Snapshot {
    fn parts(&self) -> usize {
        let blocks: usize = self
            .state
            .segments
            .iter()
            .map(|view| view.segment.blocks().len())
            .sum();
        blocks + self.recent().chunks(RECENT_PART_RECORDS).len()
    }

    fn scan_part(&self, part: usize, visit: &mut dyn FnMut(RecordRef<'_>) -> ControlFlow<()>) {
        let now = self.clock.now();
        let mut index = part;
        for view in &self.state.segments {
            let blocks = view.segment.blocks();
            let Some(block) = blocks.get(index) else {
                index -= blocks.len();
                continue;
            };
            let visible = view.visible_at(Some(now));
            let start = view.segment.block_start(index);
            let mut row = visible.next(start);
            while let Some(record) = block.get((row - start) as usize) {
                if visit(record).is_break() {
                    return;
                }
                row = visible.next(row + 1);
            }
            return;
        }
        let recent = self
            .recent()
            .chunks(RECENT_PART_RECORDS)
            .nth(index)
            .unwrap_or_default();
        for record in recent {
            if !record.meta.is_due(now) && visit(record.as_ref().as_ref()).is_break() {
                return;
            }
        }
    }

    fn record_count(&self) -> u64 {
        self.len() as u64
    }
}

const RECENT_PART_RECORDS: usize = 1024;
