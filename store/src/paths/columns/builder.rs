//! Building the column of one path, record by record.

use super::column::Column;
use super::compact_rows::OmittedValues;
use super::dictionary::DictionaryBuilder;
use super::typed_column::{KeyMeaning, TypedColumn, float_key, int_key, timestamp_key};
use crate::value::{Timestamp, ValueRef, ValueType};

/// The values at one path, in the order of their rows.
#[derive(Debug, Default)]
pub(super) struct ColumnBuilder<'a> {
    bools: Pairs,
    ints: Pairs,
    uints: Pairs,
    floats: Pairs,
    /// Codes of the dictionary; those up to the text at which it gave up, if it did.
    texts: Pairs,
    dictionary: DictionaryBuilder<'a>,
    timestamps: Vec<(u32, Timestamp)>,
    /// The row of each omitted value, by type.
    omitted: [RowsMet; ValueType::ALL.len()],
}

/// Values as keys, and the row of each.
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

/// Ascending rows. Those from 0 on without a gap, the usual case, are only counted.
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
    /// Adds a value. Rows must not descend.
    pub(super) fn add(&mut self, row: u32, value: ValueRef<'a>) {
        match value {
            ValueRef::Bool(truth) => self.bools.push(row, u64::from(truth)),
            ValueRef::Int(int) => self.ints.push(row, int_key(int)),
            ValueRef::UInt(uint) => self.uints.push(row, uint),
            ValueRef::Float(float) => self.floats.push(row, float_key(float)),
            ValueRef::Timestamp(timestamp) => self.timestamps.push((row, timestamp)),
            ValueRef::String(text) => match self.dictionary.code(text, self.texts.keys.len()) {
                Some(code) => self.texts.push(row, u64::from(code)),
                None => self.omit(row, ValueType::String),
            },
            other => self.omit(row, other.value_type()),
        }
    }

    /// Adds a row whose value is not stored.
    pub(super) fn omit(&mut self, row: u32, value_type: ValueType) {
        if let Some(rows) = self.omitted.get_mut(value_type as usize) {
            rows.push(row);
        }
    }

    /// Builds the column of a part of `len` rows.
    pub(super) fn finish(mut self, len: u32) -> Column {
        let timestamps = self.finish_timestamps(len);
        let texts = self.finish_texts(len);
        let typed = [
            self.bools.typed(KeyMeaning::Bool, len),
            self.ints.typed(KeyMeaning::Int, len),
            self.uints.typed(KeyMeaning::UInt, len),
            self.floats.typed(KeyMeaning::Float, len),
            timestamps,
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

    fn finish_timestamps(&mut self, len: u32) -> Option<TypedColumn> {
        let timestamps = std::mem::take(&mut self.timestamps);
        let first = timestamps
            .iter()
            .map(|(_, timestamp)| timestamp.seconds())
            .min()?;
        let mut pairs = Pairs::default();
        for (row, timestamp) in &timestamps {
            let Some(key) = timestamp_key(*timestamp, first) else {
                // A span of more than five centuries does not fit into a key: all are omitted.
                if let Some(omitted) = self.omitted.get_mut(ValueType::Timestamp as usize) {
                    for (row, _) in &timestamps {
                        omitted.push(*row);
                    }
                }
                return None;
            };
            pairs.push(*row, key);
        }
        pairs.typed(KeyMeaning::Timestamp(first), len)
    }

    fn finish_texts(&mut self, len: u32) -> Option<TypedColumn> {
        let mut texts = std::mem::take(&mut self.texts);
        let dictionary = std::mem::take(&mut self.dictionary);
        let Some((dictionary, codes)) = dictionary.finish(texts.keys.len(), len) else {
            if let Some(omitted) = self.omitted.get_mut(ValueType::String as usize) {
                // The rows from before the dictionary gave up come first.
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
