//! Conditions on the values at a path: typed comparisons, prefixes, substrings, null and missing.
//!
//! Used by the conditions of the query language and by typed look-ups.

use std::cmp::Ordering;
use std::ops::{Bound, Range};

use super::query::parse_date_or_time;
use super::text::{TextBuffer, leaf_text};
use crate::path::ROOT_PATH;
use crate::value::{EncodedValue, Number, Timestamp, Value, ValueRef, ValueType, cmp_values};

#[cfg(test)]
mod tests;

/// A condition on the values at a path. A list meets it if any of its elements does.
///
/// Values of different types are never equal and do not compare, except that all numbers compare
/// by value, and timestamps also compare with texts that are RFC 3339 dates or times.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The value is this value.
    Equals(Value),
    /// The path exists, and none of its values is this value.
    NotEquals(Value),
    /// The value is less.
    Less(Value),
    /// The value is less or equal.
    AtMost(Value),
    /// The value is greater.
    Greater(Value),
    /// The value is greater or equal.
    AtLeast(Value),
    /// The value is between a lower and an upper bound.
    Between(Bound<Value>, Bound<Value>),
    /// The text of the value starts with this.
    StartsWith(String),
    /// The text of the value contains this.
    Contains(String),
    /// The value is null.
    IsNull,
    /// The path exists, even if its value is null.
    Exists,
    /// The path does not exist.
    Missing,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextComparison {
    /// Byte by byte.
    Exact,
    /// Ignoring case and accents.
    Folded,
}

/// The names of a path. Lists on the way are transparent: each of their elements is followed.
pub(crate) type PathNames = Vec<String>;

/// A condition, compiled for testing.
#[derive(Clone, Debug)]
pub(crate) struct ConditionTest {
    test: Test,
    comparison: TextComparison,
}

#[derive(Clone, Debug)]
enum Test {
    Equal(Operand),
    NotEqual(Operand),
    Between(Bound<Operand>, Bound<Operand>),
    StartsWith(String),
    Contains(String),
    IsNull,
    Exists,
    Missing,
}

#[derive(Clone, Debug)]
enum Operand {
    Number(Number),
    Text(String),
    Timestamp(Timestamp),
    Other(EncodedValue),
    /// A value that cannot be encoded, so that no stored value equals it.
    Nothing,
}

/// Buffers of a test.
#[derive(Debug, Default)]
pub(crate) struct ConditionScratch {
    printed: String,
    text: TextBuffer,
}

const fn bound_is_ordered(bound: &Bound<Operand>) -> bool {
    match bound {
        Bound::Included(operand) | Bound::Excluded(operand) => operand.is_ordered(),
        Bound::Unbounded => true,
    }
}

impl Operand {
    const fn is_ordered(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Timestamp(_))
    }

    fn may_equal(&self, value_type: ValueType) -> bool {
        match self {
            Self::Number(_) => matches!(value_type, ValueType::Int | ValueType::Float),
            Self::Text(_) => value_type == ValueType::String,
            Self::Timestamp(_) => matches!(value_type, ValueType::Timestamp | ValueType::String),
            Self::Other(encoded) => encoded.view().value_type() == value_type,
            Self::Nothing => false,
        }
    }
}

