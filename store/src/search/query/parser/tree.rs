//! Building and asking syntax trees.

use super::LEAVES_MAX;
use crate::search::query::ast::{Expr, Field, FieldTest, TextAtom, TextForm};
use crate::search::query::lexer::{self, Operator};

/// Whether an atom is a word that is an operator between others.
pub(super) fn is_keyword(atom: &TextAtom) -> bool {
    atom.form == TextForm::Word
        && ["or", "and", "not"]
            .iter()
            .any(|keyword| atom.text.eq_ignore_ascii_case(keyword))
}

/// Makes phrases of words that are operators behind others.
pub(super) fn quote_keywords<'a>(atoms: impl Iterator<Item = &'a mut TextAtom>) {
    for atom in atoms.filter(|atom| is_keyword(atom)) {
        atom.form = TextForm::Phrase;
    }
}

/// Whether a word begins with an operator between a path and a value.
pub(super) fn starts_with_operator(word: &str) -> bool {
    lexer::operator(word).is_some_and(|(operator, _)| operator != Operator::Similar)
}

/// The runs of letters and digits of a text; none of them is an operator where it stands.
pub(super) fn plain_words(text: &str) -> Vec<TextAtom> {
    let words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(LEAVES_MAX);
    let mut atoms: Vec<TextAtom> = words
        .map(|word| TextAtom {
            text: word.to_lowercase(),
            form: TextForm::Word,
        })
        .collect();
    quote_keywords(atoms.iter_mut().skip(1));
    atoms
}

pub(super) fn and(parts: Vec<Expr>) -> Expr {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::And(inner) => flat.extend(inner),
            Expr::All => {}
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => Expr::All,
        1 => flat.remove(0),
        _ => Expr::And(flat),
    }
}

pub(super) fn or(branches: Vec<Expr>) -> Option<Expr> {
    let mut flat = Vec::with_capacity(branches.len());
    for branch in branches {
        match branch {
            Expr::Or(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => None,
        1 => flat.pop(),
        _ => Some(Expr::Or(flat)),
    }
}

pub(super) fn is_existence(expr: Option<&Expr>) -> bool {
    let Some(Expr::Field(field)) = expr else {
        return false;
    };
    field.test == FieldTest::Exists
}

fn last_atom(expr: &Expr) -> Option<&TextAtom> {
    match expr {
        Expr::And(children) | Expr::Or(children) => children.last().and_then(last_atom),
        Expr::Not(child) => last_atom(child),
        Expr::Text(atom)
        | Expr::Field(Field {
            test: FieldTest::Has(atom),
            ..
        }) => Some(atom),
        Expr::All | Expr::Field(_) => None,
    }
}

pub(super) fn last_leaf_can_be_open(expr: &Expr) -> bool {
    last_atom(expr).is_some_and(|atom| matches!(atom.form, TextForm::Word | TextForm::Phrase))
}

pub(super) fn last_leaf_is_phrase(expr: &Expr) -> bool {
    last_atom(expr).is_some_and(|atom| atom.form == TextForm::Phrase)
}
