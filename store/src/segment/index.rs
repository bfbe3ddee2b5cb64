//! The index of a segment, in parts that are built, searched and forgotten on their own.
//!
//! A part lies inside the shared segment: built through any snapshot, it is there for the store
//! and for every other snapshot at once.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Segment;
use crate::paths::{Columns, ColumnsBuilder};
use crate::record::RecordRef;
use crate::search::{Cancelled, MovedPart, TextIndex, TextIndexBuilder, TextIndexMerger, fold};

/// Rows in one part; a multiple of 64. A million records make eight parts, enough to build and
/// search them on several cores, and few enough that looking a word up in each costs little.
pub(crate) const PART_ROWS: u32 = if cfg!(test) { 256 } else { 128 * 1024 };

/// How many rows are read between two looks at whether to go on.
pub(crate) const ROWS_PER_CHECK: u32 = 64;

/// Some rows of a segment and, once it is built, their index.
#[derive(Debug)]
pub(crate) struct IndexPart {
    rows: Range<u32>,
    /// `None` inside: its words exceed the numbers of an index; its records are always read.
    index: OnceLock<Option<Arc<RowIndex>>>,
}

/// The index over the rows of one part. Rows are counted from the start of the part.
#[derive(Debug)]
pub(crate) struct RowIndex {
    /// What stands at each path, by type.
    pub(crate) columns: Columns,
    /// Which words stand where.
    pub(crate) text: TextIndex,
}

impl IndexPart {
    /// The parts of a segment of `len` rows, none of them built.
    pub(super) fn divide(len: u32) -> Box<[Self]> {
        (0..len)
            .step_by(PART_ROWS as usize)
            .map(|start| Self {
                rows: start..len.min(start.saturating_add(PART_ROWS)),
                index: OnceLock::new(),
            })
            .collect()
    }

    /// The rows of the segment that the part is about.
    pub(crate) fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// The index, if it is built.
    pub(crate) fn index(&self) -> Option<&Arc<RowIndex>> {
        self.index.get()?.as_ref()
    }

    /// Whether there is nothing left to build.
    pub(crate) fn is_settled(&self) -> bool {
        self.index.get().is_some()
    }

    /// Takes an index that was made otherwise.
    pub(super) fn set(&self, index: RowIndex) {
        // Whoever was faster made the same.
        self.index.set(Some(Arc::new(index))).ok();
    }

    /// Builds the index if there is none. `go_on` is asked every few rows; when it says no, the
    /// work is dropped. Returns whether it is settled now. Whoever builds several parts does so
    /// with one `builder`: its memory serves all of them.
    pub(crate) fn build(
        &self,
        segment: &Segment,
        builder: &mut TextIndexBuilder,
        go_on: &dyn Fn() -> bool,
    ) -> bool {
        if self.index.get().is_none()
            && let Ok(index) = RowIndex::build(segment, self.rows(), builder, go_on)
        {
            // Whoever was faster built the same.
            self.index.set(index.map(Arc::new)).ok();
        }
        self.index.get().is_some()
    }
}

#[cfg(test)]
impl IndexPart {
    /// Asserts that the index is the one that would be built of the records.
    pub(crate) fn assert_as_built(&self, segment: &Segment) {
        let mut builder = TextIndexBuilder::default();
        let built = RowIndex::build(segment, self.rows(), &mut builder, &|| true);
        let built = built.expect("nobody cancels it");
        assert_eq!(self.index().is_some(), built.is_some());
        if let (Some(index), Some(built)) = (self.index(), built) {
            assert_eq!(index.text.listed(), built.text.listed());
            assert_eq!(index.columns.bytes(), built.columns.bytes());
        }
    }
}

impl RowIndex {
    /// The index of some rows that have one in other parts: what words stand where is known there,
    /// what stands at each path is read again, which costs a fraction and tells texts that repeat
    /// only now. `None` if the parts do not know enough.
    pub(super) fn merge(
        segment: &Segment,
        rows: Range<u32>,
        parts: &[MovedPart<'_>],
        merger: &mut TextIndexMerger,
    ) -> Option<Self> {
        let is_folded = |key: &str| fold(key) == key;
        let keys_are_folded = parts.iter().all(|part| part.text.keys_are_folded())
            || rows
                .clone()
                .all(|row| segment.key(row).is_none_or(is_folded));
        let len = rows.end - rows.start;
        let text = merger.merge(parts, len, keys_are_folded, &|| true)?;
        let mut columns = ColumnsBuilder::default();
        for row in rows {
            columns.add(segment.get(row), &mut |_, _| {});
        }
        let columns = columns.finish();
        Some(Self { columns, text })
    }

    /// `None`: there cannot be one.
    fn build(
        segment: &Segment,
        rows: Range<u32>,
        builder: &mut TextIndexBuilder,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Self>, Cancelled> {
        let mut columns = ColumnsBuilder::default();
        for record in checked(segment, rows, go_on) {
            if let Some(record) = record {
                builder.add_key(record.key);
            }
            columns.add(record, &mut |path, leaf| builder.add_leaf(path, leaf));
            builder.end_row();
        }
        let columns = columns.finish();
        let text = builder.finish(go_on);
        // What was broken off is incomplete, and dropped.
        if go_on() {
            Ok(text.map(|text| Self { columns, text }))
        } else {
            Err(Cancelled)
        }
    }
}

/// The records of some rows, until `go_on` says no.
fn checked<'a>(
    segment: &'a Segment,
    rows: Range<u32>,
    go_on: &'a dyn Fn() -> bool,
) -> impl Iterator<Item = Option<RecordRef<'a>>> {
    rows.map_while(move |row| {
        (!row.is_multiple_of(ROWS_PER_CHECK) || go_on()).then(|| segment.get(row))
    })
}
