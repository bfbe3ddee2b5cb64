//! Snapshots: cheap, immutable read views.

mod index;
mod keys;
mod order;
mod order_places;
mod paths;
mod rows;
mod stream;
mod words;

pub use index::Indexing;
pub use keys::KeySet;
pub use order::PathOrder;
pub use words::{WordCount, WordStatistics};

mod chunks;

use std::ops::{Bound, ControlFlow, Range};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::clock::{Clock, Millis};
use crate::commit::Seq;
use crate::key::Key;
use crate::memtable::Recent;
use crate::paths::PathCatalog;
use crate::record::{Record, RecordRef, Scan};
use crate::segment::{SegmentView, next_live};
use crate::state::State;
use crate::value::EncodedValue;
use chunks::Chunks;

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
    recent: Arc<OnceLock<Box<[Arc<Record>]>>>,
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
        self.state
            .len()
            .saturating_sub(self.state.expiry.due(self.clock.now()).count())
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
        let due = self.due_ranks();
        let mut start = rows.start;
        for rank in due {
            if rank <= start {
                start += 1;
            } else {
                break;
            }
        }
        let Some(key) = self.nth_key(start) else {
            return Vec::new();
        };
        self.range(Bound::Included(&key), Bound::Unbounded)
            .take(rows.len())
            .filter_map(|record| self.get(record.key))
            .collect()
    }

    /// How many visible records have smaller keys: the row of the key, or where it would stand.
    pub fn rank(&self, key: &str) -> usize {
        let due = self
            .state
            .expiry
            .due(self.clock.now())
            .filter(|due| due.as_str() < key)
            .count();
        self.rank_with_due(key).saturating_sub(due)
    }

    /// The visible records between two keys, in key order.
    pub fn range(&self, start: Bound<&str>, end: Bound<&str>) -> Records<'_> {
        Records::new(&self.state, self.clock.now(), start, end)
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
        match prefix_end(prefix) {
            Some(end) => self.rank(&end).saturating_sub(self.rank(prefix)),
            None => self.len().saturating_sub(self.rank(prefix)),
        }
    }

    /// What every path of every value holds: how many records, which types. Kept up to date by
    /// every commit.
    pub fn catalog(&self) -> &PathCatalog {
        &self.state.catalog
    }

    /// A setting of the file.
    pub fn setting(&self, name: &str) -> Option<&EncodedValue> {
        self.state.settings.get(name)
    }

    /// How many records have an expiry.
    pub fn expiring_len(&self) -> usize {
        self.state.expiry.len()
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
        let everything = Records::new(
            &self.state,
            Millis(i64::MIN),
            Bound::Unbounded,
            Bound::Unbounded,
        );
        Chunks::new(everything, &self.state.settings)
    }

    /// How many records a checkpoint of this snapshot holds.
    pub(crate) fn checkpoint_len(&self) -> u64 {
        self.state.len() as u64
    }

    /// The ranks, due records included, of the due records, ascending.
    fn due_ranks(&self) -> Vec<usize> {
        let due = self.state.expiry.due(self.clock.now());
        let mut ranks: Vec<_> = due.map(|key| self.rank_with_due(key.as_str())).collect();
        ranks.sort_unstable();
        ranks
    }

    fn rank_with_due(&self, key: &str) -> usize {
        let sealed: usize = self
            .state
            .segments
            .iter()
            .map(|view| view.live_rank(key) as usize)
            .sum();
        sealed
            + self
                .recent()
                .partition_point(|record| record.key.as_str() < key)
    }

    /// The key of rank `n`, due records included. Each run is searched for it: it stands in one.
    fn nth_key(&self, n: usize) -> Option<String> {
        if n >= self.state.len() {
            return None;
        }
        let recent = self.recent();
        let found = search_rank(recent.len(), n, |index| {
            recent
                .get(index)
                .map(|record| self.rank_with_due(record.key.as_str()))
        });
        if let Some(record) = found.and_then(|index| recent.get(index)) {
            return Some(record.key.as_str().to_owned());
        }
        self.state.segments.iter().find_map(|view| {
            let key_at = |index: usize| {
                let row = view.nth_live(u32::try_from(index).ok()?)?;
                view.segment.get(row).map(|record| record.key)
            };
            let rank_at = |index| key_at(index).map(|key| self.rank_with_due(key));
            let found = search_rank(view.live_len() as usize, n, rank_at)?;
            key_at(found).map(str::to_owned)
        })
    }

    fn recent(&self) -> &[Arc<Record>] {
        self.recent
            .get_or_init(|| self.state.memtable.iter().cloned().collect())
    }
}

