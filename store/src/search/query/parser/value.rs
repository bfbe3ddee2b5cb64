//! Parsing the value after an operator.

use super::Parser;
use super::tree::{and, plain_words};
use crate::search::query::ast::{
    CompareOp, Expr, Field, FieldTest, Literal, Target, TextAtom, TextForm,
};
use crate::search::query::lexer::{self, Operator};

/// The beginning of every hint about a value that is not typed yet.
pub(super) const VALUE_MISSING: &str = "a value is missing";

impl Parser<'_> {
    /// The condition whose path and operator were just parsed.
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
        let rest = self.rest();
        let nothing_typed = if rest.starts_with('"') {
            open_quote(rest)
        } else {
            lexer::word(rest).is_empty().then_some(0)
        };
        if let Some(len) = nothing_typed {
            self.at += len;
            return self.without_value(name, target, start);
        }
        if operator == Operator::Colon
            && let Some((from, len)) = unclosed_range(rest)
        {
            self.at += len;
            let Some(from) = from else {
                return self.without_value(name, target, start);
            };
            self.hint(
                "the range is not closed with ]: only its start is used",
                start..self.at,
            );
            return Some(field(
                name,
                target,
                FieldTest::Compare(CompareOp::AtLeast, from),
            ));
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

    /// A condition whose value is not typed yet requires that the path exists. In a NOT that would
    /// exclude every record that has the path, so there it is ignored.
    fn without_value(&mut self, name: String, target: Target, start: usize) -> Option<Expr> {
        self.unfinished += 1;
        self.value_missing = Some((name.clone(), self.at));
        if self.is_negated {
            self.hint(
                format!("{VALUE_MISSING}: this excludes nothing yet"),
                start..start,
            );
            return None;
        }
        let message = format!("{VALUE_MISSING}: this finds every record that has {name}");
        self.hint(message, start..start);
        Some(field(name, target, FieldTest::Exists))
    }

    /// `path:( … )`: every word inside is a condition on the path.
    fn field_group(&mut self, name: String, target: Target) -> Option<Expr> {
        let (leaves_before, unfinished_before) = (self.leaves, self.unfinished);
        let start = self.at;
        let outer = self.field.replace((name.clone(), target.clone()));
        let inside = self.group(super::DEPTH_MAX / 2);
        self.field = outer;
        let is_empty = inside.is_none() && self.leaves == leaves_before;
        if is_empty && self.unfinished == unfinished_before {
            return self.without_value(name, target, start);
        }
        inside
    }

    /// The condition of a value after a colon.
    pub(super) fn value_of_field(&mut self, name: &str, target: &Target) -> Expr {
        if let Some(len) = open_quote(self.rest()) {
            let start = self.at;
            self.at += len;
            let exists = self.without_value(name.to_owned(), target.clone(), start);
            return exists.unwrap_or(Expr::All);
        }
        let make = |test| field(name.to_owned(), target.clone(), test);
        let has = |mut atom: TextAtom| {
            // Plain words from an invalid value must not become keywords when printed and parsed
            // again.
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
            let message = "write a range as [from TO to] or from..to";
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
            if matches!(lexer::operator(word), Some((Operator::Compare(_), _))) {
                // Without quotes it would be a comparison, printed and parsed again.
                self.at += word.len();
                return make(FieldTest::Has(TextAtom {
                    text: word.to_owned(),
                    form: TextForm::Phrase,
                }));
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

/// `a..b`, `a..`, `..b`. The ends must be such that they can be printed and parsed inside brackets.
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

/// `[a TO b` that ends with the text or the group instead of `]`: the start of the range, if it is
/// typed, and the length.
fn unclosed_range(text: &str) -> Option<(Option<Literal>, usize)> {
    let (from, rest) = unclosed_end(text.strip_prefix('[')?)?;
    let rest = rest.trim_start();
    let keyword = lexer::word(rest);
    let rest = match keyword {
        "T" | "TO" => unclosed_end(rest.get(keyword.len()..)?)?.1.trim_start(),
        _ => rest,
    };
    let is_end = rest.is_empty() || rest.starts_with(')');
    is_end.then(|| (from, text.len() - rest.len()))
}

/// An end of a range, if it is typed, and the text after it.
fn unclosed_end(text: &str) -> Option<(Option<Literal>, &str)> {
    let text = text.trim_start();
    if text.is_empty() || text.starts_with(')') {
        return Some((None, text));
    }
    if matches!(lexer::quoted(text), Some((_, _, false))) {
        return Some((None, ""));
    }
    bracket_end(text)
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

/// The length of an opening quote with nothing typed after it.
fn open_quote(rest: &str) -> Option<usize> {
    let (text, len, is_closed) = lexer::quoted(rest)?;
    (!is_closed && text.trim().is_empty()).then_some(len)
}
