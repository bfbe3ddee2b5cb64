//! The values of one type at one path, stored as keys: numbers that sort like the values.

use std::cmp::Ordering;

use super::compact_rows::CompactRows;
use super::dictionary::Dictionary;
use super::packed::Packed;
use crate::row_set::RowSet;
use crate::search::{ConditionScratch, ConditionTest};
use crate::value::{Timestamp, ValueRef, ValueType};

/// With at least one value in this number of rows, keys are stored by row.
const ROWS_PER_VALUE: usize = 10;
const SIGN: u64 = 1 << 63;
/// The bits of the nanoseconds within a second.
const NANO_BITS: u32 = 30;
const NANOS_MAX: u32 = 999_999_999;

/// The values of one type at one path.
#[derive(Debug)]
pub(super) struct TypedColumn {
    kind: KeyMeaning,
    form: Layout,
}

/// The value that a key represents.
#[derive(Debug)]
pub(super) enum KeyMeaning {
    Bool,
    Int,
    /// Integers above `i64::MAX`.
    UInt,
    Float,
    /// Seconds since this second, and nanoseconds.
    Timestamp(i64),
    Text(Dictionary),
}

/// How keys are assigned to rows.
#[derive(Debug)]
enum Layout {
    /// A key for each row of the part, valid only in `rows`.
    ByRow { rows: CompactRows, keys: Packed },
    /// Ascending keys, and the row of each.
    ByValue { keys: Packed, rows: Box<[u32]> },
}

/// The key of a signed integer.
pub(super) const fn int_key(int: i64) -> u64 {
    int as u64 ^ SIGN
}

/// The key of a float; all NaNs have the same key, the largest.
pub(super) fn float_key(float: f64) -> u64 {
    if float.is_nan() {
        return u64::MAX;
    }
    let bits = float.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn float_of(key: u64) -> f64 {
    if key == u64::MAX {
        f64::NAN
    } else if key & SIGN == 0 {
        f64::from_bits(!key)
    } else {
        f64::from_bits(key & !SIGN)
    }
}

/// The key of a timestamp; `None` if it is before `first_second`, or more than five centuries after
/// it.
pub(super) fn timestamp_key(timestamp: Timestamp, first_second: i64) -> Option<u64> {
    let seconds = u64::try_from(timestamp.seconds().checked_sub(first_second)?).ok()?;
    (seconds >> (u64::BITS - NANO_BITS) == 0)
        .then(|| seconds << NANO_BITS | u64::from(timestamp.nanos()))
}

/// A text of a dictionary, which any number of rows may hold.
#[derive(Debug)]
pub(crate) struct RepeatedText<'a> {
    pub(crate) text: &'a str,
    typed: &'a TypedColumn,
    code: u64,
}

impl RepeatedText<'_> {
    /// Adds the rows with the text to a set.
    pub(crate) fn add_rows(&self, set: &mut RowSet) {
        self.typed.add_between(self.code, self.code, set);
    }
}

