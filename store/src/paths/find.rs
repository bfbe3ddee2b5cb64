//! Typed look-ups: which records fulfil a condition on a path. And the text of one path, for
//! columns.

use std::borrow::Cow;
use std::ops::ControlFlow;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use crate::key::Key;
use crate::path::{Path, PathSegment, visit_at};
use crate::record::Scan;
use crate::search::{
    CancelToken, Cancelled, Condition, ConditionScratch, ConditionTest, TextComparison, leaf_text,
    names_of,
};
use crate::value::ValueRef;

const RECORDS_PER_CHECK: u64 = 256;

/// What a look-up found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundKeys {
    /// Keys in order, the first of them if there was a limit.
    pub keys: Vec<Key>,
    /// How many records fulfil the condition.
    pub total: u64,
}

impl FoundKeys {
    /// What was found in two parts.
    pub(crate) fn joined(mut self, other: Self) -> Self {
        self.total += other.total;
        self.keys.extend(other.keys);
        self
    }

    /// What was found in all parts, in order; nothing if it is not wanted any more.
    pub(crate) fn finish(mut self, limit: usize, cancel: &CancelToken) -> Result<Self, Cancelled> {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        self.keys.par_sort_unstable();
        self.keys.truncate(limit);
        Ok(self)
    }
}

/// Finds the records that fulfil a condition on a path, texts compared byte by byte.
///
/// Lists are passed through: `tags` and `tags[]` are the same place here, and any element is
/// enough.
///
/// ```
/// use vstore::value::{EncodedValue, Value};
/// use vstore::{Condition, Key, Meta, Path, Record, CancelToken, find};
///
/// let value = Value::Map(vec![("name".to_owned(), Value::from("John"))]);
/// let record = Record {
///     key: Key::new("user:1")?,
///     value: EncodedValue::encode(&value)?,
///     meta: Meta::default(),
/// };
/// let john = Condition::Equals(Value::from("John"));
/// let found = find([record].as_slice(), &Path::parse("name")?, &john, None, &CancelToken::never())?;
/// assert_eq!(found.keys, [Key::new("user:1")?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn find(
    scan: &(impl Scan + ?Sized),
    path: &Path,
    condition: &Condition,
    limit: Option<usize>,
    cancel: &CancelToken,
) -> Result<FoundKeys, Cancelled> {
    let test = ConditionTest::new(condition, TextComparison::Exact);
    let places = [names_of(path)];
    let limit = limit.unwrap_or(usize::MAX);
    let found = (0..scan.parts())
        .into_par_iter()
        .map(|part| {
            let mut scratch = ConditionScratch::default();
            let mut found = FoundKeys::default();
            let mut records: u64 = 0;
            scan.scan_part(part, &mut |record| {
                records += 1;
                if records.is_multiple_of(RECORDS_PER_CHECK) && cancel.is_cancelled() {
                    return ControlFlow::Break(());
                }
                if test.holds(record.value, &places, &mut scratch) {
                    found.total += 1;
                    // A part is in key order, so that its first are all that can be listed.
                    if found.keys.len() < limit {
                        found.keys.extend(Key::new(record.key));
                    }
                }
                ControlFlow::Continue(())
            });
            found
        })
        .reduce(FoundKeys::default, FoundKeys::joined);
    found.finish(limit, cancel)
}

/// The text of the first scalar at a path: what a column shows. `None` if nothing stands there, or
/// only bytes, lists and maps.
pub fn first_text_at<'a>(value: ValueRef<'a>, segments: &[PathSegment]) -> Option<Cow<'a, str>> {
    let mut first = None;
    visit_at(value, segments, &mut |value| {
        if first.is_none() {
            first = text_of(value);
        }
    });
    first
}

fn text_of(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => Some(Cow::Borrowed("null")),
        ValueRef::String(text) => Some(Cow::Borrowed(text)),
        other => {
            let mut printed = String::new();
            leaf_text(other, &mut printed).map(|text| Cow::Owned(text.to_owned()))
        }
    }
}
