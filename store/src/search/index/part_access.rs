//! What the search of a part reads: the index and the records of the part, with buffers that all
//! look-ups of one search share.

use super::IndexedRows;
use super::cost_sets::CostSets;
use super::lookup::CancelCheck;
use super::plan::SearchPlan;
use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::search::matcher::{Cost, MatchScratch};
use crate::search::text::TextBuffer;

/// The number of records read between two checks for cancellation.
const RECORDS_PER_CHECK: usize = 256;

/// Access to one part for one search.
pub(super) struct PartAccess<'a> {
    pub(super) plan: &'a SearchPlan,
    pub(super) source: &'a dyn IndexedRows,
    pub(super) cancel: CancelCheck<'a>,
    pub(super) scratch: MatchScratch,
    pub(super) text: TextBuffer,
    pub(super) printed: String,
}

impl<'a> PartAccess<'a> {
    pub(super) fn new(
        plan: &'a SearchPlan,
        source: &'a dyn IndexedRows,
        is_cancelled: &'a dyn Fn() -> bool,
    ) -> Self {
        Self {
            plan,
            source,
            cancel: CancelCheck::new(is_cancelled),
            scratch: MatchScratch::default(),
            text: TextBuffer::default(),
            printed: String::new(),
        }
    }

    /// Reads records and adds those that match at their cost.
    pub(super) fn read(
        &mut self,
        rows: &RowSet,
        costs: &mut CostSets,
        mut cost_of: impl FnMut(RecordRef<'_>, &mut MatchScratch) -> Option<Cost>,
    ) {
        for (read, row) in rows.iter().enumerate() {
            if read % RECORDS_PER_CHECK == 0 && self.cancel.is_cancelled() {
                return;
            }
            if let Some(record) = self.source.record(row)
                && let Some(cost) = cost_of(record, &mut self.scratch)
            {
                costs.improve(row, cost);
            }
        }
    }
}
