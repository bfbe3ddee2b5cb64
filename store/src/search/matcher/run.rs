//! Running a prepared query over the texts and conditions of one record.

use std::ops::Range;

use super::compile::{Compiler, Node};
use super::field::{FieldCheck, FieldScratch};
use super::hits::{Hits, TextFacts};
use super::rank::{Cost, SortKey, TermSet};
use super::term::{Term, TermKind};
use crate::record::RecordRef;
use crate::search::mode::{Level, Mode};
use crate::search::query::Query;
use crate::search::text::{PreparedText, TextBuffer, is_number_text, leaf_text};
use crate::value::ValueRef;

/// A query, ready to be compared with records. Sharing it between threads is free; each thread
/// brings its own [`MatchScratch`].
#[derive(Clone, Debug)]
pub struct Matcher {
    /// `None`: every record fits.
    pub(in crate::search) root: Option<Node>,
    pub(in crate::search) terms: Vec<Term>,
    pub(in crate::search) fields: Vec<FieldCheck>,
    reads_numbers: bool,
}

/// How well a record fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// In words.
    pub level: Level,
    /// As a number to sort by: less is better, equals are in key order.
    pub key: SortKey,
}

/// The buffers of one thread. They grow to the largest record and are used again.
#[derive(Debug, Default)]
pub struct MatchScratch {
    pub(super) hits: Hits,
    text: TextBuffer,
    printed: String,
    field: FieldScratch,
    field_outcomes: Vec<FieldOutcome>,
}

/// Whether a condition on one place was tested for the record at hand, and at what cost it fits.
#[derive(Clone, Copy, Debug)]
enum FieldOutcome {
    Unknown,
    Known(Option<Cost>),
}

/// An accepted record: at which cost, because of which terms.
pub(super) type Verdict = Option<(Cost, TermSet)>;

impl Matcher {
    /// Prepares a query. Budgets, beginnings and joined words follow the mode.
    pub fn new(query: &Query, mode: Mode) -> Self {
        let mut compiler = Compiler::new(mode);
        let root = compiler.query(query);
        Self {
            root,
            reads_numbers: compiler.terms.iter().any(Term::may_match_numbers),
            terms: compiler.terms,
            fields: compiler.fields,
        }
    }

    /// Whether every record fits.
    pub const fn matches_all(&self) -> bool {
        self.root.is_none()
    }

    /// Whether and how well a record fits. For many records use
    /// [`matches_with`](Self::matches_with).
    pub fn matches(&self, record: RecordRef<'_>) -> Option<Match> {
        self.matches_with(record, &mut MatchScratch::default())
    }

    /// Whether and how well a record fits, with buffers from an earlier call.
    pub fn matches_with(&self, record: RecordRef<'_>, scratch: &mut MatchScratch) -> Option<Match> {
        let (cost, used) = self.verdict(record, scratch)?;
        let rank = scratch.hits.rank(cost, used);
        Some(Match {
            level: rank.level(),
            key: rank.pack(),
        })
    }

    pub(super) fn verdict(&self, record: RecordRef<'_>, scratch: &mut MatchScratch) -> Verdict {
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

    /// Conditions on single places are cheaper than reading the whole record: those that every
    /// match must fulfil are tested first.
    fn fields_refuse(
        &self,
        node: &Node,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> bool {
        match node {
            Node::And { children, .. } => children
                .iter()
                .any(|child| self.fields_refuse(child, record, scratch)),
            Node::Field(field) => self.field_cost(*field, record, scratch).is_none(),
            Node::Or(_) | Node::Not(_) | Node::Term(_) => false,
        }
    }

    /// The least cost at which one term is found in a record, whatever the rest of the query.
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

    /// What it costs that one condition holds for a record, if it does.
    pub(in crate::search) fn field_check(
        &self,
        field: usize,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Option<Cost> {
        self.fields.get(field)?.check(record, &mut scratch.field)
    }

    fn field_cost(
        &self,
        field: usize,
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Option<Cost> {
        if let Some(FieldOutcome::Known(known)) = scratch.field_outcomes.get(field) {
            return *known;
        }
        let cost = self.fields.get(field)?.check(record, &mut scratch.field);
        if let Some(outcome) = scratch.field_outcomes.get_mut(field) {
            *outcome = FieldOutcome::Known(cost);
        }
        cost
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

    fn eval(&self, node: &Node, record: RecordRef<'_>, scratch: &mut MatchScratch) -> Verdict {
        match node {
            Node::Term(term) => scratch.hits.cost(*term).map(|cost| (cost, 1 << *term)),
            Node::Field(field) => self
                .field_cost(*field, record, scratch)
                .map(|cost| (cost, 0)),
            Node::Not(child) => match self.eval(child, record, scratch) {
                Some(_) => None,
                None => Some((Cost::default(), 0)),
            },
            Node::Or(children) => {
                let mut best: Verdict = None;
                for child in children {
                    if let Some((cost, used)) = self.eval(child, record, scratch)
                        && best.is_none_or(|(best, _)| cost < best)
                    {
                        best = Some((cost, used));
                    }
                }
                best
            }
            Node::And { children, joins } => self.eval_and(children, joins, record, scratch),
        }
    }

    /// The cheapest way to cover all children, where a joined word covers two at once.
    fn eval_and(
        &self,
        children: &[Node],
        joins: &[Option<usize>],
        record: RecordRef<'_>,
        scratch: &mut MatchScratch,
    ) -> Verdict {
        let plus = |sum: Verdict, more: Verdict| {
            let ((cost, used), (more_cost, more_used)) = (sum?, more?);
            Some((cost.plus(more_cost), used | more_used))
        };
        let mut before: Verdict = None;
        let mut covered: Verdict = Some((Cost::default(), 0));
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

/// What a text is the text of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextOf {
    Key,
    Number,
    Other,
}

/// Terms that are looked for in all texts of a record.
struct TextSearch<'a> {
    terms: &'a [Term],
    /// The number of the first of them.
    first: usize,
    reads_numbers: bool,
    hits: &'a mut Hits,
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
                    self.find(&text.prepare(number), TextOf::Number);
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

    /// Regular expressions see the text as it is: where none matches it need not be prepared.
    fn may_find_in(&self, text: &str) -> bool {
        self.terms.iter().any(|term| match &term.kind {
            TermKind::Regex(regex) => regex.is_match(text),
            TermKind::Words(_) | TermKind::Raw(_) => true,
        })
    }

    fn find(&mut self, text: &PreparedText<'_>, text_of: TextOf) {
        let facts = TextFacts {
            is_key: text_of == TextOf::Key,
            tokens: text.tokens.len() as u32,
            bytes: text.original.len() as u32,
        };
        let mut is_new_text = true;
        for (index, term) in self.terms.iter().enumerate() {
            // Whether a word reads numbers depends on the word alone, not on its neighbours.
            if text_of == TextOf::Number && !term.may_match_numbers() {
                continue;
            }
            term.find_fits(text, &mut |found| {
                let term = self.first + index;
                self.hits.add(term, &found, facts, &mut is_new_text);
            });
        }
    }
}
