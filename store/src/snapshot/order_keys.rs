//! Order keys for sorting by a path: numbers taken from columns, so that sorting reads neither
//! values nor records. Only possible if columns hold all values at the path.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::rows::SnapshotRows;
use crate::path::{PathSegment, visit_at};
use crate::paths::Column;
use crate::row_set::RowSet;
use crate::search::{RowId, RowSource as _};
use crate::value::{Timestamp, ValueRef};

/// The types in order; a record without a value comes after all of them.
const NULL: u8 = 0;
const BOOL: u8 = 1;
const NUMBER: u8 = 2;
const TEXT: u8 = 3;
const TIMESTAMP: u8 = 5;
const MISSING: u8 = 9;

const SIGN: u64 = 1 << 63;
/// Integers up to this convert to floats without loss.
const EXACT_MAX: u64 = 1 << 53;
/// The largest distance from 1970 in seconds that leaves room for nanoseconds.
const SECONDS_MAX: i64 = 1 << 33;
const NANO_BITS: u32 = 30;
/// The largest number of records without columns that are read in a part; with more, the caller
/// sorts by values instead.
const READ_MAX: u32 = 64 * 1024;

/// A key in the order of a path: type, then number.
pub(super) type OrderKey = (u8, u64);

/// The values at the path in the chosen rows of a part.
struct PartValues<'a> {
    part: u32,
    rows: RowSet,
    held: Held<'a>,
}

enum Held<'a> {
    Nothing,
    Column(&'a Column),
    /// The values of rows that were read, ascending.
    Read(Vec<(u32, ValueRef<'a>)>),
}

/// The value by which a record is sorted: the first scalar at the path.
pub(super) fn first_scalar<'a>(value: ValueRef<'a>, path: &[PathSegment]) -> Option<ValueRef<'a>> {
    let mut first = None;
    visit_at(value, path, &mut |found| {
        if first.is_none() && !matches!(found, ValueRef::List(_) | ValueRef::Map(_)) {
            first = Some(found);
        }
    });
    first
}

/// The chosen rows of all parts, each with its order key. `None` if not all values are in columns,
/// if some have no key, or if records may have several values at the path: columns do not know
/// which of them is the first.
pub(super) fn order_keys(
    rows: &SnapshotRows,
    path: &[PathSegment],
    chosen: &dyn Fn(usize) -> RowSet,
    descending: bool,
) -> Option<Vec<Vec<(OrderKey, RowId)>>> {
    if path.contains(&PathSegment::Elements) {
        return None;
    }
    let parts: Option<Vec<_>> = (0..rows.parts())
        .map(|part| PartValues::new(rows, part, chosen(part), path))
        .collect();
    let parts = parts?;
    let mut texts = BTreeSet::new();
    for part in &parts {
        part.for_each_text(&mut |text| {
            texts.insert(text);
        });
    }
    let texts: HashMap<&str, u64> = texts.into_iter().zip(0..).collect();
    let entries = parts
        .par_iter()
        .map(|part| part.entries(&texts, descending));
    entries.collect()
}

impl<'a> PartValues<'a> {
    fn new(
        source: &'a SnapshotRows,
        part: usize,
        rows: RowSet,
        path: &[PathSegment],
    ) -> Option<Self> {
        let held = if rows.is_empty() {
            Held::Nothing
        } else if let Some(columns) = source.columns(part) {
            match columns.get(path) {
                Some(column) if column.holds_all_scalars() => Held::Column(column),
                Some(_) => return None,
                None => Held::Nothing,
            }
        } else if rows.count() <= READ_MAX {
            let read = rows.iter().filter_map(|row| {
                let record = source.record(part, row)?;
                Some((row, first_scalar(record.value, path)?))
            });
            Held::Read(read.collect())
        } else {
            return None;
        };
        let part = part as u32;
        Some(Self { part, rows, held })
    }

    fn for_each_text(&self, visit: &mut dyn FnMut(&'a str)) {
        match &self.held {
            Held::Nothing => {}
            Held::Column(column) => column.for_each_text(visit),
            Held::Read(read) => {
                for (_, value) in read {
                    if let ValueRef::String(text) = value {
                        visit(text);
                    }
                }
            }
        }
    }

    fn entries(
        &self,
        texts: &HashMap<&str, u64>,
        descending: bool,
    ) -> Option<Vec<(OrderKey, RowId)>> {
        let mut order_keys = vec![(MISSING, 0); self.rows.rows() as usize];
        let mut are_numbered = true;
        let mut put = |row: u32, value: ValueRef<'_>| {
            let key = match value {
                ValueRef::String(text) => texts.get(text).map(|number| (TEXT, *number)),
                value => order_key_of(value),
            };
            match (key, order_keys.get_mut(row as usize)) {
                (Some(key), Some(kept)) => *kept = key,
                _ => are_numbered = false,
            }
        };
        match &self.held {
            Held::Nothing => {}
            Held::Column(column) => column.for_each_value(self.rows.rows(), &mut put),
            Held::Read(read) => read.iter().for_each(|(row, value)| put(*row, *value)),
        }
        if !are_numbered {
            return None;
        }
        let turned = |(kind, number): OrderKey| match kind {
            MISSING => (MISSING, 0),
            kind if descending => (TIMESTAMP - kind, !number),
            kind => (kind, number),
        };
        let part = self.part;
        let entries = self.rows.iter().map(|row| {
            let key = order_keys
                .get(row as usize)
                .copied()
                .unwrap_or((MISSING, 0));
            (turned(key), RowId { part, row })
        });
        Some(entries.collect())
    }
}

/// The key of a value that is no text, in the order of [`cmp_values`](crate::value::cmp_values).
fn order_key_of(value: ValueRef<'_>) -> Option<OrderKey> {
    match value {
        ValueRef::Null => Some((NULL, 0)),
        ValueRef::Bool(truth) => Some((BOOL, truth.into())),
        ValueRef::Int(int) if int.unsigned_abs() <= EXACT_MAX => {
            Some((NUMBER, float_key(int as f64)))
        }
        ValueRef::Float(float) => Some((NUMBER, float_key(float))),
        ValueRef::Timestamp(timestamp) => Some((TIMESTAMP, timestamp_key(timestamp)?)),
        _ => None,
    }
}

/// Not a number is above all others, and zero is one number with two signs.
fn float_key(float: f64) -> u64 {
    if float.is_nan() {
        return u64::MAX;
    }
    let bits = if float == 0.0 { 0 } else { float.to_bits() };
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn timestamp_key(timestamp: Timestamp) -> Option<u64> {
    let seconds = timestamp.seconds().checked_add(SECONDS_MAX)?;
    let seconds = u64::try_from(seconds).ok()?;
    (seconds >> (u64::BITS - NANO_BITS) == 0)
        .then(|| seconds << NANO_BITS | u64::from(timestamp.nanos()))
}
