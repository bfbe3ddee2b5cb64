//! Conditions on one place of a record.

use super::rank::Cost;
use super::term::{Term, TermMatch};
use crate::record::RecordRef;
use crate::search::condition::{ConditionScratch, ConditionTest, Place, visit_place};
use crate::search::text::{PreparedText, TextBuffer, leaf_text};
use crate::value::ValueRef;

/// A condition and its place.
#[derive(Clone, Debug)]
pub(in crate::search) struct FieldCheck {
    pub(in crate::search) place: FieldPlace,
    pub(in crate::search) rule: FieldRule,
    /// Whether it is a reason to show the record, not to hide it.
    pub(in crate::search) is_wanted: bool,
}

#[derive(Clone, Debug)]
pub(in crate::search) enum FieldPlace {
    Key,
    Values(Vec<Place>),
}

#[derive(Clone, Debug)]
pub(in crate::search) enum FieldRule {
    Condition(ConditionTest),
    Words {
        term: Term,
        /// The same value compared by type.
        typed: Option<ConditionTest>,
        /// Whether the words are also looked for in the text of numbers.
        with_numbers: bool,
    },
}

/// Where a condition is met in one text.
pub(in crate::search) enum FieldSpan {
    Term(TermMatch),
    Folded(std::ops::Range<usize>),
}

/// Buffers of a check.
#[derive(Debug, Default)]
pub(in crate::search) struct FieldScratch {
    condition: ConditionScratch,
    printed: String,
    text: TextBuffer,
}

impl FieldCheck {
    /// What it costs that the record fits, if it does.
    pub(in crate::search) fn check(
        &self,
        record: RecordRef<'_>,
        scratch: &mut FieldScratch,
    ) -> Option<Cost> {
        match &self.rule {
            FieldRule::Condition(test) => self
                .holds(test, record, &mut scratch.condition)
                .then(Cost::default),
            FieldRule::Words { term, typed, .. } => {
                if let Some(typed) = typed
                    && self.holds(typed, record, &mut scratch.condition)
                {
                    return Some(Cost::default());
                }
                let mut best: Option<Cost> = None;
                let FieldScratch { printed, text, .. } = scratch;
                self.visit(record, &mut |leaf| {
                    let Some(leaf) = self.text_of(leaf, printed) else {
                        return;
                    };
                    if let Some(cost) = term.least_cost(leaf, text) {
                        best = Some(best.map_or(cost, |best| best.min(cost)));
                    }
                });
                best
            }
        }
    }

    /// Whether the check looks at the key (`None`) or at the path with these names.
    pub(in crate::search) fn looks_at(&self, names: Option<&[String]>) -> bool {
        match (&self.place, names) {
            (FieldPlace::Key, None) => true,
            (FieldPlace::Values(places), Some(names)) => {
                places.iter().any(|place| place.as_slice() == names)
            }
            _ => false,
        }
    }

    /// Where the condition is met in one text that it looks at.
    pub(in crate::search) fn spans(
        &self,
        value: ValueRef<'_>,
        text: &PreparedText<'_>,
        emit: &mut dyn FnMut(FieldSpan),
    ) {
        let mut scratch = ConditionScratch::default();
        let mut condition = |test: &ConditionTest| {
            let span = test.span(value, text.folded, &mut scratch);
            span.map(FieldSpan::Folded)
        };
        match &self.rule {
            FieldRule::Condition(test) => condition(test).into_iter().for_each(emit),
            FieldRule::Words { term, typed, .. } => match typed.as_ref().and_then(condition) {
                Some(span) => emit(span),
                None => term.find(text, &mut |found| emit(FieldSpan::Term(found))),
            },
        }
    }

    /// The text of a value, if this check looks at it.
    pub(in crate::search) fn text_of<'a>(
        &self,
        leaf: ValueRef<'a>,
        printed: &'a mut String,
    ) -> Option<&'a str> {
        let with_numbers = match &self.rule {
            FieldRule::Words { with_numbers, .. } => *with_numbers,
            FieldRule::Condition(_) => true,
        };
        if !with_numbers && leaf.as_number().is_some() {
            return None;
        }
        leaf_text(leaf, printed)
    }

    fn holds(
        &self,
        test: &ConditionTest,
        record: RecordRef<'_>,
        scratch: &mut ConditionScratch,
    ) -> bool {
        match &self.place {
            FieldPlace::Key => test.holds_for(ValueRef::String(record.key), scratch),
            FieldPlace::Values(places) => test.holds(record.value, places, scratch),
        }
    }

    /// Visits what stands at the place, lists by their elements.
    fn visit(&self, record: RecordRef<'_>, visit: &mut dyn FnMut(ValueRef<'_>)) {
        match &self.place {
            FieldPlace::Key => visit(ValueRef::String(record.key)),
            FieldPlace::Values(places) => {
                for place in places {
                    visit_place(record.value, place, &mut |node| visit_leaves(node, visit));
                }
            }
        }
    }
}

pub(in crate::search) fn visit_leaves(value: ValueRef<'_>, visit: &mut dyn FnMut(ValueRef<'_>)) {
    match value {
        ValueRef::List(list) => list
            .into_iter()
            .for_each(|element| visit_leaves(element, visit)),
        leaf => visit(leaf),
    }
}
