//! Conditions on the values at one place: typed comparison, beginnings, parts, null and missing.
//!
//! The one implementation behind the conditions of the query language and behind typed look-ups.

use std::cmp::Ordering;
use std::ops::{Bound, Range};

use super::query::parse_moment;
use super::text::{TextBuffer, leaf_text};
use crate::path::ROOT_PATH;
use crate::value::{EncodedValue, Number, Timestamp, Value, ValueRef, ValueType, cmp_values};

#[cfg(test)]
mod tests;

/// What must hold at a path. In lists, for any element.
///
/// Comparison is strict by type, except that all numbers compare with each other by value, and
/// moments also with texts that are RFC 3339 dates or times.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Is this value.
    Equals(Value),
    /// Something is there, and none of it is this value.
    NotEquals(Value),
    /// Is less.
    Less(Value),
    /// Is less or equal.
    AtMost(Value),
    /// Is greater.
    Greater(Value),
    /// Is greater or equal.
    AtLeast(Value),
    /// Lies between.
    Between(Bound<Value>, Bound<Value>),
    /// Its text starts with this.
    StartsWith(String),
    /// Its text contains this.
    Contains(String),
    /// Is null.
    IsNull,
    /// Something is there, null included.
    Exists,
    /// Nothing is there.
    Missing,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextComparison {
    /// Byte by byte.
    Exact,
    /// Without regard to case and accents.
    Folded,
}

/// The names that lead to a place. Lists on the way are passed through, element by element.
pub(crate) type Place = Vec<String>;

/// A condition, ready to be tested.
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
    Moment(Timestamp),
    Other(EncodedValue),
    /// A tree that cannot be a value equals none.
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
        matches!(self, Self::Number(_) | Self::Moment(_))
    }

    fn may_equal(&self, value_type: ValueType) -> bool {
        match self {
            Self::Number(_) => matches!(value_type, ValueType::Int | ValueType::Float),
            Self::Text(_) => value_type == ValueType::String,
            Self::Moment(_) => matches!(value_type, ValueType::Timestamp | ValueType::String),
            Self::Other(encoded) => encoded.view().value_type() == value_type,
            Self::Nothing => false,
        }
    }
}

/// What the text of a value must have for a test to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPart<'a> {
    /// It is this.
    All(&'a str),
    /// It starts with this.
    Start(&'a str),
    /// It contains this.
    Inside(&'a str),
}

impl ConditionTest {
    /// The folded text without which the test is not met, if there is one.
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
            Value::Timestamp(timestamp) => Operand::Moment(*timestamp),
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

    /// Whether the condition holds at one of several places of a value. What must not be there
    /// must be at none of them.
    pub(crate) fn holds(
        &self,
        value: ValueRef<'_>,
        places: &[Place],
        scratch: &mut ConditionScratch,
    ) -> bool {
        let mut met: Option<bool> = None;
        for place in places {
            visit_place(value, place, &mut |node| {
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

    /// The part of a text, folded, that makes its value meet the condition.
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

    /// Whether the condition holds where a value met the test (`Some(true)`), none of the values
    /// did (`Some(false)`), or nothing stands (`None`).
    pub(crate) const fn verdict(&self, met: Option<bool>) -> bool {
        match (&self.test, met) {
            (Test::Exists, met) => met.is_some(),
            (Test::Missing, met) => met.is_none(),
            (Test::NotEqual(_), Some(is_equal)) => !is_equal,
            (_, Some(is_met)) => is_met,
            (_, None) => false,
        }
    }

    /// Whether a value meets the test. For "is not": whether it equals.
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

    /// Whether the test compares with numbers or moments: then, of values of one type in their
    /// order, those that meet it follow each other, and [`side`](Self::side) tells where.
    pub(crate) const fn is_range(&self) -> bool {
        match &self.test {
            Test::Equal(operand) | Test::NotEqual(operand) => operand.is_ordered(),
            Test::Between(from, to) => bound_is_ordered(from) && bound_is_ordered(to),
            _ => false,
        }
    }

    /// On which side of the range a value lies: `Less` before, `Equal` inside, `Greater` behind.
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

    /// On which side of the texts that meet the test a folded text lies, where these follow each
    /// other in the order of their bytes: `Less` before, `Equal` among, `Greater` behind them.
    /// `None` if they do not, whatever the text.
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

    /// Whether all values of a type meet the test, whatever they are.
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
            (Operand::Moment(moment), ValueRef::Timestamp(found)) => Some(found.cmp(moment)),
            (Operand::Moment(moment), ValueRef::String(found)) => {
                Some(parse_moment(found)?.0.cmp(moment))
            }
            (Operand::Other(encoded), _) => {
                let wanted = encoded.view();
                (wanted.value_type() == value.value_type()).then(|| cmp_values(value, wanted))
            }
            (Operand::Text(_) | Operand::Moment(_) | Operand::Nothing, _) => None,
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

/// Visits what stands at a place; lists on the way are passed through, a list at the place itself
/// is visited as it is.
pub(crate) fn visit_place<'a>(
    value: ValueRef<'a>,
    place: &[String],
    visit: &mut dyn FnMut(ValueRef<'a>),
) {
    match place.split_first() {
        Some((first, rest)) if first == ROOT_PATH && !matches!(value, ValueRef::Map(_)) => {
            visit_names(value, rest, visit);
        }
        _ if matches!(value, ValueRef::List(_)) => {}
        _ => visit_names(value, place, visit),
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
