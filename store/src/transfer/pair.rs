//! Elements with a key: `{"key": …, "value": …}`, optionally with times.

use crate::clock::Millis;
use crate::value::json::TextPosition;
use crate::value::{Timestamp, ValueRef};

use super::ImportError;

pub(super) const KEY: &str = "key";
pub(super) const VALUE: &str = "value";
pub(super) const EXPIRES_AT: &str = "expires_at";
pub(super) const CREATED_AT: &str = "created_at";
pub(super) const MODIFIED_AT: &str = "modified_at";

/// An element with a key.
pub(super) struct Pair<'a> {
    pub(super) key: &'a str,
    /// The encoded form of the value.
    pub(super) value: &'a [u8],
    times: [Option<ValueRef<'a>>; 3],
}

/// Whether an element has a key.
pub(super) fn is_pair(element: ValueRef<'_>) -> bool {
    Pair::read(element).is_some()
}

impl<'a> Pair<'a> {
    /// Parses an element that has a key, a value, at most the known times, and nothing else.
    pub(super) fn read(element: ValueRef<'a>) -> Option<Self> {
        let map = element.as_map()?;
        let (mut key, mut encoded_value) = (None, None);
        let mut times = [None; 3];
        for (name, value, encoded) in map.iter_encoded() {
            match name {
                KEY => key = value.as_str(),
                VALUE => encoded_value = Some(encoded),
                EXPIRES_AT => times[0] = Some(value),
                CREATED_AT => times[1] = Some(value),
                MODIFIED_AT => times[2] = Some(value),
                _ => return None,
            }
        }
        Some(Self {
            key: key?,
            value: encoded_value?,
            times,
        })
    }

    /// The times next to the value: expiry, creation, modification. Null counts as none.
    pub(super) fn times(&self, place: TextPosition) -> Result<[Option<Millis>; 3], ImportError> {
        let mut millis = [None; 3];
        let names = [EXPIRES_AT, CREATED_AT, MODIFIED_AT];
        for ((millis, value), name) in millis.iter_mut().zip(self.times).zip(names) {
            *millis = match value {
                None | Some(ValueRef::Null) => None,
                Some(value) => Some(time_of(value).ok_or_else(|| ImportError::NotTime {
                    place,
                    name,
                    found: value.value_type(),
                })?),
            };
        }
        Ok(millis)
    }
}

fn time_of(value: ValueRef<'_>) -> Option<Millis> {
    let time = match value {
        ValueRef::String(text) => Timestamp::parse(text).ok()?,
        ValueRef::Timestamp(time) => time,
        _ => return None,
    };
    let millis = i64::from(time.nanos() / 1_000_000);
    Some(Millis::from_unix_seconds(time.seconds()).plus_millis(millis))
}
