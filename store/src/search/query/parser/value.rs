//! What stands right of an operator.

use super::{Parser, and, plain_words};
use crate::search::query::ast::{
    CompareOp, Expr, Field, FieldTest, Literal, Target, TextAtom, TextForm,
};
use crate::search::query::lexer::{self, Operator};

impl Parser<'_> {
    /// The condition whose path and operator were just read.
    pub(super) fn condition(
        &mut self,
        name: String,
        target: Target,
        operator: Operator,
    ) -> Option<Expr> {
        if operator == Operator::Colon && self.rest().starts_with('(') {
            return self.field_group(name, target);
        }
        let start = self.at;
        let is_empty = !self.rest().starts_with('"') && lexer::word(self.rest()).is_empty();
        if is_empty {
            let message = format!("a value is missing: this finds every record that has {name}");
            self.hint(message, start..start);
            return Some(field(name, target, FieldTest::Exists));
        }
        Some(match operator {
            Operator::Colon => self.value_of_field(&name, &target),
            Operator::Compare(op) => {
                let literal = self.literal();
                field(name, target, FieldTest::Compare(op, literal))
            }
            Operator::Similar => {
                let literal = self.literal();
                field(name, target, FieldTest::Similar(literal))
            }
            Operator::StartsWith => {
                let literal = self.literal();
                field(name, target, FieldTest::StartsWith(literal))
            }
            Operator::Contains => {
                let literal = self.literal();
                field(name, target, FieldTest::Contains(literal))
            }
        })
    }

    /// `path:( … )`: every word inside is a condition on the path.
    fn field_group(&mut self, name: String, target: Target) -> Option<Expr> {
        let leaves_before = self.leaves;
        let outer = self.field.replace((name.clone(), target.clone()));
        let inside = self.group(super::DEPTH_MAX / 2);
        self.field = outer;
        if inside.is_none() && self.leaves == leaves_before {
            return Some(field(name, target, FieldTest::Exists));
        }
        inside
    }

    /// What stands right of a colon.
    pub(super) fn value_of_field(&mut self, name: &str, target: &Target) -> Expr {
        let make = |test| field(name.to_owned(), target.clone(), test);
        let has = |mut atom: TextAtom| {
            // A word from something unreadable must not be read as a keyword when it is printed.
            let is_keyword = matches!(atom.text.as_str(), "null" | "exists" | "missing");
            if atom.form == TextForm::Word && is_keyword {
                atom.form = TextForm::Phrase;
            }
            make(FieldTest::Has(atom))
        };
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with('[') {
            if let Some((from, to, len)) = bracket_range(rest) {
                self.at += len;
                return make(between(from, to));
            }
            let word = lexer::word(rest);
            self.at += word.len();
            let message = "a range is written [from TO to] or from..to";
            self.hint(message, start..self.at);
            return and(plain_words(word).into_iter().map(has).collect());
        }
        if !rest.starts_with('"') && lexer::regex(rest).is_none() {
            let word = lexer::word(rest);
            let test = match word {
                "null" => Some(FieldTest::Null),
                "exists" => Some(FieldTest::Exists),
                "missing" => Some(FieldTest::Missing),
                _ => dots_range(word).map(|(from, to)| between(from, to)),
            };
            if let Some(test) = test {
                self.at += word.len();
                return make(test);
            }
        }
        let atoms: Vec<TextAtom> = self.atoms();
        and(atoms.into_iter().map(has).collect())
    }

    fn literal(&mut self) -> Literal {
        if let Some((text, len, _)) = lexer::quoted(self.rest()) {
            self.at += len;
            return Literal { text, quoted: true };
        }
        let word = lexer::word(self.rest());
        self.at += word.len();
        bare(word)
    }
}

fn field(name: String, target: Target, test: FieldTest) -> Expr {
    Expr::Field(Field { name, target, test })
}

fn between(from: Option<Literal>, to: Option<Literal>) -> FieldTest {
    match (from, to) {
        (None, None) => FieldTest::Exists,
        (Some(from), None) => FieldTest::Compare(CompareOp::AtLeast, from),
        (None, Some(to)) => FieldTest::Compare(CompareOp::AtMost, to),
        (from, to) => FieldTest::Between(from, to),
    }
}

fn bare(text: &str) -> Literal {
    Literal {
        text: text.to_owned(),
        quoted: false,
    }
}

/// `a..b`, `a..`, `..b`. Ends must print and read back inside brackets.
fn dots_range(word: &str) -> Option<(Option<Literal>, Option<Literal>)> {
    let (from, to) = word.split_once("..")?;
    let is_end = |text: &str| text != "*" && !text.contains(['[', ']']) && !text.contains("..");
    if !is_end(from) || !is_end(to) || (from.is_empty() && to.is_empty()) {
        return None;
    }
    let end = |text: &str| (!text.is_empty()).then(|| bare(text));
    Some((end(from), end(to)))
}

/// `[a TO b]` at the start of a text, and its length. `*` is no bound.
fn bracket_range(text: &str) -> Option<(Option<Literal>, Option<Literal>, usize)> {
    let rest = text.strip_prefix('[')?.trim_start();
    let (from, rest) = bracket_end(rest)?;
    let rest = rest.trim_start().strip_prefix("TO")?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let (to, rest) = bracket_end(rest.trim_start())?;
    let rest = rest.trim_start().strip_prefix(']')?;
    Some((from, to, text.len() - rest.len()))
}

fn bracket_end(text: &str) -> Option<(Option<Literal>, &str)> {
    if let Some((content, len, closed)) = lexer::quoted(text) {
        let literal = Literal {
            text: content,
            quoted: true,
        };
        return closed.then(|| (Some(literal), text.get(len..).unwrap_or_default()));
    }
    let end = text
        .find(|character| lexer::ends_word(character) || matches!(character, '[' | ']'))
        .unwrap_or(text.len());
    match text.split_at(end) {
        ("", _) => None,
        ("*", rest) => Some((None, rest)),
        (word, rest) => Some((Some(bare(word)), rest)),
    }
}
