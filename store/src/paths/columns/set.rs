//! The columns of all paths of one part, and the rows that meet a condition according to them.

use super::builder::ColumnBuilder;
use super::column::Column;
use super::typed_column::RepeatedText;
use crate::path::{PathSegment, VisitedPath};
use crate::paths::tree::PathTree;
use crate::record::RecordRef;
use crate::row_set::RowSet;
use crate::search::{ConditionScratch, ConditionTest, PathNames};
use crate::value::{ValueRef, ValueType};

/// The columns of the rows of one index part.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    paths: PathTree<Column>,
    rows: u32,
}

impl Columns {
    /// Builds the columns of records in the order of their rows. `None` is a row whose record
    /// cannot be read.
    #[cfg(test)]
    pub(crate) fn build<'a>(records: impl Iterator<Item = Option<RecordRef<'a>>>) -> Self {
        let mut builder = ColumnsBuilder::default();
        records.for_each(|record| builder.add(record, &mut |_, _| {}));
        builder.finish()
    }

    /// The number of rows.
    pub(crate) const fn rows(&self) -> u32 {
        self.rows
    }

    /// The column of a path. `None` if no record has the path, or if it was
    /// [left out](Self::has_gaps).
    pub(crate) fn get(&self, path: &[PathSegment]) -> Option<&Column> {
        self.paths.get(path)
    }

    /// Whether some paths were left out because there were too many or they were too long.
    pub(crate) const fn has_gaps(&self) -> bool {
        self.paths.has_gaps()
    }

    /// The rows that meet a condition at one of several paths; `None` if the columns do not
    /// suffice and the records have to be read.
    pub(crate) fn rows_matching(
        &self,
        places: &[PathNames],
        test: &ConditionTest,
    ) -> Option<RowSet> {
        if self.has_gaps() {
            return None;
        }
        let mut columns = Vec::new();
        for place in places {
            self.paths
                .at_names(place, &mut |column| columns.push(column));
        }
        // Three cases decide for all rows: no value there, no value that meets the test, one that
        // does.
        let (absent, unmet, met) = (
            test.verdict(None),
            test.verdict(Some(false)),
            test.verdict(Some(true)),
        );
        let mut rows = RowSet::new(self.rows);
        if unmet != met {
            let mut scratch = ConditionScratch::default();
            for column in &columns {
                if !column.add_meeting(test, &mut scratch, &mut rows) {
                    return None;
                }
            }
        }
        if met && !absent && !unmet {
            return Some(rows);
        }
        let mut present = RowSet::new(self.rows);
        for column in &columns {
            column.add_rows(&mut present);
        }
        let mut result = if absent {
            present.complement()
        } else {
            RowSet::new(self.rows)
        };
        let mut without = present;
        without.subtract(&rows);
        if unmet {
            result.unite(&without);
        }
        if met {
            result.unite(&rows);
        }
        Some(result)
    }

    /// The distinct texts at a path, if all values there are stored texts and there are at most
    /// `texts_max`.
    pub(crate) fn repeated_texts(
        &self,
        place: &[String],
        texts_max: usize,
    ) -> Option<Vec<RepeatedText<'_>>> {
        if self.has_gaps() {
            return None;
        }
        let mut columns = Vec::new();
        self.paths
            .at_names(place, &mut |column| columns.push(column));
        let mut texts = Vec::new();
        let all_kept = columns
            .into_iter()
            .all(|column| column.repeated_texts(texts_max, &mut texts));
        all_kept.then_some(texts)
    }

    /// Adds the rows of `within` with a stored value at a path that passes a test. With `repeated`
    /// only columns with few distinct values are tested, otherwise only the others. `None` if
    /// [paths were left out](Self::has_gaps).
    pub(crate) fn add_passing(
        &self,
        place: &[String],
        repeated: bool,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) -> Option<()> {
        if self.has_gaps() {
            return None;
        }
        self.paths.at_names(place, &mut |column| {
            column.add_passing(repeated, within, passes, set);
        });
        Some(())
    }

    /// The rows with scalars at a path that are not stored. `None` if
    /// [paths were left out](Self::has_gaps).
    pub(crate) fn unread_rows(&self, place: &[String]) -> Option<RowSet> {
        if self.has_gaps() {
            return None;
        }
        let mut rows = RowSet::new(self.rows);
        self.paths.at_names(place, &mut |column| {
            rows.unite(&column.unread_rows(self.rows));
        });
        Some(rows)
    }

    /// Memory used by all columns, in bytes.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.paths
            .iter()
            .map(|(path, column)| path.len() + column.bytes())
            .sum()
    }
}

/// Builds columns record by record.
#[derive(Debug, Default)]
pub(crate) struct ColumnsBuilder<'a> {
    paths: PathTree<NumberedColumn<'a>>,
    rows: u32,
}

#[derive(Debug, Default)]
struct NumberedColumn<'a> {
    column: ColumnBuilder<'a>,
    number: Option<u16>,
}

impl<'a> ColumnsBuilder<'a> {
    /// Adds the record of the next row; `None` if it cannot be read. `read` is called with each
    /// scalar and its path, so that a record is decoded once for all indexes built from it. The
    /// path is `None` where [paths were left out](Columns::has_gaps).
    pub(crate) fn add(
        &mut self,
        record: Option<RecordRef<'a>>,
        read: &mut impl FnMut(Option<VisitedPath<'_>>, ValueRef<'a>),
    ) {
        let row = self.rows;
        self.rows += 1;
        let Some(record) = record else {
            return;
        };
        self.paths.walk_all(record.value, &mut |place, visited| {
            let value_type = visited.value_type();
            let is_kept = !matches!(
                value_type,
                ValueType::Null | ValueType::Bytes | ValueType::List | ValueType::Map
            );
            let Some((text, numbered)) = place else {
                if is_kept {
                    read(None, visited.value());
                }
                return;
            };
            if !is_kept {
                numbered.column.omit(row, value_type);
                return;
            }
            let value = visited.value();
            numbered.column.add(row, value);
            let number = &mut numbered.number;
            read(Some(VisitedPath { text, number }), value);
        });
    }

    /// Builds the columns of the records added.
    pub(crate) fn finish(self) -> Columns {
        let rows = self.rows;
        Columns {
            paths: self.paths.map(|numbered| numbered.column.finish(rows)),
            rows,
        }
    }
}
