//! Merging segments, on any thread, concurrently with commits.

use std::sync::Arc;

use super::reindex::{self, Moves};
use super::{SegmentView, build};
use crate::batch::CodecError;
use crate::record::RecordRef;

/// Segments to merge, as they were when the merge was planned.
#[derive(Debug)]
pub struct Merge {
    pub(crate) inputs: Vec<SegmentView>,
}

/// A merged segment, ready to replace its inputs.
#[derive(Debug)]
pub struct Merged {
    pub(crate) inputs: Vec<SegmentView>,
    pub(crate) view: SegmentView,
    moves: Moves,
}

/// The number of segments of about the same size that are merged into one. So a record is rewritten
/// O(log n) times, and there are fewer than this many segments of each size: every segment costs
/// each look-up a binary search, and each search a look-up of its words.
const FAN_OUT: usize = 4;
/// Segments with fewer live rows count as one size.
const ROWS_OF_LEAST: u32 = 128;

impl Merge {
    /// Chooses the segments to merge: the newest ones, once there are [`FAN_OUT`] of a size, and
    /// older ones too if the merged segment would be the last of [`FAN_OUT`] of its size. Segments
    /// with mostly dead rows have priority.
    pub(crate) fn plan(views: &[SegmentView]) -> Option<Self> {
        let from = |start: usize| {
            let inputs = views.get(start..)?.to_vec();
            Some(Self { inputs })
        };
        // A mostly dead segment is merged with all newer ones, but not with older ones, which are
        // larger and may be the whole file.
        let mostly_dead = views.iter().position(|view| {
            view.dead.count() > 4096 && view.dead.count() > view.segment.len() / 2
        });
        if let Some(oldest) = mostly_dead {
            return from(oldest);
        }
        let (mut size, mut alike, mut start) = (0, 0, None);
        for (index, view) in views.iter().enumerate().rev() {
            let size_here = size_of_rows(view.live_len());
            if size_here > size {
                size = size_here;
                // The segments that are merged anyway become one of the next size.
                alike = usize::from(alike >= FAN_OUT);
            }
            alike += 1;
            if alike >= FAN_OUT {
                start = Some(index);
            }
        }
        from(start?)
    }

    /// Runs the merge. Takes no lock, and may run on any thread. O(n) in the rows of the inputs.
    ///
    /// # Errors
    ///
    /// [`CodecError`] if the inputs cannot be merged, which would be a defect.
    pub fn run(self) -> Result<Merged, CodecError> {
        let mut moves = Moves::new(&self.inputs);
        let rows = LiveRows::new(&self.inputs).map(|live| {
            moves.push(live.input, live.row);
            live.encoded()
        });
        let segment = Arc::new(build(rows)?);
        reindex::index(&segment, &self.inputs, &moves);
        let view = SegmentView::new(segment);
        // Hides the rows that were known to have expired, so that the first query need not.
        let expired_until = self.inputs.iter().filter_map(SegmentView::expired_until);
        view.visible_at(expired_until.max());
        Ok(Merged {
            inputs: self.inputs,
            view,
            moves,
        })
    }
}

/// The size class of a segment with this number of live rows: each class is [`FAN_OUT`] times the
/// one before.
const fn size_of_rows(rows: u32) -> u32 {
    (rows / ROWS_OF_LEAST + 1).ilog(FAN_OUT as u32)
}

impl Merged {
    /// The view of the merged segment for the current version: rows that were marked dead in the
    /// inputs since the merge was planned, as seen in `current`, are dead in it too.
    pub(crate) fn into_view(self, current: &[SegmentView]) -> SegmentView {
        let mut view = self.view;
        for (input, (before, now)) in self.inputs.iter().zip(current).enumerate() {
            for row in now.dead.marked_since(&before.dead) {
                view.kill_row(self.moves.of(input, row));
            }
        }
        view
    }
}

/// The live rows of several segments in key order. A key is live in at most one segment.
struct LiveRows<'a> {
    runs: Vec<LiveRow<'a>>,
}

/// A live row of one of several segments.
#[derive(Clone, Copy)]
struct LiveRow<'a> {
    input: usize,
    view: &'a SegmentView,
    row: u32,
    record: RecordRef<'a>,
}

impl<'a> LiveRow<'a> {
    /// The first live row from a row on.
    fn from(input: usize, view: &'a SegmentView, row: u32) -> Option<Self> {
        let row = view.dead.next_unmarked(row);
        let record = view.segment.get(row)?;
        Some(Self {
            input,
            view,
            row,
            record,
        })
    }

    /// The record and its encoded value.
    fn encoded(self) -> (RecordRef<'a>, &'a [u8]) {
        (self.record, self.view.segment.value_bytes(self.row))
    }
}

impl<'a> LiveRows<'a> {
    fn new(views: &'a [SegmentView]) -> Self {
        let views = views.iter().enumerate();
        Self {
            runs: views
                .filter_map(|(input, view)| LiveRow::from(input, view, 0))
                .collect(),
        }
    }
}

impl<'a> Iterator for LiveRows<'a> {
    type Item = LiveRow<'a>;

    fn next(&mut self) -> Option<LiveRow<'a>> {
        let runs = self.runs.iter_mut().enumerate();
        let (index, run) = runs.min_by_key(|(_, run)| run.record.key)?;
        let live = *run;
        match LiveRow::from(live.input, live.view, live.row + 1) {
            Some(next) => *run = next,
            None => drop(self.runs.remove(index)),
        }
        Some(live)
    }
}
