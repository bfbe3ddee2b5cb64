//! Conditions on the key or on a path of a record.

use super::as_typed::Unlike;
use super::query_term::{QueryTerm, TermMatch};
use super::rank::Cost;
use crate::record::RecordRef;
use crate::search::condition::{ConditionScratch, ConditionTest, PathNames, visit_at_names};
use crate::search::text::{PreparedText, TextBuffer, leaf_text};
use crate::value::ValueRef;

/// A condition and what it is tested on.
#[derive(Clone, Debug)]
pub(in crate::search) struct FieldCheck {
    pub(in crate::search) place: FieldPlace,
    pub(in crate::search) rule: FieldRule,
    /// Whether records are found because they meet it; `false` if it is negated.
    pub(in crate::search) is_wanted: bool,
}

#[derive(Clone, Debug)]
pub(in crate::search) enum FieldPlace {
    Key,
    /// The values at any of these paths.
    Values(Vec<PathNames>),
}

#[derive(Clone, Debug)]
pub(in crate::search) enum FieldRule {
    Condition(ConditionTest),
    Words {
        term: QueryTerm,
        /// The comparison by type, if the words are a number, a boolean or a date.
        typed: Option<ConditionTest>,
        /// Whether the words are also searched in the text of numbers.
        with_numbers: bool,
    },
}

/// The part of a text by which it meets a condition.
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
    /// The cost at which the record meets the condition, and how far its text is from what was
    /// typed; `None` if it does not.
    pub(in crate::search) fn check(
        &self,
        record: RecordRef<'_>,
        scratch: &mut FieldScratch,
    ) -> Option<(Cost, Unlike)> {
        match &self.rule {
            FieldRule::Condition(test) => self
                .holds(test, record, &mut scratch.condition)
                .then(Default::default),
            FieldRule::Words { term, typed, .. } => {
                if let Some(typed) = typed
                    && self.holds(typed, record, &mut scratch.condition)
                {
                    return Some(Default::default());
                }
                let mut best: Option<(Cost, Unlike)> = None;
                let FieldScratch { printed, text, .. } = scratch;
                self.visit(record, &mut |leaf| {
                    let Some(leaf_text) = self.text_of(leaf, printed) else {
                        return;
                    };
                    if let Some(found) = term.nearest(leaf, leaf_text, text) {
                        best = Some(best.map_or(found, |best| best.min(found)));
                    }
                });
                best
            }
        }
    }

    /// Whether the condition is tested on the key (`None`) or on the path with these names.
    pub(in crate::search) fn looks_at(&self, names: Option<&[String]>) -> bool {
        match (&self.place, names) {
            (FieldPlace::Key, None) => true,
            (FieldPlace::Values(paths), Some(names)) => {
                paths.iter().any(|path| path.as_slice() == names)
            }
            _ => false,
        }
    }

    /// The parts of a text by which it meets the condition.
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

    /// The text of a value, if words are searched in it.
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
            FieldPlace::Values(paths) => test.holds(record.value, paths, scratch),
        }
    }

    /// Visits the values that the condition is tested on; of lists, their elements.
    fn visit(&self, record: RecordRef<'_>, visit: &mut dyn FnMut(ValueRef<'_>)) {
        match &self.place {
            FieldPlace::Key => visit(ValueRef::String(record.key)),
            FieldPlace::Values(paths) => {
                for names in paths {
                    visit_at_names(record.value, names, &mut |node| visit_leaves(node, visit));
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
