//! The smallest and the largest of values that can be compared with each other.

use std::cmp::Ordering;

use crate::value::{Value, ValueRef, cmp_values};

/// The smallest and the largest of the values added, and their number.
#[derive(Debug, Default)]
pub(super) struct MinMax {
    pub(super) ends: Option<(Value, Value)>,
    pub(super) count: u64,
}

impl MinMax {
    pub(super) fn add(&mut self, value: ValueRef<'_>, count: u64) {
        self.count += count;
        let Some((least, greatest)) = &mut self.ends else {
            self.ends = Some((Value::from(value), Value::from(value)));
            return;
        };
        // 1 and 1.0 are equal: the integer is kept, whichever comes first.
        let is_simpler = |known: &Value| value.value_type() < as_ref(known).value_type();
        match compare(value, least) {
            Ordering::Less => *least = Value::from(value),
            Ordering::Equal if is_simpler(least) => *least = Value::from(value),
            _ => {}
        }
        match compare(value, greatest) {
            Ordering::Greater => *greatest = Value::from(value),
            Ordering::Equal if is_simpler(greatest) => *greatest = Value::from(value),
            _ => {}
        }
    }

    /// Combines two.
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.count += other.count;
        if let Some((least, greatest)) = other.ends {
            self.add(as_ref(&least), 0);
            self.add(as_ref(&greatest), 0);
        }
        self
    }
}

fn compare(value: ValueRef<'_>, known: &Value) -> Ordering {
    cmp_values(value, as_ref(known))
}

/// Only scalars are added.
fn as_ref(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Int(int) => ValueRef::Int(*int),
        Value::UInt(uint) => ValueRef::UInt(*uint),
        Value::Float(float) => ValueRef::Float(*float),
        Value::String(text) => ValueRef::String(text),
        Value::Timestamp(timestamp) => ValueRef::Timestamp(*timestamp),
        Value::Bool(truth) => ValueRef::Bool(*truth),
        Value::Bytes(bytes) => ValueRef::Bytes(bytes),
        Value::Null | Value::List(_) | Value::Map(_) => ValueRef::Null,
    }
}