/// The index whose rank is exactly `n`, among `len` ascending ranks.
fn search_rank(len: usize, n: usize, rank_at: impl Fn(usize) -> Option<usize>) -> Option<usize> {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        match rank_at(middle)?.cmp(&n) {
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
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

/// A block that a checkpoint can take over as it stands.
struct WholeBlock {
    run: usize,
    chunk: Bytes,
    /// The row behind its last.
    end: u32,
}

/// The visible records of a range, in key order.
#[derive(Debug)]
pub struct Records<'a> {
    runs: Vec<(&'a SegmentView, u32)>,
    recent: std::iter::Peekable<Recent<'a>>,
    end: Bound<String>,
    now: Millis,
}

impl<'a> Records<'a> {
    fn new(state: &'a State, now: Millis, start: Bound<&str>, end: Bound<&str>) -> Self {
        let runs = state.segments.iter().map(|view| {
            let row = match start {
                Bound::Unbounded => 0,
                Bound::Included(key) => view.segment.find(key).unwrap_or_else(|row| row),
                Bound::Excluded(key) => {
                    view.segment.find(key).map_or_else(|row| row, |row| row + 1)
                }
            };
            (view, next_live(view, row))
        });
        Self {
            runs: runs.collect(),
            recent: state.memtable.range_from(start).peekable(),
            end: end.map(str::to_owned),
            now,
        }
    }

    fn next_with_value(&mut self) -> Option<(RecordRef<'a>, &'a [u8])> {
        loop {
            let (record, value) = self.next_live()?;
            let inside = match &self.end {
                Bound::Unbounded => true,
                Bound::Included(end) => record.key <= end.as_str(),
                Bound::Excluded(end) => record.key < end.as_str(),
            };
            if !inside {
                return None;
            }
            if !record.meta.is_due(self.now) {
                return Some((record, value));
            }
        }
    }

    /// What comes next, if it is all of a block and nothing else.
    fn whole_block(&mut self, bytes_min: usize) -> Option<WholeBlock> {
        let next_keys = self.runs.iter().enumerate();
        let next_keys =
            next_keys.filter_map(|(run, (view, row))| Some((run, view.segment.key(*row)?)));
        let (run, _) = next_keys.clone().min_by_key(|(_, key)| *key)?;
        let (view, row) = self.runs.get(run)?;
        let (block, rows) = view.segment.block_at(*row)?;
        if *row != rows.start {
            return None;
        }
        let chunk = block.chunk().filter(|chunk| chunk.len() >= bytes_min)?;
        let last = block.last_key();
        let recent = self.recent.peek().map(|(key, _)| key.as_str());
        let is_alone = next_keys
            .filter(|(other, _)| *other != run)
            .map(|(_, key)| key)
            .chain(recent)
            .all(|key| last < key);
        (is_alone && view.all_live(rows.clone())).then(|| WholeBlock {
            run,
            chunk: chunk.clone(),
            end: rows.end,
        })
    }

    /// Goes on behind a block; returns the chunk it was made of.
    fn pass(&mut self, whole: WholeBlock) -> Bytes {
        if let Some((view, row)) = self.runs.get_mut(whole.run) {
            *row = next_live(view, whole.end);
        }
        whole.chunk
    }

    fn next_live(&mut self) -> Option<(RecordRef<'a>, &'a [u8])> {
        let sealed = self
            .runs
            .iter()
            .enumerate()
            .filter_map(|(run, (view, row))| Some((run, view.segment.get(*row)?)))
            .min_by_key(|(_, record)| record.key);
        let recent = self.recent.peek().map(|(_, record)| *record);
        match (sealed, recent) {
            (Some((run, record)), recent)
                if recent.is_none_or(|recent| record.key < recent.key.as_str()) =>
            {
                let (view, row) = self.runs.get_mut(run)?;
                let value = view.segment.value_bytes(*row);
                *row = next_live(view, *row + 1);
                Some((record, value))
            }
            _ => {
                let (_, record) = self.recent.next()?;
                Some((record.as_ref().as_ref(), record.value.as_bytes()))
            }
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = RecordRef<'a>;

    fn next(&mut self) -> Option<RecordRef<'a>> {
        self.next_with_value().map(|(record, _)| record)
    }
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
            let start = view.segment.block_start(index);
            for row in 0..block.len() {
                if let Some(record) = block.get(row)
                    && !view.dead.contains(start + row as u32)
                    && !record.meta.is_due(now)
                    && visit(record).is_break()
                {
                    return;
                }
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
