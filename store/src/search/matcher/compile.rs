//! From the tree of a query to what the matcher runs.

use std::ops::Bound;

use super::field::{FieldCheck, FieldPlace, FieldRule};
use super::term::{Term, TermKind};
use super::word::{Part, QueryWord, TypoBudget};
use crate::search::condition::{Condition, ConditionTest, TextComparison};
use crate::search::fold::fold;
use crate::search::misspelling::TYPO;
use crate::search::mode::Mode;
use crate::search::query::{
    CompareOp, Expr, Field, FieldTest, Literal, Query, Target, TextAtom, TextForm, Typed,
    compile_regex, names_of,
};
use crate::search::tokenize::{Token, TokenKind, tokenize};
use crate::value::Value;

/// A query as the matcher runs it. Terms and fields are numbered.
#[derive(Clone, Debug)]
pub(in crate::search) enum Node {
    /// All of these. `joins[i]` is a term that stands for children `i` and `i + 1` together:
    /// `data base` also fits `database`.
    And {
        children: Vec<Self>,
        joins: Vec<Option<usize>>,
    },
    Or(Vec<Self>),
    Not(Box<Self>),
    Term(usize),
    Field(usize),
}

/// What compiling collects.
#[derive(Debug)]
pub(in crate::search) struct Compiler {
    mode: Mode,
    pub(in crate::search) terms: Vec<Term>,
    pub(in crate::search) fields: Vec<FieldCheck>,
    is_negated: bool,
}

impl Compiler {
    pub(in crate::search) const fn new(mode: Mode) -> Self {
        Self {
            mode,
            terms: Vec::new(),
            fields: Vec::new(),
            is_negated: false,
        }
    }

    /// `None`: no restriction.
    pub(in crate::search) fn query(&mut self, query: &Query) -> Option<Node> {
        self.expr(&query.expr, query.open)
    }

    /// `open` says whether the last word of `expr` may be a beginning.
    fn expr(&mut self, expr: &Expr, open: bool) -> Option<Node> {
        match expr {
            Expr::All => None,
            Expr::And(children) => {
                let first_term = self.terms.len();
                let nodes = self.children(children, open);
                match nodes.len() {
                    0 | 1 => nodes.into_iter().next(),
                    _ => {
                        let joins = self.joins(&nodes, first_term);
                        Some(Node::And {
                            children: nodes,
                            joins,
                        })
                    }
                }
            }
            Expr::Or(children) => {
                let nodes = self.children(children, open);
                // A branch without restriction would make the whole have none.
                (nodes.len() == children.len()).then_some(Node::Or(nodes))
            }
            Expr::Not(child) => {
                self.is_negated = !self.is_negated;
                let node = self.expr(child, open);
                self.is_negated = !self.is_negated;
                node.map(|node| Node::Not(Box::new(node)))
            }
            Expr::Text(atom) => {
                let term = self.term(atom, open)?;
                Some(self.add_term(term))
            }
            Expr::Field(field) => {
                let check = self.field(field, open)?;
                self.fields.push(check);
                Some(Node::Field(self.fields.len() - 1))
            }
        }
    }

    /// What must not be there must not be there exactly: a record is not hidden for a typo.
    const fn mode(&self) -> Mode {
        match self.mode {
            Mode::Fuzzy if self.is_negated => Mode::Exact,
            mode => mode,
        }
    }

    fn children(&mut self, children: &[Expr], open: bool) -> Vec<Node> {
        let last = children.len().saturating_sub(1);
        children
            .iter()
            .enumerate()
            .filter_map(|(index, child)| self.expr(child, open && index == last))
            .collect()
    }

    fn add_term(&mut self, term: Term) -> Node {
        self.terms.push(term);
        Node::Term(self.terms.len() - 1)
    }