impl TypedColumn {
    /// Adds the distinct texts. Returns `false` if the values are not texts, or if there are more
    /// than `texts_max` texts.
    pub(super) fn repeated_texts<'a>(
        &'a self,
        texts_max: usize,
        texts: &mut Vec<RepeatedText<'a>>,
    ) -> bool {
        let KeyMeaning::Text(dictionary) = &self.kind else {
            return false;
        };
        if texts.len() + dictionary.len() > texts_max {
            return false;
        }
        texts.extend((0..dictionary.len() as u64).map(|code| RepeatedText {
            text: dictionary.get(code),
            typed: self,
            code,
        }));
        true
    }

    /// From keys in the order of their rows, of a part of `len` rows.
    pub(super) fn new(kind: KeyMeaning, rows: Vec<u32>, keys: Vec<u64>, len: u32) -> Self {
        let has_repeats = rows.array_windows().any(|[before, row]| before == row);
        let form = if has_repeats || rows.len() * ROWS_PER_VALUE < len as usize {
            let mut pairs: Vec<(u64, u32)> = keys.into_iter().zip(rows).collect();
            pairs.sort_unstable();
            let (keys, rows): (Vec<u64>, Vec<u32>) = pairs.into_iter().unzip();
            Layout::ByValue {
                keys: Packed::new(&keys),
                rows: rows.into(),
            }
        } else {
            Layout::by_row(rows, keys, len)
        };
        Self { kind, form }
    }

    /// The value of a key.
    fn value(&self, key: u64) -> ValueRef<'_> {
        match &self.kind {
            KeyMeaning::Bool => ValueRef::Bool(key != 0),
            KeyMeaning::Int => ValueRef::Int((key ^ SIGN) as i64),
            KeyMeaning::UInt => ValueRef::UInt(key),
            KeyMeaning::Float => ValueRef::Float(float_of(key)),
            KeyMeaning::Timestamp(first_second) => {
                // Searching for the ends of a range also tries keys that no timestamp has.
                let seconds = first_second.saturating_add((key >> NANO_BITS) as i64);
                let nanos = (key & ((1 << NANO_BITS) - 1)) as u32;
                let timestamp = Timestamp::new(seconds, nanos.min(NANOS_MAX));
                ValueRef::Timestamp(timestamp.unwrap_or(Timestamp::MAX))
            }
            KeyMeaning::Text(dictionary) => ValueRef::String(dictionary.get(key)),
        }
    }

    /// The type of the values.
    pub(super) const fn value_type(&self) -> ValueType {
        match &self.kind {
            KeyMeaning::Bool => ValueType::Bool,
            KeyMeaning::Int | KeyMeaning::UInt => ValueType::Int,
            KeyMeaning::Float => ValueType::Float,
            KeyMeaning::Timestamp(_) => ValueType::Timestamp,
            KeyMeaning::Text(_) => ValueType::String,
        }
    }

    /// Adds the rows with a value to a set.
    pub(super) fn add_rows(&self, set: &mut RowSet) {
        match &self.form {
            Layout::ByRow { rows, .. } => rows.add_to(set),
            Layout::ByValue { rows, .. } => rows.iter().for_each(|row| set.insert(*row)),
        }
    }

    /// Adds the rows with a value that meets a test to a set.
    pub(super) fn add_meeting(
        &self,
        test: &ConditionTest,
        scratch: &mut ConditionScratch,
        set: &mut RowSet,
    ) {
        if !test.may_be_met_by(self.value_type()) {
            return;
        }
        // Ranges are of numbers or timestamps; texts are sorted as texts, not as timestamps.
        let are_in_order = || match &self.kind {
            KeyMeaning::Text(dictionary) => dictionary.timestamps_ascend(),
            _ => true,
        };
        if test.is_range() && are_in_order() {
            if let Some((from, to)) = self.range(test, scratch) {
                self.add_between(from, to, set);
            }
            return;
        }
        let mut meets = |key| test.met_by(self.value(key), scratch);
        match &self.form {
            Layout::ByRow { rows, keys } => {
                let mut found = keys.accepted(meets);
                rows.keep_in(&mut found);
                set.unite(&found);
            }
            Layout::ByValue { keys, rows } => {
                let mut last = None;
                for (index, row) in rows.iter().enumerate() {
                    let key = keys.get(index);
                    // Equal keys are adjacent: each is tested once.
                    let is_met = match last {
                        Some((same, is_met)) if same == key => is_met,
                        _ => meets(key),
                    };
                    last = Some((key, is_met));
                    if is_met {
                        set.insert(*row);
                    }
                }
            }
        }
    }

    /// The smallest and the largest key whose values are within a range.
    fn range(&self, test: &ConditionTest, scratch: &mut ConditionScratch) -> Option<(u64, u64)> {
        let (least, mut greatest) = match &self.form {
            Layout::ByRow { keys, .. } | Layout::ByValue { keys, .. } => keys.bounds(),
        };
        if let KeyMeaning::Text(dictionary) = &self.kind {
            // The bounds are those of the packed width, which may exceed the dictionary.
            greatest = greatest.min((dictionary.len() as u64).checked_sub(1)?);
        }
        test.side(self.value(least), scratch)?;
        let mut first = |is_past: &dyn Fn(Ordering) -> bool| {
            let (mut low, mut high) = (least, greatest);
            // `None` instead of `greatest + 1`, which may not fit into 64 bits.
            loop {
                let middle = low + (high - low) / 2;
                let side = test.side(self.value(middle), scratch);
                match (side.is_some_and(is_past), low == high) {
                    (true, true) => return Some(middle),
                    (false, true) => return None,
                    (true, false) => high = middle,
                    (false, false) => low = middle + 1,
                }
            }
        };
        let from = first(&Ordering::is_ge)?;
        let to = match first(&Ordering::is_gt) {
            Some(past) => past.checked_sub(1)?,
            None => greatest,
        };
        (from <= to).then_some((from, to))
    }

    fn add_between(&self, from: u64, to: u64, set: &mut RowSet) {
        match &self.form {
            Layout::ByRow { rows, keys } => {
                let mut found = keys.between(from, to);
                rows.keep_in(&mut found);
                set.unite(&found);
            }
            Layout::ByValue { keys, rows } => {
                let start = keys.count_less(from);
                let end = to
                    .checked_add(1)
                    .map_or(rows.len(), |past| keys.count_less(past));
                for row in rows.get(start..end).unwrap_or_default() {
                    set.insert(*row);
                }
            }
        }
    }

    /// Visits the distinct values in the rows of a set, each with its count.
    pub(super) fn visit_in(&self, set: &RowSet, visit: &mut dyn FnMut(ValueRef<'_>, u64)) {
        if let Layout::ByRow { rows, keys } = &self.form
            && self.repeats()
        {
            let (least, _) = keys.bounds();
            let mut counts = vec![0_u64; keys.range() as usize + 1];
            let mut inside = set.clone();
            rows.keep_in(&mut inside);
            for row in inside.iter() {
                if let Some(count) = counts.get_mut((keys.get(row as usize) - least) as usize) {
                    *count += 1;
                }
            }
            let counted = (least..).zip(counts).filter(|(_, count)| *count > 0);
            return counted.for_each(|(key, count)| visit(self.value(key), count));
        }
        let mut found: Vec<u64> = match &self.form {
            Layout::ByRow { rows, keys } => {
                let mut inside = set.clone();
                rows.keep_in(&mut inside);
                inside.iter().map(|row| keys.get(row as usize)).collect()
            }
            Layout::ByValue { keys, rows } => rows
                .iter()
                .enumerate()
                .filter(|(_, row)| set.contains(**row))
                .map(|(index, _)| keys.get(index))
                .collect(),
        };
        found.sort_unstable();
        for equal in found.chunk_by(|left, right| left == right) {
            if let Some(key) = equal.first() {
                visit(self.value(*key), equal.len() as u64);
            }
        }
    }

    /// Visits the distinct texts.
    pub(super) fn for_each_text<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        if let KeyMeaning::Text(dictionary) = &self.kind {
            (0..dictionary.len() as u64).for_each(|code| visit(dictionary.get(code)));
        }
    }

    /// Whether there are at most 65 536 distinct values, so that a table of them is small.
    pub(super) fn repeats(&self) -> bool {
        let (Layout::ByRow { keys, .. } | Layout::ByValue { keys, .. }) = &self.form;
        u16::try_from(keys.range()).is_ok()
    }

    /// Adds the rows of `within` whose value passes a test. If there are few distinct values, the
    /// test is called once for each.
    pub(super) fn add_passing(
        &self,
        within: &RowSet,
        passes: &mut dyn FnMut(ValueRef<'_>) -> bool,
        set: &mut RowSet,
    ) {
        let mut test = |known: &mut KnownKeys, key: u64, row: u32| {
            if known.get(key, |key| passes(self.value(key))) {
                set.insert(row);
            }
        };
        match &self.form {
            Layout::ByRow { rows, keys } => {
                let mut inside = within.clone();
                rows.keep_in(&mut inside);
                let mut known = KnownKeys::new(keys);
                for row in inside.iter() {
                    test(&mut known, keys.get(row as usize), row);
                }
            }
            Layout::ByValue { keys, rows } => {
                let mut known = KnownKeys::new(keys);
                for (index, row) in rows.iter().enumerate() {
                    if within.contains(*row) {
                        test(&mut known, keys.get(index), *row);
                    }
                }
            }
        }
    }

    /// Visits every value with its row.
    pub(super) fn for_each_value<'a>(&'a self, visit: &mut dyn FnMut(u32, ValueRef<'a>)) {
        match &self.form {
            Layout::ByRow { rows, keys } => {
                rows.for_each(keys.len() as u32, &mut |row| {
                    visit(row, self.value(keys.get(row as usize)));
                });
            }
            Layout::ByValue { keys, rows } => {
                for (index, row) in rows.iter().enumerate() {
                    visit(*row, self.value(keys.get(index)));
                }
            }
        }
    }

    /// Memory used besides the structure itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let dictionary = match &self.kind {
            KeyMeaning::Text(dictionary) => dictionary.bytes(),
            _ => 0,
        };
        dictionary
            + match &self.form {
                Layout::ByRow { rows, keys } => rows.bytes() + keys.bytes(),
                Layout::ByValue { keys, rows } => keys.bytes() + size_of_val(&**rows),
            }
    }
}

