//! Typed columns: what stands at each path, over the rows of one index part.

use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::search::{ConditionTest, Place};

/// The columns of the rows of one index part.
#[derive(Debug, Default)]
pub(crate) struct Columns;

impl Columns {
    /// Builds the columns of records in the order of their rows. `None` stands for a row that
    /// cannot be read and holds nothing.
    pub(crate) fn build<'a>(records: impl Iterator<Item = Option<RecordRef<'a>>>) -> Self {
        records.for_each(drop);
        Self
    }

    /// The rows that meet a condition at one of several places; `None` if the columns cannot
    /// tell, and the records have to be read.
    #[expect(dead_code, reason = "conditions are answered from columns next")]
    pub(crate) const fn rows_matching(
        &self,
        _places: &[Place],
        _test: &ConditionTest,
    ) -> Option<RowSet> {
        None
    }
}