/// A text that every value which meets a test must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPart<'a> {
    /// The text is this.
    All(&'a str),
    /// The text starts with this.
    Start(&'a str),
    /// The text contains this.
    Inside(&'a str),
}

impl ConditionTest {
    /// The folded text that every value which meets the test must have, if there is one.
    pub(crate) fn text_part(&self) -> Option<TextPart<'_>> {
        match (&self.test, self.comparison) {
            (_, TextComparison::Exact) => None,
            (Test::Equal(Operand::Text(text)), _) => Some(TextPart::All(text)),
            (Test::StartsWith(start), _) => Some(TextPart::Start(start)),
            (Test::Contains(part), _) => Some(TextPart::Inside(part)),
            _ => None,
        }
    }

    pub(crate) fn new(condition: &Condition, comparison: TextComparison) -> Self {
        let text = |text: &str| match comparison {
            TextComparison::Exact => text.to_owned(),
            TextComparison::Folded => super::fold::fold(text),
        };
        let operand = |value: &Value| match value {
            Value::Int(int) => Operand::Number(Number::Int(*int)),
            Value::UInt(uint) => Operand::Number(Number::UInt(*uint)),
            Value::Float(float) => Operand::Number(Number::Float(*float)),
            Value::String(string) => Operand::Text(text(string)),
            Value::Timestamp(timestamp) => Operand::Timestamp(*timestamp),
            other => EncodedValue::encode(other).map_or(Operand::Nothing, Operand::Other),
        };
        let bound = |bound: &Bound<Value>| bound.as_ref().map(operand);
        let included = |value| Bound::Included(operand(value));
        let excluded = |value| Bound::Excluded(operand(value));
        let test = match condition {
            Condition::Equals(value) => Test::Equal(operand(value)),
            Condition::NotEquals(value) => Test::NotEqual(operand(value)),
            Condition::Less(value) => Test::Between(Bound::Unbounded, excluded(value)),
            Condition::AtMost(value) => Test::Between(Bound::Unbounded, included(value)),
            Condition::Greater(value) => Test::Between(excluded(value), Bound::Unbounded),
            Condition::AtLeast(value) => Test::Between(included(value), Bound::Unbounded),
            Condition::Between(from, to) => Test::Between(bound(from), bound(to)),
            Condition::StartsWith(start) => Test::StartsWith(text(start)),
            Condition::Contains(part) => Test::Contains(text(part)),
            Condition::IsNull => Test::IsNull,
            Condition::Exists => Test::Exists,
            Condition::Missing => Test::Missing,
        };
        Self { test, comparison }
    }

    /// Whether the condition holds at one of several paths of a value. A negative condition must
    /// hold at all of them.
    pub(crate) fn holds(
        &self,
        value: ValueRef<'_>,
        paths: &[PathNames],
        scratch: &mut ConditionScratch,
    ) -> bool {
        let mut met: Option<bool> = None;
        for names in paths {
            visit_at_names(value, names, &mut |node| {
                met = Some(met == Some(true) || self.met_by(node, scratch));
            });
        }
        self.verdict(met)
    }

    /// Whether the condition holds for a single value.
    pub(crate) fn holds_for(&self, value: ValueRef<'_>, scratch: &mut ConditionScratch) -> bool {
        let is_met = self.met_by(value, scratch);
        self.verdict(Some(is_met))
    }

    /// The bytes of the folded text of a value by which it meets the condition.
    pub(crate) fn span(
        &self,
        value: ValueRef<'_>,
        folded: &str,
        scratch: &mut ConditionScratch,
    ) -> Option<Range<usize>> {
        if !self.met_by(value, scratch) {
            return None;
        }
        match &self.test {
            Test::Equal(_) | Test::Between(..) => Some(0..folded.len()),
            Test::StartsWith(start) => Some(0..start.len()),
            Test::Contains(part) => {
                let start = folded.find(part)?;
                Some(start..start + part.len())
            }
            Test::NotEqual(_) | Test::IsNull | Test::Exists | Test::Missing => None,
        }
    }

    /// Whether the condition holds if a value met the test (`Some(true)`), no value did
    /// (`Some(false)`), or there is no value (`None`).
    pub(crate) const fn verdict(&self, met: Option<bool>) -> bool {
        match (&self.test, met) {
            (Test::Exists, met) => met.is_some(),
            (Test::Missing, met) => met.is_none(),
            (Test::NotEqual(_), Some(is_equal)) => !is_equal,
            (_, Some(is_met)) => is_met,
            (_, None) => false,
        }
    }

    /// Whether a value meets the test. The test of `NotEquals` is equality; see
    /// [`verdict`](Self::verdict).
    pub(crate) fn met_by(&self, value: ValueRef<'_>, scratch: &mut ConditionScratch) -> bool {
        if let ValueRef::List(list) = value
            && list
                .into_iter()
                .any(|element| self.met_by(element, scratch))
        {
            return true;
        }
        match &self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => {
                self.compare(value, operand, scratch) == Some(Ordering::Equal)
            }
            Test::Between(from, to) => self.is_between(value, from, to, scratch),
            Test::StartsWith(start) => self.text_of(value, scratch, |text| text.starts_with(start)),
            Test::Contains(part) => self.text_of(value, scratch, |text| {
                memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
            }),
            Test::IsNull => matches!(value, ValueRef::Null),
            Test::Exists | Test::Missing => true,
        }
    }

    /// Whether the test compares with numbers or timestamps. Then the values of one type that meet
    /// it form a contiguous range in sorted order, which [`side`](Self::side) locates.
    pub(crate) const fn is_range(&self) -> bool {
        match &self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => operand.is_ordered(),
            Test::Between(from, to) => bound_is_ordered(from) && bound_is_ordered(to),
            _ => false,
        }
    }

    /// Where a value is relative to the range: `Less` before, `Equal` inside, `Greater` after it.
    /// `None` if the types do not compare. For tests that [are ranges](Self::is_range).
    pub(crate) fn side(
        &self,
        value: ValueRef<'_>,
        scratch: &mut ConditionScratch,
    ) -> Option<Ordering> {
        let (from, to) = match &self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => {
                return self.compare(value, operand, scratch);
            }
            Test::Between(from, to) => (from, to),
            _ => return None,
        };
        if let Bound::Included(end) | Bound::Excluded(end) = from {
            let order = self.compare(value, end, scratch)?;
            if order.is_lt() || (order.is_eq() && matches!(from, Bound::Excluded(_))) {
                return Some(Ordering::Less);
            }
        }
        if let Bound::Included(end) | Bound::Excluded(end) = to {
            let order = self.compare(value, end, scratch)?;
            if order.is_gt() || (order.is_eq() && matches!(to, Bound::Excluded(_))) {
                return Some(Ordering::Greater);
            }
        }
        Some(Ordering::Equal)
    }

    /// Where a folded text is relative to the texts that meet the test, if these form a contiguous
    /// range in byte order: `Less` before, `Equal` inside, `Greater` after it. `None` for every
    /// text if they do not.
    pub(crate) fn text_side(&self, folded: &str) -> Option<Ordering> {
        let compare = |operand: &Operand| match operand {
            Operand::Text(text) => Some(folded.cmp(text)),
            _ => None,
        };
        let side = |bound: &Bound<Operand>, beyond: Ordering| match bound {
            Bound::Included(end) => compare(end).map(|order| order == beyond),
            Bound::Excluded(end) => compare(end).map(|order| order == beyond || order.is_eq()),
            Bound::Unbounded => Some(false),
        };
        match &self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => compare(operand),
            Test::Between(from, to) => {
                let is_before = side(from, Ordering::Less)?;
                let is_behind = side(to, Ordering::Greater)?;
                Some(match (is_before, is_behind) {
                    (true, _) => Ordering::Less,
                    (_, true) => Ordering::Greater,
                    _ => Ordering::Equal,
                })
            }
            Test::StartsWith(start) if folded.starts_with(start) => Some(Ordering::Equal),
            Test::StartsWith(start) => Some(folded.cmp(start)),
            Test::Contains(_) | Test::IsNull | Test::Exists | Test::Missing => None,
        }
    }

    /// Whether all values of a type meet the test.
    pub(crate) fn is_met_by_all(&self, value_type: ValueType) -> bool {
        match &self.test {
            Test::StartsWith(text) | Test::Contains(text) => {
                text.is_empty() && self.may_be_met_by(value_type)
            }
            Test::IsNull => value_type == ValueType::Null,
            Test::Between(Bound::Unbounded, Bound::Unbounded) | Test::Exists | Test::Missing => {
                true
            }
            Test::Equal(_) | Test::NotEqual(_) | Test::Between(..) => false,
        }
    }

    /// Whether any value of a type could meet the test.
    pub(crate) fn may_be_met_by(&self, value_type: ValueType) -> bool {
        let fits = |operand: &Operand| operand.may_equal(value_type);
        let fits_bound = |bound: &Bound<Operand>| match bound {
            Bound::Included(operand) | Bound::Excluded(operand) => fits(operand),
            Bound::Unbounded => true,
        };
        match &self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => fits(operand),
            Test::Between(from, to) => fits_bound(from) && fits_bound(to),
            Test::StartsWith(_) | Test::Contains(_) => !matches!(
                value_type,
                ValueType::Null | ValueType::Bytes | ValueType::List | ValueType::Map
            ),
            Test::IsNull => value_type == ValueType::Null,
            Test::Exists | Test::Missing => true,
        }
    }

    fn is_between(
        &self,
        value: ValueRef<'_>,
        from: &Bound<Operand>,
        to: &Bound<Operand>,
        scratch: &mut ConditionScratch,
    ) -> bool {
        let mut order = |operand| self.compare(value, operand, scratch);
        let is_above = match from {
            Bound::Included(from) => order(from).is_some_and(Ordering::is_ge),
            Bound::Excluded(from) => order(from).is_some_and(Ordering::is_gt),
            Bound::Unbounded => true,
        };
        is_above
            && match to {
                Bound::Included(to) => order(to).is_some_and(Ordering::is_le),
                Bound::Excluded(to) => order(to).is_some_and(Ordering::is_lt),
                Bound::Unbounded => true,
            }
    }

    /// `None` if the types do not compare.
    fn compare(
        &self,
        value: ValueRef<'_>,
        operand: &Operand,
        scratch: &mut ConditionScratch,
    ) -> Option<Ordering> {
        match (operand, value) {
            (Operand::Number(number), _) => Some(value.as_number()?.cmp_value(*number)),
            (Operand::Text(text), ValueRef::String(found)) => Some(match self.comparison {
                TextComparison::Exact => found.cmp(text),
                TextComparison::Folded => scratch.text.fold(found).cmp(text),
            }),
            (Operand::Timestamp(timestamp), ValueRef::Timestamp(found)) => {
                Some(found.cmp(timestamp))
            }
            (Operand::Timestamp(timestamp), ValueRef::String(found)) => {
                Some(parse_date_or_time(found)?.0.cmp(timestamp))
            }
            (Operand::Other(encoded), _) => {
                let wanted = encoded.view();
                (wanted.value_type() == value.value_type()).then(|| cmp_values(value, wanted))
            }
            (Operand::Text(_) | Operand::Timestamp(_) | Operand::Nothing, _) => None,
        }
    }

    fn text_of(
        &self,
        value: ValueRef<'_>,
        scratch: &mut ConditionScratch,
        test: impl FnOnce(&str) -> bool,
    ) -> bool {
        let Some(text) = leaf_text(value, &mut scratch.printed) else {
            return false;
        };
        match self.comparison {
            TextComparison::Exact => test(text),
            TextComparison::Folded => test(scratch.text.fold(text)),
        }
    }
}

/// Visits the values at a path. Lists on the way are transparent; a list at the path itself is
/// visited as a list.
pub(crate) fn visit_at_names<'a>(
    value: ValueRef<'a>,
    names: &[String],
    visit: &mut dyn FnMut(ValueRef<'a>),
) {
    match names.split_first() {
        Some((first, rest)) if first == ROOT_PATH && !matches!(value, ValueRef::Map(_)) => {
            visit_names(value, rest, visit);
        }
        _ if matches!(value, ValueRef::List(_)) => {}
        _ => visit_names(value, names, visit),
    }
}

fn visit_names<'a>(value: ValueRef<'a>, names: &[String], visit: &mut dyn FnMut(ValueRef<'a>)) {
    let Some((name, rest)) = names.split_first() else {
        visit(value);
        return;
    };
    match value {
        ValueRef::Map(map) => {
            if let Some(inner) = map.get(name) {
                visit_names(inner, rest, visit);
            }
        }
        ValueRef::List(list) => list
            .into_iter()
            .for_each(|element| visit_names(element, names, visit)),
        _ => {}
    }
}