/// Caches the results of a test by key, if the keys span a small range.
struct KnownKeys {
    least: u64,
    known: Vec<Option<bool>>,
}

impl KnownKeys {
    fn new(keys: &Packed) -> Self {
        let range = keys.range();
        let is_narrow = u16::try_from(range).is_ok();
        Self {
            least: keys.bounds().0,
            known: vec![None; if is_narrow { range as usize + 1 } else { 0 }],
        }
    }

    fn get(&mut self, key: u64, test: impl FnOnce(u64) -> bool) -> bool {
        match self.known.get_mut((key - self.least) as usize) {
            Some(known) => *known.get_or_insert_with(|| test(key)),
            None => test(key),
        }
    }
}

impl Layout {
    fn by_row(rows: Vec<u32>, keys: Vec<u64>, len: u32) -> Self {
        if rows.len() == len as usize {
            return Self::ByRow {
                rows: CompactRows::All,
                keys: Packed::new(&keys),
            };
        }
        // Rows without a value get a key that does not widen the range.
        let filler = keys.first().copied().unwrap_or_default();
        let mut by_row = vec![filler; len as usize];
        for (row, key) in rows.iter().zip(&keys) {
            if let Some(slot) = by_row.get_mut(*row as usize) {
                *slot = *key;
            }
        }
        Self::ByRow {
            keys: Packed::new(&by_row),
            rows: CompactRows::new(rows, len),
        }
    }
}