    fn term(&self, atom: &TextAtom, open: bool) -> Option<Term> {
        let mode = self.mode();
        let last_part = last_part(open, mode);
        let kind = match (atom.form, mode) {
            (TextForm::Regex, _) => TermKind::Regex(compile_regex(&atom.text).ok()?),
            (TextForm::Inside, _) | (TextForm::Word, Mode::Contains) => inside(&atom.text)?,
            (TextForm::Word, Mode::Fuzzy) => words(&atom.text, last_part, TypoBudget::of_word)?,
            (TextForm::Typos(None), _) => words(&atom.text, Part::Whole, TypoBudget::of_word)?,
            (TextForm::Typos(Some(edits)), _) => {
                words(&atom.text, Part::Whole, |_, _| TypoBudget::exactly(edits))?
            }
            (TextForm::Prefix, _) => words(&atom.text, Part::Beginning, |_, _| TypoBudget::NONE)?,
            (TextForm::Phrase, _) => words(&atom.text, last_part, |_, _| TypoBudget::NONE)?,
            (TextForm::Exact, _) | (TextForm::Word, Mode::Exact) => {
                words(&atom.text, Part::Whole, |_, _| TypoBudget::NONE)?
            }
        };
        Some(Term { kind, base: 0 })
    }

    /// Terms for neighbours written as one word. Only plain words of at least two letters are
    /// joined, and only where typos are allowed at all.
    fn joins(&mut self, nodes: &[Node], first_term: usize) -> Vec<Option<usize>> {
        if self.mode() != Mode::Fuzzy {
            return vec![None; nodes.len() - 1];
        }
        let joinable = |node: &Node, terms: &[Term]| match node {
            Node::Term(index) if *index >= first_term => match terms.get(*index)?.words() {
                [word] if !word.budget().is_none() || word.as_str().len() >= 2 => {
                    Some((word.as_str().to_owned(), word.part()))
                }
                _ => None,
            },
            _ => None,
        };
        let mut joins = Vec::with_capacity(nodes.len() - 1);
        for pair in nodes.array_windows::<2>() {
            let [left, right] = pair;
            let joined = joinable(left, &self.terms).zip(joinable(right, &self.terms));
            joins.push(joined.and_then(|((left, left_part), (right, right_part))| {
                if left_part != Part::Whole {
                    return None;
                }
                let text = format!("{left}{right}");
                let word = QueryWord::new(&text, TokenKind::Word, right_part, TypoBudget::NONE);
                self.terms.push(Term {
                    kind: TermKind::Words(vec![word]),
                    base: TYPO,
                });
                Some(self.terms.len() - 1)
            }));
        }
        joins
    }

    fn field(&self, field: &Field, open: bool) -> Option<FieldCheck> {
        let place = match &field.target {
            Target::Key => FieldPlace::Key,
            Target::Paths(paths) => FieldPlace::Values(paths.iter().map(names_of).collect()),
        };
        let condition = |condition: Condition| {
            FieldRule::Condition(ConditionTest::new(&condition, TextComparison::Folded))
        };
        let rule = match &field.test {
            FieldTest::Has(atom) => self.has(atom, open)?,
            FieldTest::Compare(op, literal) => condition(comparison(*op, literal)),
            FieldTest::Between(from, to) => condition(between(from.as_ref(), to.as_ref())),
            FieldTest::Similar(literal) => FieldRule::Words {
                term: Term {
                    kind: words(&literal.text, Part::Whole, TypoBudget::of_word)?,
                    base: 0,
                },
                typed: None,
                with_numbers: true,
            },
            FieldTest::StartsWith(literal) => {
                condition(Condition::StartsWith(literal.text.clone()))
            }
            FieldTest::Contains(literal) => condition(Condition::Contains(literal.text.clone())),
            FieldTest::Null => condition(Condition::IsNull),
            FieldTest::Exists => condition(Condition::Exists),
            FieldTest::Missing => condition(Condition::Missing),
        };
        Some(FieldCheck {
            place,
            rule,
            is_wanted: !self.is_negated,
        })
    }

    /// Words at a path: no typos, but the last may be a beginning while it is typed. A number,
    /// truth value or date is compared by type, and found as a whole word in texts.
    fn has(&self, atom: &TextAtom, open: bool) -> Option<FieldRule> {
        let literal = Literal {
            text: atom.text.clone(),
            quoted: atom.form != TextForm::Word,
        };
        let typed = match literal.typed() {
            Typed::Text(_) => None,
            _ => Some(ConditionTest::new(
                &comparison(CompareOp::Equal, &literal),
                TextComparison::Folded,
            )),
        };
        let mode = self.mode();
        let term = match (atom.form, mode) {
            (TextForm::Word, Mode::Exact | Mode::Fuzzy) => {
                let last = last_part(open && typed.is_none(), mode);
                words(&atom.text, last, |_, _| TypoBudget::NONE).map(|kind| Term { kind, base: 0 })
            }
            _ => self.term(atom, open),
        };
        let with_numbers = typed.is_none() || mode == Mode::Contains;
        match (term, typed) {
            (Some(term), typed) => Some(FieldRule::Words {
                term,
                typed,
                with_numbers,
            }),
            (None, Some(typed)) => Some(FieldRule::Condition(typed)),
            (None, None) => None,
        }
    }
}

