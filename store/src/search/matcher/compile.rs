//! Compiling the syntax tree of a query for the matcher.

use std::ops::Bound;

use super::field_check::{FieldCheck, FieldPlace, FieldRule};
use super::query_term::{QueryTerm, TermKind};
use super::query_word::{QueryWord, TokenPart, TypoBudget};
use super::rank::TermSet;
use crate::search::condition::{Condition, ConditionTest, TextComparison};
use crate::search::fold::fold;
use crate::search::misspelling::TYPO;
use crate::search::mode::Mode;
use crate::search::query::{
    CompareOp, Expr, Field, FieldTest, Literal, Query, Target, TextAtom, TextForm, Typed,
    compile_regex, names_of, parse_number,
};
use crate::search::text::{TextBuffer, leaf_text};
use crate::search::tokenize::{Token, TokenKind, tokenize};
use crate::value::{Value, ValueRef};

/// A node of a compiled query. Refers to terms and fields by number.
#[derive(Clone, Debug)]
pub(in crate::search) enum MatchNode {
    /// All of these. `joins[i]` is a term that may match instead of children `i` and `i + 1`:
    /// `data base` also matches `database`.
    And {
        children: Vec<Self>,
        joins: Vec<Option<usize>>,
    },
    Or(Vec<Self>),
    Not(Box<Self>),
    Term(usize),
    Field(usize),
}

/// Collects the terms and fields of a query while compiling it.
#[derive(Debug)]
pub(in crate::search) struct Compiler {
    mode: Mode,
    pub(in crate::search) terms: Vec<QueryTerm>,
    pub(in crate::search) fields: Vec<FieldCheck>,
    is_negated: bool,
    /// Whether punctuation is looked for, too, because the query has nothing else.
    needs_punctuation: bool,
    /// The number of terms that fit beside one for each leaf of the query and the joined words.
    spare_terms: usize,
}

impl Compiler {
    pub(in crate::search) const fn new(mode: Mode) -> Self {
        Self {
            mode,
            terms: Vec::new(),
            fields: Vec::new(),
            is_negated: false,
            needs_punctuation: false,
            spare_terms: 0,
        }
    }

    /// Compiles a query; `None` if every record matches it.
    pub(in crate::search) fn query(&mut self, query: &Query) -> Option<MatchNode> {
        self.needs_punctuation = is_only_punctuation(&query.expr);
        let leaves_and_joins = 2 * query.expr.leaves();
        self.spare_terms = (TermSet::BITS as usize).saturating_sub(leaves_and_joins);
        self.expr(&query.expr, query.open)
    }

    /// `open`: whether the last word of `expr` may be a prefix.
    fn expr(&mut self, expr: &Expr, open: bool) -> Option<MatchNode> {
        match expr {
            Expr::All => None,
            Expr::And(children) => {
                let first_term = self.terms.len();
                let nodes = self.children(children, open);
                match nodes.len() {
                    0 | 1 => nodes.into_iter().next(),
                    _ => {
                        let joins = self.joins(&nodes, first_term);
                        Some(MatchNode::And {
                            children: nodes,
                            joins,
                        })
                    }
                }
            }
            Expr::Or(children) => {
                let nodes = self.children(children, open);
                // If every record matches one branch, every record matches the whole.
                (nodes.len() == children.len()).then_some(MatchNode::Or(nodes))
            }
            Expr::Not(child) => {
                self.is_negated = !self.is_negated;
                let node = self.expr(child, open);
                self.is_negated = !self.is_negated;
                node.map(|node| MatchNode::Not(Box::new(node)))
            }
            Expr::Text(atom) => {
                let term = self.term(atom, open)?;
                let number = number_written_otherwise(atom, &term);
                let term = self.add_term(term);
                match number {
                    Some(number) if self.spare_terms > 0 => {
                        self.spare_terms -= 1;
                        Some(MatchNode::Or(vec![term, self.add_term(number)]))
                    }
                    _ => Some(term),
                }
            }
            Expr::Field(field) => {
                let check = self.field(field, open)?;
                self.fields.push(check);
                Some(MatchNode::Field(self.fields.len() - 1))
            }
        }
    }

    /// The mode for the current expression. Negated words are compared exactly: no record is
    /// excluded because of a typo.
    const fn mode(&self) -> Mode {
        match self.mode {
            Mode::Fuzzy if self.is_negated => Mode::Exact,
            mode => mode,
        }
    }

    fn children(&mut self, children: &[Expr], open: bool) -> Vec<MatchNode> {
        let last = children.len().saturating_sub(1);
        children
            .iter()
            .enumerate()
            .filter_map(|(index, child)| self.expr(child, open && index == last))
            .collect()
    }

