//! Snapshots: cheap, immutable read views.

mod index;
mod keys;
mod order;
mod order_places;
mod paths;
mod records;
mod rows;
mod shown;
mod stream;
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
use shown::{RecentRows, Shown};

/// All records as they were after one commit. Taking and cloning one is O(1), holding it blocks
/// nobody, and it can be read from any thread.
///
/// Time goes on: a record whose expiry passes disappears from every read at that moment, before
/// the store has deleted it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    state: Arc<State>,
    clock: Arc<dyn Clock>,
    /// The memtable's records by position; made when the first row is asked for.
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

    /// The number of the last commit it shows.
    pub fn seq(&self) -> Seq {
        self.state.seq
    }

    /// How many records are visible now.
    pub fn len(&self) -> usize {
        let now = self.clock.now();
        if self.state.expiry.next().is_none_or(|at| at > now) {
            return self.state.len();
        }
        Shown::new(self, now).len()
    }

    /// Whether no record is visible.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record of a key.
    pub fn get(&self, key: &str) -> Option<Record> {
        self.state
            .get(key)
            .filter(|record| !record.meta.is_due(self.clock.now()))
    }

    /// The record in row `n` of all visible records in key order.
    pub fn row(&self, n: usize) -> Option<Record> {
        self.rows(n..n.saturating_add(1)).pop()
    }

    /// The records of a range of rows in key order; fewer where the rows end.
    pub fn rows(&self, rows: Range<usize>) -> Vec<Record> {
        let now = self.clock.now();
        let shown = Shown::new(self, now);
        let Some(key) = shown.nth_key(rows.start) else {
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

    /// How many visible records have smaller keys: the row of the key, or where it would stand.
    pub fn rank(&self, key: &str) -> usize {
        Shown::new(self, self.clock.now()).rank(key)
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

    /// How many visible keys start with `prefix`, without walking them.
    pub fn prefix_len(&self, prefix: &str) -> usize {
        let shown = Shown::new(self, self.clock.now());
        let end = prefix_end(prefix).map_or_else(|| shown.len(), |end| shown.rank(&end));
        end - shown.rank(prefix)
    }

    /// What every path of every value holds: how many records, which types. Kept up to date by
    /// every commit; counts records that have expired until they are deleted.
    pub fn catalog(&self) -> &PathCatalog {
        &self.state.catalog
    }

    /// A setting of the file.
    pub fn setting(&self, name: &str) -> Option<&EncodedValue> {
        self.state.settings.get(name)
    }

    /// How many visible records have an expiry.
    pub fn expiring_len(&self) -> usize {
        self.state.expiry.len() - self.due_len()
    }

    /// How many records are due and not deleted yet: they are in the file, and nobody sees them.
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

    /// When the next expiry is, due ones included.
    pub fn next_expiry(&self) -> Option<Millis> {
        self.state.expiry.next()
    }

    /// The time of the snapshot's clock.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Records and settings as checkpoint chunks, due records included: only the write path
    /// deletes.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = Bytes> + '_ {
        let everything = Records::new(&self.state, None, Bound::Unbounded, Bound::Unbounded);
        Chunks::new(everything, &self.state.settings)
    }

    /// How many records a checkpoint of this snapshot holds.
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

/// The smallest text above all texts that start with `prefix`.
pub(crate) fn prefix_end(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // Surrogates are no characters: the successor of U+D7FF is U+E000.
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
            let shown = view.shown(Some(now));
            let start = view.segment.block_start(index);
            let mut row = shown.next(start);
            while let Some(record) = block.get((row - start) as usize) {
                if visit(record).is_break() {
                    return;
                }
                row = shown.next(row + 1);
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
