//! Merging segments, on any thread, while the store goes on.

use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::{IndexPart, Segment, SegmentView, build};
use crate::background;
use crate::batch::CodecError;
use crate::record::RecordRef;
use crate::search::TextIndexBuilder;

/// Segments to merge, as they were when the merge was planned.
#[derive(Debug)]
pub struct Merge {
    pub(crate) inputs: Vec<SegmentView>,
}

/// A merged segment, ready to take the place of its inputs.
#[derive(Debug)]
pub struct Merged {
    pub(crate) inputs: Vec<SegmentView>,
    pub(crate) segment: Arc<Segment>,
}

/// Of segments of about the same size so many are merged into one, so that a record is rewritten
/// O(log n) times, and of each size there are fewer: every one costs each lookup a binary search,
/// and each search a look at its words.
const FAN_OUT: usize = 4;
/// Segments with fewer live rows are all of one size.
const ROWS_OF_LEAST: u32 = 128;

impl Merge {
    /// Chooses what to merge: the youngest segments, as soon as there are [`FAN_OUT`] of a size,
    /// together with older ones where what comes of it would be another reason to. Sooner what is
    /// mostly dead.
    pub(crate) fn plan(views: &[SegmentView]) -> Option<Self> {
        let from = |start: usize| {
            let inputs = views.get(start..)?.to_vec();
            Some(Self { inputs })
        };
        // What is mostly dead is rewritten with all that is younger, not with what is older: that
        // is larger, and may be all of the file.
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
                // What is merged anyway makes one of the next size.
                alike = usize::from(alike >= FAN_OUT);
            }
            alike += 1;
            if alike >= FAN_OUT {
                start = Some(index);
            }
        }
        from(start?)
    }

    /// Does the work. Holds no lock; may run on any thread.
    pub fn run(self) -> Result<Merged, CodecError> {
        let segment = Arc::new(build(LiveRows::new(&self.inputs))?);
        let is_indexed = self.inputs.iter().any(|input| {
            let mut parts = input.segment.index_parts().iter();
            parts.any(IndexPart::is_settled)
        });
        // Searches must not lose an index they had.
        if is_indexed {
            background::run(|| {
                let parts = segment.index_parts().par_iter();
                parts.for_each_init(TextIndexBuilder::default, |builder, part| {
                    part.build(&segment, builder, &|| true);
                });
            });
        }
        Ok(Merged {
            inputs: self.inputs,
            segment,
        })
    }
}

/// The size of a segment with so many live rows: each is [`FAN_OUT`] times the one before.
const fn size_of_rows(rows: u32) -> u32 {
    (rows / ROWS_OF_LEAST + 1).ilog(FAN_OUT as u32)
}

impl Merged {
    /// The merged segment as seen now: rows that died in `current` views of the inputs since the
    /// merge was planned are dead in it too.
    pub(crate) fn into_view(self, current: &[SegmentView]) -> SegmentView {
        let mut view = SegmentView::new(self.segment);
        for (before, now) in self.inputs.iter().zip(current) {
            let died = now.dead.marked_since(&before.dead);
            for key in died.filter_map(|row| now.segment.key(row)) {
                view.kill(key);
            }
        }
        view
    }
}

/// The live rows of several segments in key order. A key lives in one segment at most.
pub(crate) struct LiveRows<'a> {
    runs: Vec<Run<'a>>,
}

/// A segment, and the live row that comes next.
struct Run<'a> {
    view: &'a SegmentView,
    row: u32,
    next: RecordRef<'a>,
}

impl<'a> Run<'a> {
    /// From the first live row at or behind a row; `None` if there is none.
    fn from(view: &'a SegmentView, row: u32) -> Option<Self> {
        let row = next_live(view, row);
        let next = view.segment.get(row)?;
        Some(Self { view, row, next })
    }
}

impl<'a> LiveRows<'a> {
    pub(crate) fn new(views: &'a [SegmentView]) -> Self {
        Self {
            runs: views.iter().filter_map(|view| Run::from(view, 0)).collect(),
        }
    }
}

/// The first live row from `row` on.
pub(crate) fn next_live(view: &SegmentView, mut row: u32) -> u32 {
    while row < view.segment.len() && view.dead.contains(row) {
        row += 1;
    }
    row
}

impl<'a> Iterator for LiveRows<'a> {
    type Item = (RecordRef<'a>, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let runs = self.runs.iter_mut().enumerate();
        let (index, run) = runs.min_by_key(|(_, run)| run.next.key)?;
        let (record, view, row) = (run.next, run.view, run.row);
        match Run::from(view, row + 1) {
            Some(next) => *run = next,
            None => drop(self.runs.remove(index)),
        }
        Some((record, view.segment.value_bytes(row)))
    }
}
