//! Building the indexes of a snapshot's segments. Each is built once, for the store and for every
//! snapshot that shares the segment.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Snapshot;
use crate::background;
use crate::search::{CancelToken, Cancelled, TextIndexBuilder, TextIndexBytes};
use crate::segment::{IndexPart, ROWS_PER_CHECK, Segment};

/// The largest number of parts that are built at the same time. Bounds the memory for building to a
/// few hundred megabytes, whatever the number of cores.
const PARTS_AT_ONCE: usize = 4;

/// Up to this many rows are indexed by the calling thread, which takes milliseconds: recent writes
/// must not wait until a merge of millions frees a thread.
const FEW_ROWS: usize = if cfg!(test) { 100 } else { 4 * 1024 };

/// The progress of building indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexing {
    /// The number of records that have an index, or are so recent that they need none.
    pub indexed: u64,
    /// The number of all records.
    pub total: u64,
}

impl Indexing {
    /// Whether nothing is left to build.
    pub const fn is_complete(self) -> bool {
        self.indexed == self.total
    }

    /// The progress after this number of checks for cancellation; `None` unless another hundredth
    /// of the rows is done.
    fn after(self, checks: u64) -> Option<Self> {
        let rows = |checks: u64| checks * u64::from(ROWS_PER_CHECK);
        let hundredth = (self.total / 100).max(1);
        let is_step = rows(checks) / hundredth > rows(checks - 1) / hundredth;
        is_step.then(|| Self {
            indexed: (self.indexed + rows(checks)).min(self.total.saturating_sub(1)),
            total: self.total,
        })
    }
}

impl Snapshot {
    /// How many records have an index. Searches consider all records in any case, but those without
    /// an index more slowly.
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

    /// Builds the missing indexes in parallel, giving way to searches. `progress` is called for
    /// about every hundredth of the rows, from several threads; it also counts rows of unfinished
    /// parts.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `cancel` was cancelled before the end; finished parts are kept.
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
        // At most one per thread: a thread that yields could otherwise pick up a second one, and
        // finish the first only after it.
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
        // After opening or importing, the threads that loaded the records also index them, yielding
        // to searches. Later indexing runs in another pool, so that no search waits for it.
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

    /// The memory that the text indexes use.
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
    fn progress_is_reported_for_every_hundredth_and_never_as_complete() {
        let indexing = Indexing {
            indexed: 1_000,
            total: 641_000,
        };
        let reported: Vec<Indexing> = (1..=10_000)
            .filter_map(|checks| indexing.after(checks))
            .collect();
        assert!((99..=101).contains(&reported.len()), "{}", reported.len());
        assert!(reported.is_sorted_by(|left, right| left.indexed < right.indexed));
        assert!(reported.iter().all(|progress| !progress.is_complete()));
    }
}