/// While the last word is typed it may be the beginning of a longer one.
const fn last_part(open: bool, mode: Mode) -> Part {
    match mode {
        Mode::Fuzzy if open => Part::Beginning,
        _ => Part::Whole,
    }
}

fn folded_tokens(text: &str) -> (String, Vec<Token>) {
    let folded = fold(text);
    let mut tokens = Vec::new();
    tokenize(&folded, &mut tokens);
    (folded, tokens)
}

/// The words of a text, the last of which may be only a part. `None` if there are none.
fn words(
    text: &str,
    last_part: Part,
    budget: impl Fn(&str, TokenKind) -> TypoBudget,
) -> Option<TermKind> {
    let (folded, tokens) = folded_tokens(text);
    let last = tokens.len().checked_sub(1)?;
    let words = tokens.iter().enumerate().map(|(index, token)| {
        let word = folded.get(token.range()).unwrap_or_default();
        let part = if index == last {
            last_part
        } else {
            Part::Whole
        };
        QueryWord::new(word, token.kind, part, budget(word, token.kind))
    });
    Some(TermKind::Words(words.collect()))
}

/// A part of a text: of one word, or from the end of one to the beginning of another.
fn inside(text: &str) -> Option<TermKind> {
    let (folded, tokens) = folded_tokens(text);
    let Some(last) = tokens.len().checked_sub(1) else {
        return (!folded.is_empty()).then_some(TermKind::Raw(folded));
    };
    let words = tokens.iter().enumerate().map(|(index, token)| {
        let part = match (index, last) {
            (_, 0) => Part::Any,
            (0, _) => Part::End,
            (index, last) if index == last => Part::Beginning,
            _ => Part::Whole,
        };
        QueryWord::new(
            folded.get(token.range()).unwrap_or_default(),
            token.kind,
            part,
            TypoBudget::NONE,
        )
    });
    Some(TermKind::Words(words.collect()))
}

fn value_of(typed: Typed) -> Value {
    match typed {
        Typed::Value(value) => value,
        Typed::Moment(moment, _) => Value::Timestamp(moment),
        Typed::Text(text) => Value::String(text),
    }
}

/// A comparison with a value as typed. A date stands for its whole day.
fn comparison(op: CompareOp, literal: &Literal) -> Condition {
    let typed = literal.typed();
    if let (Typed::Moment(from, Some(until)), CompareOp::Equal) = (&typed, op) {
        return Condition::Between(
            Bound::Included(Value::Timestamp(*from)),
            Bound::Excluded(Value::Timestamp(*until)),
        );
    }
    if let Typed::Moment(_, Some(until)) = typed {
        let until = Value::Timestamp(until);
        match op {
            CompareOp::AtMost => return Condition::Less(until),
            CompareOp::Greater => return Condition::AtLeast(until),
            _ => {}
        }
    }
    let value = value_of(literal.typed());
    match op {
        CompareOp::Equal => Condition::Equals(value),
        CompareOp::NotEqual => Condition::NotEquals(value),
        CompareOp::Less => Condition::Less(value),
        CompareOp::AtMost => Condition::AtMost(value),
        CompareOp::Greater => Condition::Greater(value),
        CompareOp::AtLeast => Condition::AtLeast(value),
    }
}

fn between(from: Option<&Literal>, to: Option<&Literal>) -> Condition {
    let from = from.map_or(Bound::Unbounded, |from| {
        Bound::Included(value_of(from.typed()))
    });
    let to = to.map_or(Bound::Unbounded, |to| match to.typed() {
        Typed::Moment(_, Some(until)) => Bound::Excluded(Value::Timestamp(until)),
        typed => Bound::Included(value_of(typed)),
    });
    Condition::Between(from, to)
}
