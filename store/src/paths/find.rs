//! Typed look-ups: the records that meet a condition on a path, and the text that a table column
//! shows for a path.

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

/// The result of a look-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundKeys {
    /// The keys found, ascending; only the first of them if the look-up had a limit.
    pub keys: Vec<Key>,
    /// The number of records that meet the condition, regardless of the limit.
    pub total: u64,
}

impl FoundKeys {
    /// Combines the results of two parts; keys are not sorted until [`finish`](Self::finish).
    pub(crate) fn joined(mut self, other: Self) -> Self {
        self.total += other.total;
        self.keys.extend(other.keys);
        self
    }

    /// Sorts the keys of all parts and keeps the first `limit`.
    pub(crate) fn finish(mut self, limit: usize, cancel: &CancelToken) -> Result<Self, Cancelled> {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        self.keys.par_sort_unstable();
        self.keys.truncate(limit);
        Ok(self)
    }
}

/// Finds the records that meet a condition on a path. Texts are compared byte by byte.
///
/// Lists are transparent: `tags` and `tags[]` mean the same here, and one matching element is
/// enough.
///
/// Reads every record, O(n), in parallel; [`Snapshot::find`](crate::Snapshot::find) uses the
/// indexes.
///
/// # Errors
///
/// [`Cancelled`] if `cancel` was cancelled before the end.
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
                    // A part is in key order, so its first `limit` keys are enough.
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

/// The text of the first scalar at a path, as a table column shows it. `None` if the path is
/// missing or holds only bytes, lists and maps.
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
