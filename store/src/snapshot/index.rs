//! Building the indexes of what a snapshot shows. Built once, they serve every snapshot that
//! shares the segment, and the store.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Snapshot;
use crate::search::{Cancelled, TextIndexBuilder, TextIndexBytes, Ticket};
use crate::segment::{IndexPart, Segment};

/// Parts that are built at the same time, at most: bounds the memory of building to some hundred
/// megabytes, however many cores there are.
const PARTS_AT_ONCE: usize = 4;

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

    /// Builds the indexes that are missing, in parallel, and gives searches that come meanwhile
    /// their turn. `progress` is called after each part, from the threads of the work.
    pub fn build_indexes(
        &self,
        ticket: &Ticket,
        progress: &(dyn Fn(Indexing) + Sync),
    ) -> Result<(), Cancelled> {
        let missing: Vec<_> = self
            .parts()
            .filter(|(_, part)| !part.is_settled())
            .collect();
        let next = AtomicUsize::new(0);
        let go_on = || {
            // The threads are those that search: nobody waits for a part to be finished.
            rayon::yield_now();
            ticket.is_current()
        };
        let work = || {
            let mut builder = TextIndexBuilder::default();
            while ticket.is_current()
                && let Some((segment, part)) = missing.get(next.fetch_add(1, Ordering::Relaxed))
            {
                if part.build(segment, &mut builder, &go_on) {
                    progress(self.indexing());
                }
            }
        };
        // A thread that gives searches their turn would take up a second part as well.
        let at_once = PARTS_AT_ONCE.min(rayon::current_num_threads());
        rayon::scope(|scope| {
            for _ in 0..missing.len().min(at_once) {
                scope.spawn(|_| work());
            }
        });
        ticket.is_current().then_some(()).ok_or(Cancelled)
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
