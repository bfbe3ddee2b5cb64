//! The total order of all values, for sorting and for minimum and maximum.

use std::cmp::Ordering;

use super::ValueRef;

/// Orders two values: by type first (null, bool, numbers, string, bytes, timestamp, list, map),
/// numbers of both types together by value, text by its bytes, containers element by element.
pub fn cmp_values(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return left.cmp_value(right);
    }
    match (left, right) {
        (ValueRef::Bool(left), ValueRef::Bool(right)) => left.cmp(&right),
        (ValueRef::String(left), ValueRef::String(right)) => left.cmp(right),
        (ValueRef::Bytes(left), ValueRef::Bytes(right)) => left.cmp(right),
        (ValueRef::Timestamp(left), ValueRef::Timestamp(right)) => left.cmp(&right),
        (ValueRef::List(left), ValueRef::List(right)) => left
            .iter()
            .zip(right.iter())
            .fold(Ordering::Equal, |order, (left, right)| {
                order.then_with(|| cmp_values(left, right))
            })
            .then(left.len().cmp(&right.len())),
        (ValueRef::Map(left), ValueRef::Map(right)) => left
            .iter()
            .zip(right.iter())
            .fold(Ordering::Equal, |order, (left, right)| {
                order
                    .then_with(|| left.0.cmp(right.0))
                    .then_with(|| cmp_values(left.1, right.1))
            })
            .then(left.len().cmp(&right.len())),
        _ => rank(left).cmp(&rank(right)),
    }
}

fn rank(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Null => 0,
        ValueRef::Bool(_) => 1,
        ValueRef::Int(_) | ValueRef::UInt(_) | ValueRef::Float(_) => 2,
        ValueRef::String(_) => 3,
        ValueRef::Bytes(_) => 4,
        ValueRef::Timestamp(_) => 5,
        ValueRef::List(_) => 6,
        ValueRef::Map(_) => 7,
    }
}
