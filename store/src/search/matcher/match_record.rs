//! Evaluating a compiled query for one record.

use std::ops::Range;

use super::as_typed::Unlike;
use super::compile::{Compiler, MatchNode};
use super::field_check::{FieldCheck, FieldScratch};
use super::query_term::{QueryTerm, TermKind};
use super::rank::{Cost, SortKey, TermSet};
use super::term_hits::{TermHits, TextFacts};
use crate::record::RecordRef;
use crate::search::mode::{Level, Mode};
use crate::search::query::Query;
use crate::search::text::{PreparedText, TextBuffer, is_number_text, leaf_text};
use crate::value::ValueRef;

/// A compiled query. Can be shared between threads; each thread needs its own [`MatchScratch`].
#[derive(Clone, Debug)]
pub struct Matcher {
    /// `None`: every record matches.
    pub(in crate::search) root: Option<MatchNode>,
    pub(in crate::search) terms: Vec<QueryTerm>,
    pub(in crate::search) fields: Vec<FieldCheck>,
    reads_numbers: bool,
}

/// How well a record matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The level of the match.
    pub level: Level,
    /// A number to sort by: less is better. Equally good records are in key order.
    pub key: SortKey,
}

/// The buffers of one thread, which grow to the largest record and are reused.
#[derive(Debug, Default)]
pub struct MatchScratch {
    pub(super) hits: TermHits,
    text: TextBuffer,
    printed: String,
    field: FieldScratch,
    field_outcomes: Vec<FieldOutcome>,
}

/// Whether a condition was tested for the current record, and the cost of its match if it has one.
#[derive(Clone, Copy, Debug)]
enum FieldOutcome {
    Unknown,
    Known(Option<(Cost, Unlike)>),
}

/// The cost of a match and the terms it is based on; `None` if the record does not match.
pub(super) type Evaluation = Option<(Cost, TermSet)>;

impl Matcher {
    /// Compiles a query. The mode decides about typos, prefixes and joined words.
    pub fn new(query: &Query, mode: Mode) -> Self {
        let mut compiler = Compiler::new(mode);
        let root = compiler.query(query);
        Self {
            root,
            reads_numbers: compiler.terms.iter().any(QueryTerm::may_match_numbers),
            terms: compiler.terms,
            fields: compiler.fields,
        }
    }

    /// Whether every record matches.
    pub const fn matches_all(&self) -> bool {
        self.root.is_none()
    }

    /// How well a record matches; `None` if it does not. For many records use
    /// [`matches_with`](Self::matches_with).
    pub fn matches(&self, record: RecordRef<'_>) -> Option<Match> {
        self.matches_with(record, &mut MatchScratch::default())
    }

    /// Like [`matches`](Self::matches), with buffers from an earlier call.
    pub fn matches_with(&self, record: RecordRef<'_>, scratch: &mut MatchScratch) -> Option<Match> {
        let (cost, used) = self.evaluate(record, scratch)?;
        let mut rank = scratch.hits.rank(cost, used);
        for (field, outcome) in self.fields.iter().zip(&scratch.field_outcomes) {
            if let FieldOutcome::Known(Some((_, unlike))) = outcome
                && field.is_wanted
            {
                rank.unlike = rank.unlike.plus(*unlike);
            }
        }
        Some(Match {
            level: rank.level(),
            key: rank.pack(),
        })
    }

    pub(super) fn evaluate(&self, record: RecordRef<'_>, scratch: &mut MatchScratch) -> Evaluation {
        scratch.hits.clear(self.terms.len());
        scratch.field_outcomes.clear();
        scratch
            .field_outcomes
            .resize(self.fields.len(), FieldOutcome::Unknown);
        let Some(root) = &self.root else {
            return Some((Cost::default(), 0));
        };
        if self.fields_refuse(root, record, scratch) {
            return None;
        }
        if !self.terms.is_empty() {
            self.find_terms(record, 0..self.terms.len(), scratch);
        }
        self.eval(root, record, scratch)
    }

