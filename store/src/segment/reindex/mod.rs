//! Building the index of a merged segment from the indexes of its inputs instead of its records.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::index::RowIndex;
use super::{IndexPart, Segment, SegmentView};
use crate::background;
use crate::search::{MovedPart, ROW_DROPPED, TextIndexBuilder, TextIndexMerger};

/// Maps the rows of the inputs to those of the merged segment.
#[derive(Debug)]
pub(super) struct Moves {
    by_input: Vec<Vec<u32>>,
    moved: u32,
}

/// The reusable memory of each thread.
#[derive(Debug, Default)]
struct Indexer {
    merger: TextIndexMerger,
    builder: TextIndexBuilder,
}

impl Moves {
    pub(super) fn new(inputs: &[SegmentView]) -> Self {
        let rows = inputs.iter().map(|input| input.segment.len() as usize);
        Self {
            by_input: rows.map(|rows| vec![ROW_DROPPED; rows]).collect(),
            moved: 0,
        }
    }

    /// Maps a row of an input to the next row of the merged segment.
    pub(super) fn push(&mut self, input: usize, row: u32) {
        let rows = self.by_input.get_mut(input);
        if let Some(to) = rows.and_then(|rows| rows.get_mut(row as usize)) {
            *to = self.moved;
        }
        self.moved += 1;
    }

    /// The row of the merged segment for a row of an input, or [`ROW_DROPPED`].
    pub(super) fn of(&self, input: usize, row: u32) -> u32 {
        let rows = self.by_input.get(input);
        let row = rows.and_then(|rows| rows.get(row as usize));
        row.copied().unwrap_or(ROW_DROPPED)
    }
}

/// Builds the index of a merged segment if its inputs have one, so that searches do not get slower.
pub(super) fn index(segment: &Segment, inputs: &[SegmentView], moves: &Moves) {
    let (mut indexed, mut missing) = (0, Vec::new());
    let mut missing_rows = 0;
    for view in inputs {
        for part in view.segment.index_parts() {
            let live = live_rows(view, part.rows());
            if part.is_settled() {
                indexed += live;
            } else {
                missing_rows += live;
                missing.push((view, part));
            }
        }
    }
    if indexed == 0 {
        return;
    }
    background::run(|| {
        // Building an index costs more than merging indexes: worthwhile only if most rows are
        // indexed already.
        if missing_rows < indexed {
            let missing = missing.into_par_iter();
            missing.for_each_init(TextIndexBuilder::default, |builder, (view, part)| {
                part.build(&view.segment, builder, &|| true);
            });
        }
        let parts = segment.index_parts().par_iter();
        parts.for_each_init(Indexer::default, |indexer, part| {
            if !merge(segment, part, inputs, moves, &mut indexer.merger) {
                part.build(segment, &mut indexer.builder, &|| true);
            }
        });
    });
}

fn live_rows(view: &SegmentView, rows: Range<u32>) -> u32 {
    view.dead.unmarked_before(rows.end) - view.dead.unmarked_before(rows.start)
}

/// Builds the index of a part from those of the inputs. Returns `false` if that is not possible.
fn merge(
    segment: &Segment,
    part: &IndexPart,
    inputs: &[SegmentView],
    moves: &Moves,
    merger: &mut TextIndexMerger,
) -> bool {
    let Some(sources) = sources(&part.rows(), inputs, moves) else {
        return false;
    };
    let moved = sources.iter().map(|(index, rows)| MovedPart {
        text: &index.text,
        rows,
    });
    let moved: Vec<_> = moved.collect();
    match RowIndex::merge(segment, part.rows(), &moved, merger) {
        Some(index) => {
            part.set(index);
            true
        }
        None => false,
    }
}

/// The indexes that have rows of a part, each with the new numbers of its rows. `None` if not all
/// rows are indexed, or if an index has left out paths.
fn sources<'a>(
    into: &Range<u32>,
    inputs: &'a [SegmentView],
    moves: &Moves,
) -> Option<Vec<(&'a RowIndex, Vec<u32>)>> {
    let mut sources = Vec::new();
    for (view, moves) in inputs.iter().zip(&moves.by_input) {
        for part in view.segment.index_parts() {
            let rows = part.rows();
            let moves = moves.get(rows.start as usize..rows.end as usize)?;
            if !reaches_into(moves, into) {
                continue;
            }
            let index = part.index()?;
            if index.columns.has_gaps() {
                return None;
            }
            let rows = moves.iter().map(|row| {
                if into.contains(row) {
                    row - into.start
                } else {
                    ROW_DROPPED
                }
            });
            sources.push((index.as_ref(), rows.collect()));
        }
    }
    Some(sources)
}

/// Whether some of these rows may be mapped into a range. The new numbers ascend.
fn reaches_into(moves: &[u32], into: &Range<u32>) -> bool {
    let is_kept = |row: &&u32| **row != ROW_DROPPED;
    let (first, last) = (moves.iter().find(is_kept), moves.iter().rev().find(is_kept));
    first
        .zip(last)
        .is_some_and(|(first, last)| *first < into.end && *last >= into.start)
}

#[cfg(test)]
mod tests;
