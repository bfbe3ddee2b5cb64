//! A look at the start of an input, so that a person can choose where keys come from.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

use crate::value::json::{Place, to_compact_preview};
use crate::value::{EncodedValue, ValueRef};

use super::pair::Pair;
use super::{Format, ImportError, ImportSource, NoProgress, Shape};

/// How many fields are offered, and how many examples of each.
const FIELDS_MAX: usize = 100;
const EXAMPLES_MAX: usize = 5;
const EXAMPLE_CHARS_MAX: usize = 60;

/// What the start of an input looks like.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its format.
    pub format: Format,
    /// Its shape; `None` if not even that could be read.
    pub shape: Option<Shape>,
    /// Whether each record shown brings its own key, so that no rule is needed.
    pub has_keys: bool,
    /// The first records.
    pub records: Vec<PreviewRecord>,
    /// Whether there are more than those.
    pub has_more: bool,
    /// The scalar fields of those records, in the order they were met.
    pub fields: Vec<FieldExample>,
    /// What stopped the reading, if it was not the number of records.
    pub problem: Option<ImportError>,
}

/// A record at the start of an input.
#[derive(Clone, Debug)]
pub struct PreviewRecord {
    /// Where it starts.
    pub place: Place,
    /// The key it brings.
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
    /// Whether each record shown has it, and no two have the same in it.
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