    fn add_term(&mut self, term: QueryTerm) -> MatchNode {
        self.terms.push(term);
        MatchNode::Term(self.terms.len() - 1)
    }

    fn term(&self, atom: &TextAtom, open: bool) -> Option<QueryTerm> {
        if atom.form != TextForm::Regex
            && let Some(signs) = signs(&atom.text)
        {
            let is_wanted = self.needs_punctuation || has_symbol(&signs);
            return is_wanted.then(|| QueryTerm::new(TermKind::Raw(signs)));
        }
        let mode = self.mode();
        let last_part = last_part(open, mode);
        let kind = match (atom.form, mode) {
            (TextForm::Regex, _) => TermKind::Regex(compile_regex(&atom.text).ok()?),
            (TextForm::Inside, _) | (TextForm::Word, Mode::Contains) => inside(&atom.text)?,
            (TextForm::Word, Mode::Fuzzy) => words(&atom.text, last_part, TypoBudget::of_word)?,
            (TextForm::Typos(None), _) => words(&atom.text, TokenPart::Whole, TypoBudget::of_word)?,
            (TextForm::Typos(Some(edits)), _) => words(&atom.text, TokenPart::Whole, |_, _| {
                TypoBudget::exactly(edits)
            })?,
            (TextForm::Prefix, _) => {
                words(&atom.text, TokenPart::Beginning, |_, _| TypoBudget::NONE)?
            }
            (TextForm::Phrase, _) => words(&atom.text, last_part, |_, _| TypoBudget::NONE)?,
            (TextForm::Exact, _) | (TextForm::Word, Mode::Exact) => {
                words(&atom.text, TokenPart::Whole, |_, _| TypoBudget::NONE)?
            }
        };
        Some(QueryTerm::typed(kind, &atom.text))
    }

