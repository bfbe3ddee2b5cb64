//! A preview of the start of an input, for choosing a rule for keys.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

use crate::value::json::{TextPosition, to_compact_preview};
use crate::value::{EncodedValue, ValueRef};

use super::pair::Pair;
use super::{Format, ImportError, ImportSource, InputShape, NoProgress};

/// The largest number of fields listed, and of examples of each.
const FIELDS_MAX: usize = 100;
const EXAMPLES_MAX: usize = 5;
const EXAMPLE_CHARS_MAX: usize = 60;

/// A preview of an input.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its format.
    pub format: Format,
    /// Its shape; `None` if it could not be determined.
    pub shape: Option<InputShape>,
    /// Whether each record shown has a key, so that no rule is needed.
    pub has_keys: bool,
    /// The first records.
    pub records: Vec<PreviewRecord>,
    /// Whether there are more records.
    pub has_more: bool,
    /// The scalar fields of these records, in the order of their first occurrence.
    pub fields: Vec<FieldExample>,
    /// The error at which the preview stopped, if any.
    pub problem: Option<ImportError>,
}

/// A record at the start of an input.
#[derive(Clone, Debug)]
pub struct PreviewRecord {
    /// Where it starts.
    pub place: TextPosition,
    /// Its key, if it has one.
    pub key: Option<String>,
    /// The whole element.
    pub value: EncodedValue,
}

/// A field that could be a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldExample {
    /// Its name.
    pub name: String,
    /// Some of its values, as text.
    pub examples: Vec<String>,
    /// Whether each record shown has it, with distinct values.
    pub is_unique: bool,
}

/// Reads the first `count` records of an input.
pub fn preview(source: ImportSource, count: usize) -> Preview {
    let format = source.format();
    let mut shape = None;
    let mut records = Vec::new();
    let mut has_more = false;
    let walked = source.walk(true, &NoProgress, &Ok, &mut |found, element| {
        shape = Some(found);
        if records.len() == count {
            has_more = true;
            return Ok(ControlFlow::Break(()));
        }
        let pair_key = || Pair::read(element.value.view()).map(|pair| pair.key.to_owned());
        records.push(PreviewRecord {
            place: element.place,
            key: element.name.clone().or_else(pair_key),
            value: element.value.clone(),
        });
        Ok(ControlFlow::Continue(()))
    });
    let problem = match walked {
        Ok(found) => {
            shape = Some(found);
            None
        }
        Err(error) => Some(error),
    };
    Preview {
        format,
        shape,
        has_keys: records.iter().all(|record| record.key.is_some()),
        fields: fields(&records),
        records,
        has_more,
        problem,
    }
}

fn fields(records: &[PreviewRecord]) -> Vec<FieldExample> {
    let mut names = Vec::new();
    let mut known = HashSet::new();
    for record in records {
        let entries = record.value.view().as_map().into_iter().flatten();
        for (name, value) in entries {
            if is_scalar(value) && names.len() < FIELDS_MAX && known.insert(name) {
                names.push(name);
            }
        }
    }
    names.into_iter().map(|name| field(name, records)).collect()
}

fn field(name: &str, records: &[PreviewRecord]) -> FieldExample {
    let found = records
        .iter()
        .filter_map(|record| record.value.view().as_map()?.get(name))
        .filter(|value| is_scalar(*value))
        .map(|value| match value {
            ValueRef::String(text) => text.chars().take(EXAMPLE_CHARS_MAX).collect(),
            other => to_compact_preview(other, EXAMPLE_CHARS_MAX),
        })
        .collect::<Vec<String>>();
    let distinct = found.iter().collect::<BTreeSet<_>>().len();
    let mut examples = Vec::new();
    for text in &found {
        if examples.len() < EXAMPLES_MAX && !examples.contains(text) {
            examples.push(text.clone());
        }
    }
    FieldExample {
        name: name.to_owned(),
        examples,
        is_unique: distinct == records.len(),
    }
}

const fn is_scalar(value: ValueRef<'_>) -> bool {
    matches!(
        value,
        ValueRef::String(_) | ValueRef::Int(_) | ValueRef::UInt(_)
    )
}
