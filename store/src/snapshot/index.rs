//! Building the indexes of what a snapshot shows. Built once, they serve every snapshot that
//! shares the segment, and the store.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Snapshot;
use crate::background;
use crate::search::{CancelToken, Cancelled, TextIndexBuilder, TextIndexBytes};
use crate::segment::{IndexPart, ROWS_PER_CHECK, Segment};

/// Parts that are built at the same time, at most: bounds the memory of building to some hundred
/// megabytes, however many cores there are.
const PARTS_AT_ONCE: usize = 4;

/// So few rows are indexed by whoever calls, in milliseconds: what was just written must not wait
/// until a merge of millions leaves a thread.
const FEW_ROWS: usize = if cfg!(test) { 100 } else { 4 * 1024 };

/// How many records have an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexing {
    /// Records that are found through an index, or so recent that they need none.
    pub indexed: u64,
    /// All records.
    pub total: u64,
}

impl Indexing {
    /// Whether nothing is left to build.
    pub const fn is_complete(self) -> bool {
        self.indexed == self.total
    }

    /// How far it is after this number of looks at whether it was cancelled; `None` unless another
    /// hundredth of the rows is done.
    fn after(self, looks: u64) -> Option<Self> {
        let rows = |looks: u64| looks * u64::from(ROWS_PER_CHECK);
        let hundredth = (self.total / 100).max(1);
        let is_step = rows(looks) / hundredth > rows(looks - 1) / hundredth;
        is_step.then(|| Self {
            indexed: (self.indexed + rows(looks)).min(self.total.saturating_sub(1)),
            total: self.total,
        })
    }
}

impl Snapshot {
    /// How many of its records have an index. Searches answer from all records in any case, those
    /// without an index more slowly.
    pub fn indexing(&self) -> Indexing {
        let recent = self.state.memtable.len() as u64;
        let mut indexing = Indexing {
            indexed: recent,
            total: recent,
        };
        for part in self.parts() {
            let rows = u64::from(part.1.rows().end - part.1.rows().start);
            indexing.total += rows;
            if part.1.is_settled() {
                indexing.indexed += rows;
            }
        }
        indexing
    }

    /// Builds the indexes that are missing, in parallel, without keeping searches from their turn.
    /// `progress` is called for about every hundredth, from the threads of the work; it counts rows
    /// of parts that are not finished too.
    pub fn build_indexes(
        &self,
        cancel: &CancelToken,
        progress: &(dyn Fn(Indexing) + Sync),
    ) -> Result<(), Cancelled> {
        let missing: Vec<_> = self
            .parts()
            .filter(|(_, part)| !part.is_settled())
            .collect();
        let next = AtomicUsize::new(0);
        let before = self.indexing();
        let is_first = before.indexed < before.total / 2;
        let read = AtomicU64::new(0);
        let go_on = || {
            let read = read.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(now) = before.after(read) {
                progress(now);
            }
            if is_first {
                rayon::yield_now();
            }
            !cancel.is_cancelled()
        };
        let work = || {
            let mut builder = TextIndexBuilder::default();
            while !cancel.is_cancelled()
                && let Some((segment, part)) = missing.get(next.fetch_add(1, Ordering::Relaxed))
            {
                part.build(segment, &mut builder, &go_on);
            }
        };
        // One for each thread: of two that wait, the first would take up the second where it
        // gives searches their turn, and end behind it.
        let work_at_once = || {
            let at_once = PARTS_AT_ONCE.min(missing.len());
            rayon::scope(|scope| {
                scope.spawn_broadcast(|_, context| {
                    if context.index() < at_once {
                        work();
                    }
                });
            });
        };
        let missing_rows: usize = missing.iter().map(|(_, part)| part.rows().len()).sum();
        // What was just opened or imported is indexed by the threads that loaded it, in memory
        // they have at hand; searches get their turn. Later no search waits at all.
        if missing_rows <= FEW_ROWS {
            work();
        } else if is_first {
            work_at_once();
        } else {
            background::run(work_at_once);
        }
        progress(self.indexing());
        (!cancel.is_cancelled()).then_some(()).ok_or(Cancelled)
    }

    /// How much memory the indexes of its words take.
    pub fn index_bytes(&self) -> TextIndexBytes {
        let mut bytes = TextIndexBytes::default();
        for index in self.parts().filter_map(|(_, part)| part.index()) {
            bytes += index.text.bytes();
        }
        bytes
    }

    fn parts(&self) -> impl Iterator<Item = (&Segment, &IndexPart)> {
        self.state.segments.iter().flat_map(|view| {
            let segment = view.segment.as_ref();
            segment
                .index_parts()
                .iter()
                .map(move |part| (segment, part))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_for_every_hundredth_and_ends_below_all() {
        let indexing = Indexing {
            indexed: 1_000,
            total: 641_000,
        };
        let told: Vec<Indexing> = (1..=10_000)
            .filter_map(|looks| indexing.after(looks))
            .collect();
        assert!((99..=101).contains(&told.len()), "{}", told.len());
        assert!(told.is_sorted_by(|left, right| left.indexed < right.indexed));
        assert!(told.iter().all(|told| !told.is_complete()));
    }
}