    /// Adds terms for adjacent words written as one. Only plain words of at least two bytes are
    /// joined, and only in fuzzy mode.
    fn joins(&mut self, nodes: &[MatchNode], first_term: usize) -> Vec<Option<usize>> {
        if self.mode() != Mode::Fuzzy {
            return vec![None; nodes.len() - 1];
        }
        let joinable = |node: &MatchNode, terms: &[QueryTerm]| match node {
            MatchNode::Term(index) if *index >= first_term => match terms.get(*index)?.words() {
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
                if left_part != TokenPart::Whole {
                    return None;
                }
                let text = format!("{left}{right}");
                let word = QueryWord::new(&text, TokenKind::Word, right_part, TypoBudget::NONE);
                self.terms.push(QueryTerm {
                    base: TYPO,
                    ..QueryTerm::new(TermKind::Words(vec![word]))
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
                term: QueryTerm::typed(
                    words(&literal.text, TokenPart::Whole, TypoBudget::of_word)
                        .or_else(|| signs(&literal.text).map(TermKind::Raw))?,
                    &literal.text,
                ),
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

    /// Words at a path: without typos, but the last may be a prefix while it is being typed. A
    /// number, a boolean or a date is compared by type, and as a whole word with texts.
    fn has(&self, atom: &TextAtom, open: bool) -> Option<FieldRule> {
        if atom.form == TextForm::Phrase && atom.text.is_empty() {
            let empty = Condition::Equals(Value::String(String::new()));
            let test = ConditionTest::new(&empty, TextComparison::Folded);
            return Some(FieldRule::Condition(test));
        }
        if atom.form != TextForm::Regex
            && let Some(signs) = signs(&atom.text)
        {
            return Some(FieldRule::Words {
                term: QueryTerm::new(TermKind::Raw(signs)),
                typed: None,
                with_numbers: true,
            });
        }
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
                words(&atom.text, last, |_, _| TypoBudget::NONE)
                    .map(|kind| QueryTerm::typed(kind, &atom.text))
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

/// The last word may be a prefix while it is being typed.
const fn last_part(open: bool, mode: Mode) -> TokenPart {
    match mode {
        Mode::Fuzzy if open => TokenPart::Beginning,
        _ => TokenPart::Whole,
    }
}

fn folded_tokens(text: &str) -> (String, Vec<Token>) {
    let folded = fold(text);
    let mut tokens = Vec::new();
    tokenize(&folded, &mut tokens);
    (folded, tokens)
}

/// The words of a text; `last_part` applies to the last of them. `None` if there are none.
fn words(
    text: &str,
    last_part: TokenPart,
    budget: impl Fn(&str, TokenKind) -> TypoBudget,
) -> Option<TermKind> {
    let (folded, tokens) = folded_tokens(text);
    let last = tokens.len().checked_sub(1)?;
    let words = tokens.iter().enumerate().map(|(index, token)| {
        let word = folded.get(token.range()).unwrap_or_default();
        let part = if index == last {
            last_part
        } else {
            TokenPart::Whole
        };
        QueryWord::new(word, token.kind, part, budget(word, token.kind))
    });
    Some(TermKind::Words(words.collect()))
}

/// A number that is shown in another form than it was typed in, such as `7.00` or `1E+3`: it matches
/// the same number. `None` if its words are those of the term already.
fn number_written_otherwise(atom: &TextAtom, term: &QueryTerm) -> Option<QueryTerm> {
    if !matches!(
        atom.form,
        TextForm::Word | TextForm::Exact | TextForm::Phrase
    ) {
        return None;
    }
    let Some(Value::Float(float)) = parse_number(&atom.text) else {
        return None;
    };
    let (mut printed, mut buffer) = (String::new(), TextBuffer::default());
    let leaf = ValueRef::Float(float);
    let text = buffer.prepare_leaf(leaf, leaf_text(leaf, &mut printed)?);
    let words: Vec<QueryWord> = (0..text.tokens.len())
        .filter_map(|index| text.token(index))
        .map(|(word, token)| QueryWord::new(word, token.kind, TokenPart::Whole, TypoBudget::NONE))
        .collect();
    let are_new = !words
        .iter()
        .map(QueryWord::as_str)
        .eq(term.words().iter().map(QueryWord::as_str));
    are_new.then(|| QueryTerm {
        is_number: true,
        ..QueryTerm::new(TermKind::Words(words))
    })
}

/// The folded text of an atom without letters and digits, which is looked for as it stands; `None`
/// if it has words, or nothing that can be seen.
fn signs(text: &str) -> Option<String> {
    let (folded, tokens) = folded_tokens(text.trim());
    (tokens.is_empty() && !folded.is_empty()).then_some(folded)
}

/// Whether signs have an emoji or another symbol, which people look for. Punctuation between words
/// is usually a part of the language: `rock & roll`.
fn has_symbol(signs: &str) -> bool {
    signs.chars().any(|sign| {
        matches!(
            sign,
            '$' | '¢'..='§' | '©' | '®' | '°' | '±'
                // Currencies, arrows, mathematics, technical and other symbols, dingbats.
                | '\u{20A0}'..='\u{20CF}'
                | '\u{2100}'..='\u{2BFF}'
                // Emoji, cards, domino and other pictures.
                | '\u{1F000}'..='\u{1FAFF}'
        )
    })
}

/// Whether a query has texts, but all of them are punctuation. Signs that are operators do not count:
/// the rest of the query is still to be typed.
fn is_only_punctuation(expr: &Expr) -> bool {
    match expr {
        Expr::All | Expr::Field(_) => false,
        Expr::And(children) | Expr::Or(children) => children.iter().all(is_only_punctuation),
        Expr::Not(child) => is_only_punctuation(child),
        Expr::Text(atom) => {
            let is_operator = |sign: char| "-'\"*/~()!|&<>=:^[]".contains(sign);
            atom.form != TextForm::Regex
                && signs(&atom.text).is_some_and(|signs| !signs.chars().all(is_operator))
        }
    }
}

/// A substring: of one word, or from the end of one word to the beginning of another.
fn inside(text: &str) -> Option<TermKind> {
    let (folded, tokens) = folded_tokens(text);
    let Some(last) = tokens.len().checked_sub(1) else {
        return (!folded.is_empty()).then_some(TermKind::Raw(folded));
    };
    let words = tokens.iter().enumerate().map(|(index, token)| {
        let part = match (index, last) {
            (_, 0) => TokenPart::Any,
            (0, _) => TokenPart::End,
            (index, last) if index == last => TokenPart::Beginning,
            _ => TokenPart::Whole,
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
        Typed::Time(from, _) => Value::Timestamp(from),
        Typed::Text(text) => Value::String(text),
    }
}

/// A comparison with a typed value. A date means the whole day.
fn comparison(op: CompareOp, literal: &Literal) -> Condition {
    let typed = literal.typed();
    if let (Typed::Time(from, Some(until)), CompareOp::Equal) = (&typed, op) {
        return Condition::Between(
            Bound::Included(Value::Timestamp(*from)),
            Bound::Excluded(Value::Timestamp(*until)),
        );
    }
    if let Typed::Time(_, Some(until)) = typed {
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
        Typed::Time(_, Some(until)) => Bound::Excluded(Value::Timestamp(until)),
        typed => Bound::Included(value_of(typed)),
    });
    Condition::Between(from, to)
}
