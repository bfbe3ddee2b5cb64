//! Collecting the values at one path, record by record.

use super::column::Column;
use super::compact_rows::OmittedValues;
use super::dictionary::DictionaryBuilder;
use super::typed_column::{KeyMeaning, TypedColumn, float_key, int_key, moment_key};
use crate::value::{Timestamp, ValueRef, ValueType};

/// The values at one path, as they come.
#[derive(Debug, Default)]
pub(super) struct ColumnBuilder<'a> {
    bools: Pairs,
    ints: Pairs,
    uints: Pairs,
    floats: Pairs,
    /// Numbers of the dictionary, until it gives up; then of those before.
    texts: Pairs,
    dictionary: DictionaryBuilder<'a>,
    moments: Vec<(u32, Timestamp)>,
    /// A row for each value, by type.
    omitted: [RowsMet; ValueType::ALL.len()],
}

/// CompactRows and what stands in them.
#[derive(Debug, Default)]
struct Pairs {
    rows: RowsMet,
    keys: Vec<u64>,
}

impl Pairs {
    fn push(&mut self, row: u32, key: u64) {
        self.rows.push(row);
        self.keys.push(key);
    }

    fn typed(self, kind: KeyMeaning, len: u32) -> Option<TypedColumn> {
        (!self.keys.is_empty())
            .then(|| TypedColumn::new(kind, self.rows.into_vec(), self.keys, len))
    }
}

/// CompactRows that ascend. Those from 0 on without a gap, which most have, are only counted.
#[derive(Debug, Default)]
struct RowsMet {
    counted: u32,
    others: Vec<u32>,
}

impl RowsMet {
    fn push(&mut self, row: u32) {
        if row == self.counted && self.others.is_empty() {
            self.counted += 1;
        } else {
            self.others.push(row);
        }
    }

    fn len(&self) -> usize {
        self.counted as usize + self.others.len()
    }

    fn into_vec(self) -> Vec<u32> {
        (0..self.counted).chain(self.others).collect()
    }
}

impl<'a> ColumnBuilder<'a> {
    /// Adds a value; rows ascend.
    pub(super) fn add(&mut self, row: u32, value: ValueRef<'a>) {
        match value {
            ValueRef::Bool(truth) => self.bools.push(row, u64::from(truth)),
            ValueRef::Int(int) => self.ints.push(row, int_key(int)),
            ValueRef::UInt(uint) => self.uints.push(row, uint),
            ValueRef::Float(float) => self.floats.push(row, float_key(float)),
            ValueRef::Timestamp(moment) => self.moments.push((row, moment)),
            ValueRef::String(text) => match self.dictionary.code(text, self.texts.keys.len()) {
                Some(code) => self.texts.push(row, u64::from(code)),
                None => self.omit(row, ValueType::String),
            },
            other => self.omit(row, other.value_type()),
        }
    }

    /// Adds a row in which a value stands that is not kept.
    pub(super) fn omit(&mut self, row: u32, value_type: ValueType) {
        if let Some(rows) = self.omitted.get_mut(value_type as usize) {
            rows.push(row);
        }
    }

    /// The column of a part of `len` rows.
    pub(super) fn finish(mut self, len: u32) -> Column {
        let moments = self.finish_moments(len);
        let texts = self.finish_texts(len);
        let typed = [
            self.bools.typed(KeyMeaning::Bool, len),
            self.ints.typed(KeyMeaning::Int, len),
            self.uints.typed(KeyMeaning::UInt, len),
            self.floats.typed(KeyMeaning::Float, len),
            moments,
            texts,
        ];
        let omitted = ValueType::ALL.into_iter().zip(self.omitted);
        Column {
            typed: typed.into_iter().flatten().collect(),
            omitted: omitted
                .filter(|(_, rows)| rows.len() > 0)
                .map(|(value_type, rows)| (value_type, OmittedValues::new(rows.into_vec(), len)))
                .collect(),
        }
    }

    fn finish_moments(&mut self, len: u32) -> Option<TypedColumn> {
        let moments = std::mem::take(&mut self.moments);
        let first = moments.iter().map(|(_, moment)| moment.seconds()).min()?;
        let mut pairs = Pairs::default();
        for (row, moment) in &moments {
            let Some(key) = moment_key(*moment, first) else {
                // Moments centuries apart do not fit together: they stay in the records.
                if let Some(omitted) = self.omitted.get_mut(ValueType::Timestamp as usize) {
                    for (row, _) in &moments {
                        omitted.push(*row);
                    }
                }
                return None;
            };
            pairs.push(*row, key);
        }
        pairs.typed(KeyMeaning::Moment(first), len)
    }

    fn finish_texts(&mut self, len: u32) -> Option<TypedColumn> {
        let mut texts = std::mem::take(&mut self.texts);
        let dictionary = std::mem::take(&mut self.dictionary);
        let Some((dictionary, codes)) = dictionary.finish(texts.keys.len(), len) else {
            if let Some(omitted) = self.omitted.get_mut(ValueType::String as usize) {
                // Those before the dictionary gave up come before those after.
                let after = std::mem::replace(omitted, texts.rows).into_vec();
                for row in after {
                    omitted.push(row);
                }
            }
            return None;
        };
        for key in &mut texts.keys {
            *key = codes.get(*key as usize).map_or(0, |code| u64::from(*code));
        }
        texts.typed(KeyMeaning::Text(dictionary), len)
    }
}
