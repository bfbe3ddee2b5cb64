//! All values at one path, for the rows of one part.

use super::compact_rows::OmittedValues;
use super::typed_column::{RepeatedText, TypedColumn};
use crate::row_set::RowSet;
use crate::search::{ConditionScratch, ConditionTest};
use crate::value::{ValueRef, ValueType};

/// The values at one path, by type.
#[derive(Debug, Default)]
pub(crate) struct Column {
    /// The values that are stored.
    pub(super) typed: Box<[TypedColumn]>,
    /// The rows of values that are not stored.
    pub(super) omitted: Box<[(ValueType, OmittedValues)]>,
}

impl Column {
    /// Adds the rows that have any value to a set.
    pub(crate) fn add_rows(&self, set: &mut RowSet) {
        for typed in &self.typed {
            typed.add_rows(set);
        }
        for (_, omitted) in &self.omitted {
            omitted.rows.add_to(set);
        }
    }

    /// Adds the rows with a value that meets a test to a set. Returns `false` if that depends on
    /// omitted values, which would have to be read from the records.
    pub(super) fn add_meeting(
        &self,
        test: &ConditionTest,
        scratch: &mut ConditionScratch,
        set: &mut RowSet,
    ) -> bool {
        for (value_type, omitted) in &self.omitted {
            match value_type {
                ValueType::Null if test.met_by(ValueRef::Null, scratch) => {
                    omitted.rows.add_to(set);
                }
                ValueType::Null => {}
                _ if test.is_met_by_all(*value_type) => omitted.rows.add_to(set),
                _ if test.may_be_met_by(*value_type) => return false,
                _ => {}
            }
        }
        for typed in &self.typed {
            typed.add_meeting(test, scratch, set);
        }
        true
    }

    /// Adds the rows of `within` with a stored value that passes a test. With `repeated` only
    /// columns with few distinct values are tested, otherwise only the others.
    pub(super) fn add_passing(
        &self,
        repeated: bool,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) {
        for typed in self
            .typed
            .iter()
            .filter(|typed| typed.repeats() == repeated)
        {
            typed.add_passing(within, passes, set);
        }
    }

    /// Adds the distinct texts. Returns `false` if some values are not in a dictionary, or if there
    /// are more than `texts_max` texts.
    pub(super) fn repeated_texts<'a>(
        &'a self,
        texts_max: usize,
        texts: &mut Vec<RepeatedText<'a>>,
    ) -> bool {
        let has_others = self
            .omitted
            .iter()
            .any(|(value_type, _)| matches!(value_type, ValueType::String | ValueType::Timestamp));
        !has_others
            && self
                .typed
                .iter()
                .all(|typed| typed.repeated_texts(texts_max, texts))
    }

    /// Visits the stored values in the rows of a set, each with its count.
    pub(crate) fn visit_in(&self, set: &RowSet, visit: &mut dyn FnMut(ValueRef<'_>, u64)) {
        for typed in &self.typed {
            typed.visit_in(set, visit);
        }
    }

    /// Whether every scalar is stored, or null.
    pub(crate) fn holds_all_scalars(&self) -> bool {
        self.omitted.iter().all(|(value_type, _)| {
            matches!(
                value_type,
                ValueType::Null | ValueType::List | ValueType::Map
            )
        })
    }

    /// Visits the distinct texts that are stored.
    pub(crate) fn for_each_text<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        for typed in &self.typed {
            typed.for_each_text(visit);
        }
    }

    /// Visits every stored value and every null with its row. The part has `rows` rows.
    pub(crate) fn for_each_value<'a>(
        &'a self,
        rows: u32,
        visit: &mut dyn FnMut(u32, ValueRef<'a>),
    ) {
        for typed in &self.typed {
            typed.for_each_value(visit);
        }
        for (value_type, omitted) in &self.omitted {
            if *value_type == ValueType::Null {
                omitted
                    .rows
                    .for_each(rows, &mut |row| visit(row, ValueRef::Null));
            }
        }
    }

    /// Visits the types of omitted values, with the number of such values in the rows of a set.
    pub(crate) fn visit_types_in(&self, set: &RowSet, visit: &mut dyn FnMut(ValueType, u64)) {
        for (value_type, omitted) in &self.omitted {
            visit(*value_type, omitted.count_in(set));
        }
    }

    /// The rows with omitted scalars, which have to be read from the records.
    pub(crate) fn unread_rows(&self, rows: u32) -> RowSet {
        let mut set = RowSet::new(rows);
        for (value_type, omitted) in &self.omitted {
            if matches!(
                value_type,
                ValueType::String | ValueType::Bytes | ValueType::Timestamp
            ) {
                omitted.rows.add_to(&mut set);
            }
        }
        set
    }

    /// Memory used, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let typed: usize = self.typed.iter().map(TypedColumn::bytes).sum();
        let omitted: usize = self
            .omitted
            .iter()
            .map(|(_, omitted)| omitted.bytes())
            .sum();
        size_of::<Self>()
            + size_of_val(&*self.typed)
            + size_of_val(&*self.omitted)
            + typed
            + omitted
    }
}