    /// Tests the conditions that every match must meet. Done first, because testing a condition is
    /// cheaper than reading the whole record.
    fn fields_refuse(
        &self,
        node: &MatchNode,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> bool {
        match node {
            MatchNode::And { children, .. } => children
                .iter()
                .any(|child| self.fields_refuse(child, record, scratch)),
            MatchNode::Field(field) => self.field_cost(*field, record, scratch).is_none(),
            MatchNode::Or(_) | MatchNode::Not(_) | MatchNode::Term(_) => false,
        }
    }

    /// The least cost at which one term matches a record, regardless of the rest of the query.
    pub(in crate::search) fn term_cost(
        &self,
        term: usize,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Option<Cost> {
        scratch.hits.clear(self.terms.len());
        let only = term..term + 1;
        self.find_terms(record, only, scratch);
        scratch.hits.cost(term)
    }

    /// The cost at which one condition matches a record.
    pub(in crate::search) fn field_check(
        &self,
        field: usize,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Option<Cost> {
        let (cost, _) = self.fields.get(field)?.check(record, &mut scratch.field)?;
        Some(cost)
    }

    fn field_cost(
        &self,
        field: usize,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Option<Cost> {
        if let Some(FieldOutcome::Known(known)) = scratch.field_outcomes.get(field) {
            return known.map(|(cost, _)| cost);
        }
        let found = self.fields.get(field)?.check(record, &mut scratch.field);
        if let Some(outcome) = scratch.field_outcomes.get_mut(field) {
            *outcome = FieldOutcome::Known(found);
        }
        found.map(|(cost, _)| cost)
    }

    fn find_terms(&self, record: RecordRef<'_>, terms: Range<usize>, scratch: &mut MatchScratch) {
        let MatchScratch {
            hits,
            text,
            printed,
            ..
        } = scratch;
        let mut search = TextSearch {
            terms: self.terms.get(terms.clone()).unwrap_or_default(),
            first: terms.start,
            reads_numbers: self.reads_numbers,
            hits,
        };
        if search.may_find_in(record.key) {
            search.find(&text.prepare_key(record.key), TextOf::Key);
        }
        search.find_in_value(record.value, text, printed);
    }

    fn eval(
        &self,
        node: &MatchNode,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Evaluation {
        match node {
            MatchNode::Term(term) => scratch.hits.cost(*term).map(|cost| (cost, 1 << *term)),
            MatchNode::Field(field) => self
                .field_cost(*field, record, scratch)
                .map(|cost| (cost, 0)),
            MatchNode::Not(child) => match self.eval(child, record, scratch) {
                Some(_) => None,
                None => Some((Cost::default(), 0)),
            },
            MatchNode::Or(children) => {
                let mut best: Evaluation = None;
                for child in children {
                    if let Some((cost, used)) = self.eval(child, record, scratch)
                        && best.is_none_or(|(best, _)| cost < best)
                    {
                        best = Some((cost, used));
                    }
                }
                best
            }
            MatchNode::And { children, joins } => self.eval_and(children, joins, record, scratch),
        }
    }

    /// The cheapest way to match all children, where a joined word matches two at once.
    fn eval_and(
        &self,
        children: &[MatchNode],
        joins: &[Option<usize>],
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Evaluation {
        let plus = |sum: Evaluation, more: Evaluation| {
            let ((cost, used), (more_cost, more_used)) = (sum?, more?);
            Some((cost.plus(more_cost), used | more_used))
        };
        let mut before: Evaluation = None;
        let mut covered: Evaluation = Some((Cost::default(), 0));
        for (index, child) in children.iter().enumerate() {
            let alone = plus(covered, self.eval(child, record, scratch));
            let join = index.checked_sub(1).and_then(|index| *joins.get(index)?);
            let joined = join.and_then(|term| {
                let cost = scratch.hits.cost(term)?;
                plus(before, Some((cost, 1 << term)))
            });
            before = covered;
            covered = match (alone, joined) {
                (Some(alone), Some(joined)) if joined.0 < alone.0 => Some(joined),
                (None, joined) => joined,
                (alone, _) => alone,
            };
            if covered.is_none() && before.is_none() {
                return None;
            }
        }
        covered
    }
}

/// What a text comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextOf {
    Key,
    Number,
    Other,
}

/// The search for terms in all texts of a record.
struct TextSearch<'a> {
    terms: &'a [QueryTerm],
    /// The number of the first of these terms in the query.
    first: usize,
    reads_numbers: bool,
    hits: &'a mut TermHits,
}

impl TextSearch<'_> {
    fn find_in_value(&mut self, value: ValueRef<'_>, text: &mut TextBuffer, printed: &mut String) {
        match value {
            ValueRef::Map(map) => {
                for (_, inner) in map {
                    self.find_in_value(inner, text, printed);
                }
            }
            ValueRef::List(list) => {
                for element in list {
                    self.find_in_value(element, text, printed);
                }
            }
            number if is_number_text(number) => {
                if self.reads_numbers
                    && let Some(number) = leaf_text(number, printed)
                    && self.may_find_in(number)
                {
                    self.find(&text.prepare_leaf(value, number), TextOf::Number);
                }
            }
            leaf => {
                if let Some(leaf) = leaf_text(leaf, printed)
                    && self.may_find_in(leaf)
                {
                    self.find(&text.prepare(leaf), TextOf::Other);
                }
            }
        }
    }

    /// Whether a text needs to be prepared. If the query has only regular expressions, which are
    /// matched with the original text, only texts that one of them matches do.
    fn may_find_in(&self, text: &str) -> bool {
        self.terms.iter().any(|term| match &term.kind {
            TermKind::Regex(regex) => regex.is_match(text),
            TermKind::Words(_) | TermKind::Raw(_) => true,
        })
    }

    fn find(&mut self, text: &PreparedText<'_>, text_of: TextOf) {
        let facts = || TextFacts {
            is_key: text_of == TextOf::Key,
            tokens: text.tokens.len() as u32,
            length: length_of(text),
        };
        let mut is_new_text = true;
        let mut origins = None;
        for (index, term) in self.terms.iter().enumerate() {
            // Decided for each term alone, not for the query as a whole.
            if !term.is_searched_in(text_of == TextOf::Number) {
                continue;
            }
            term.find_fits(text, &mut |found| {
                let unlike = || term.unlike(text, &found, &mut origins);
                let number = self.first + index;
                self.hits
                    .add(number, &found, unlike, facts, &mut is_new_text);
            });
        }
    }
}

/// The length of a text in characters.
fn length_of(text: &PreparedText<'_>) -> u32 {
    if text.is_ascii {
        text.original.len() as u32
    } else {
        text.original.chars().count() as u32
    }
}
