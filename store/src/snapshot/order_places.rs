//! The order of a path as numbers, where columns hold all there is: sorting then compares numbers
//! and reads neither values nor records.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::order::first_scalar;
use super::rows::SnapshotRows;
use crate::path::PathSegment;
use crate::paths::Column;
use crate::row_set::RowSet;
use crate::search::{RowId, RowSource as _};
use crate::value::{Timestamp, ValueRef};

/// The types in their order; a record without a value comes behind all of them.
const NULL: u8 = 0;
const BOOL: u8 = 1;
const NUMBER: u8 = 2;
const TEXT: u8 = 3;
const MOMENT: u8 = 5;
const MISSING: u8 = 9;

const SIGN: u64 = 1 << 63;
/// Integers up to this are floats without loss.
const EXACT_MAX: u64 = 1 << 53;
/// Seconds around 1970 that leave room for nanoseconds.
const SECONDS_MAX: i64 = 1 << 33;
const NANO_BITS: u32 = 30;
/// So many recent records are read; where more have no columns yet, others sort them.
const READ_MAX: u32 = 64 * 1024;

/// A place in the order of a path: type, then number.
pub(super) type Place = (u8, u64);

/// What stands in the chosen rows of a part.
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

/// The chosen rows of all parts, each with its place. `None`: not all values are in columns, some
/// cannot be numbered, or records have several values at the path, and columns do not know which
/// of them is the first.
pub(super) fn places(
    rows: &SnapshotRows,
    path: &[PathSegment],
    chosen: &dyn Fn(usize) -> RowSet,
    descending: bool,
) -> Option<Vec<Vec<(Place, RowId)>>> {
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

    fn entries(&self, texts: &HashMap<&str, u64>, descending: bool) -> Option<Vec<(Place, RowId)>> {
        let mut places = vec![(MISSING, 0); self.rows.rows() as usize];
        let mut are_numbered = true;
        let mut put = |row: u32, value: ValueRef<'_>| {
            let place = match value {
                ValueRef::String(text) => texts.get(text).map(|number| (TEXT, *number)),
                value => place_of(value),
            };
            match (place, places.get_mut(row as usize)) {
                (Some(place), Some(kept)) => *kept = place,
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
        let turned = |(kind, number): Place| match kind {
            MISSING => (MISSING, 0),
            kind if descending => (MOMENT - kind, !number),
            kind => (kind, number),
        };
        let part = self.part;
        let entries = self.rows.iter().map(|row| {
            let place = places.get(row as usize).copied().unwrap_or((MISSING, 0));
            (turned(place), RowId { part, row })
        });
        Some(entries.collect())
    }
}

/// The place of a value that is no text, in the order of [`cmp_values`](crate::value::cmp_values).
fn place_of(value: ValueRef<'_>) -> Option<Place> {
    match value {
        ValueRef::Null => Some((NULL, 0)),
        ValueRef::Bool(truth) => Some((BOOL, truth.into())),
        ValueRef::Int(int) if int.unsigned_abs() <= EXACT_MAX => {
            Some((NUMBER, float_place(int as f64)))
        }
        ValueRef::Float(float) => Some((NUMBER, float_place(float))),
        ValueRef::Timestamp(moment) => Some((MOMENT, moment_place(moment)?)),
        _ => None,
    }
}

/// Not a number is above all others, and zero is one number with two signs.
fn float_place(float: f64) -> u64 {
    if float.is_nan() {
        return u64::MAX;
    }
    let bits = if float == 0.0 { 0 } else { float.to_bits() };
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn moment_place(moment: Timestamp) -> Option<u64> {
    let seconds = moment.seconds().checked_add(SECONDS_MAX)?;
    let seconds = u64::try_from(seconds).ok()?;
    (seconds >> (u64::BITS - NANO_BITS) == 0)
        .then(|| seconds << NANO_BITS | u64::from(moment.nanos()))
}
