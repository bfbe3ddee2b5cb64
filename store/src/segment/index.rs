//! The index of a segment, in parts that are built and searched independently.
//!
//! A part belongs to the shared segment: once built through any snapshot, it is available to the
//! store and to every other snapshot.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Segment;
use crate::paths::{Columns, ColumnsBuilder};
use crate::record::RecordRef;
use crate::search::{Cancelled, MovedPart, TextIndex, TextIndexBuilder, TextIndexMerger, fold};

/// The number of rows in a part; a multiple of 64. A million records make eight parts: enough to
/// build and search them on several cores, and few enough that looking up a word in each is cheap.
pub(crate) const PART_ROWS: u32 = if cfg!(test) { 256 } else { 128 * 1024 };

/// The number of rows between two checks for cancellation.
pub(crate) const ROWS_PER_CHECK: u32 = 64;

/// Some rows of a segment and, once it is built, their index.
#[derive(Debug)]
pub(crate) struct IndexPart {
    rows: Range<u32>,
    /// `Some(None)`: its words exceed the limits of an index, so its records are always read.
    index: OnceLock<Option<Arc<RowIndex>>>,
}

/// The index of the rows of one part, which are numbered from the start of the part.
#[derive(Debug)]
pub(crate) struct RowIndex {
    /// The values at each path, by type.
    pub(crate) columns: Columns,
    /// The words, by path and row.
    pub(crate) text: TextIndex,
}

impl IndexPart {
    /// The parts of a segment of `len` rows, not built yet.
    pub(super) fn divide(len: u32) -> Box<[Self]> {
        (0..len)
            .step_by(PART_ROWS as usize)
            .map(|start| Self {
                rows: start..len.min(start.saturating_add(PART_ROWS)),
                index: OnceLock::new(),
            })
            .collect()
    }

    /// The rows of the segment that belong to the part.
    pub(crate) fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// The index, if it is built.
    pub(crate) fn index(&self) -> Option<&Arc<RowIndex>> {
        self.index.get()?.as_ref()
    }

    /// Whether the index is built, or cannot be built.
    pub(crate) fn is_settled(&self) -> bool {
        self.index.get().is_some()
    }

    /// Sets an index that was built by a merge.
    pub(super) fn set(&self, index: RowIndex) {
        // If another thread was faster, its index is the same.
        self.index.set(Some(Arc::new(index))).ok();
    }

    /// Builds the index if it is missing. `go_on` is called every few rows; once it returns
    /// `false`, the work is dropped. Returns whether the part is [settled](Self::is_settled) now.
    /// Use one `builder` for several parts to reuse its memory.
    pub(crate) fn build(
        &self,
        segment: &Segment,
        builder: &mut TextIndexBuilder,
        go_on: &dyn Fn() -> bool,
    ) -> bool {
        if self.index.get().is_none()
            && let Ok(index) = RowIndex::build(segment, self.rows(), builder, go_on)
        {
            // If another thread was faster, its index is the same.
            self.index.set(index.map(Arc::new)).ok();
        }
        self.index.get().is_some()
    }
}

#[cfg(test)]
impl IndexPart {
    /// Asserts that the index equals the one built from the records.
    pub(crate) fn assert_as_built(&self, segment: &Segment) {
        let mut builder = TextIndexBuilder::default();
        let built = RowIndex::build(segment, self.rows(), &mut builder, &|| true);
        let built = built.expect("not cancelled");
        assert_eq!(self.index().is_some(), built.is_some());
        if let (Some(index), Some(built)) = (self.index(), built) {
            assert_eq!(index.text.dump(), built.text.dump());
            assert_eq!(index.columns.bytes(), built.columns.bytes());
        }
    }
}

impl RowIndex {
    /// Builds the index of some rows from those of other parts. The text indexes are merged; the
    /// columns are built from the records, which costs a fraction of that, and finds texts that
    /// repeat only now. `None` if the text indexes cannot be merged.
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

    /// `None` if the words exceed the limits of an index.
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
        // If it was cancelled, the index is incomplete.
        if go_on() {
            Ok(text.map(|text| Self { columns, text }))
        } else {
            Err(Cancelled)
        }
    }
}

/// The records of some rows, until `go_on` returns `false`.
fn checked<'a>(
    segment: &'a Segment,
    rows: Range<u32>,
    go_on: &'a dyn Fn() -> bool,
) -> impl Iterator<Item = Option<RecordRef<'a>>> {
    rows.map_while(move |row| {
        (!row.is_multiple_of(ROWS_PER_CHECK) || go_on()).then(|| segment.get(row))
    })
}
