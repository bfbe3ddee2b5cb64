//! Queries as text: the inverse of parsing.

use std::fmt::{self, Write as _};

use super::ast::{CompareOp, Expr, Field, FieldTest, Literal, Query, TextAtom, TextForm};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer::default();
        printer.expr(&self.expr, Parent::None);
        let Printer { mut text, last_end } = printer;
        match last_end {
            // An open phrase has no closing quote, and what would close groups behind it would
            // become part of it.
            LastLeaf::Phrase { quote_at } if self.open => text.truncate(quote_at),
            LastLeaf::Word if !self.open => text.push(' '),
            _ => {}
        }
        f.write_str(&text)
    }
}

#[derive(Default)]
struct Printer {
    text: String,
    last_end: LastLeaf,
}

#[derive(Default)]
enum LastLeaf {
    /// A word, which is open unless something follows it.
    Word,
    /// A phrase, which is open unless it is closed by a quote.
    Phrase { quote_at: usize },
    #[default]
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    None,
    And,
    Or,
    Not,
}

impl Printer {
    fn expr(&mut self, expr: &Expr, parent: Parent) {
        let in_parentheses = match expr {
            Expr::And(_) => parent == Parent::Not,
            Expr::Or(_) => parent == Parent::And || parent == Parent::Not,
            _ => false,
        };
        if in_parentheses {
            self.text.push('(');
        }
        match expr {
            Expr::All => {}
            Expr::And(children) => self.list(children, " ", Parent::And),
            Expr::Or(children) => self.list(children, " OR ", Parent::Or),
            Expr::Not(child) => {
                self.text.push('-');
                self.expr(child, Parent::Not);
            }
            Expr::Text(atom) => self.atom(atom),
            Expr::Field(field) => self.field(field),
        }
        if in_parentheses {
            self.text.push(')');
        }
    }

    fn list(&mut self, children: &[Expr], separator: &str, parent: Parent) {
        for (index, child) in children.iter().enumerate() {
            if index > 0 {
                self.text.push_str(separator);
            }
            self.expr(child, parent);
        }
    }

    fn atom(&mut self, atom: &TextAtom) {
        let text = &mut self.text;
        let written = match atom.form {
            TextForm::Word => write!(text, "{}", atom.text),
            TextForm::Typos(None) => write!(text, "{}~", atom.text),
            TextForm::Typos(Some(edits)) => write!(text, "{}~{edits}", atom.text),
            TextForm::Prefix => write!(text, "{}*", atom.text),
            TextForm::Inside => write!(text, "*{}*", atom.text),
            TextForm::Exact => write!(text, "'{}", atom.text),
            TextForm::Regex => write!(text, "/{}/", atom.text),
            TextForm::Phrase => {
                push_quoted(text, &atom.text);
                Ok(())
            }
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        self.last_end = match atom.form {
            TextForm::Word => LastLeaf::Word,
            TextForm::Phrase => LastLeaf::Phrase {
                quote_at: self.text.len() - 1,
            },
            _ => LastLeaf::Other,
        };
    }

    fn field(&mut self, field: &Field) {
        self.text.push_str(&field.name);
        self.last_end = LastLeaf::Other;
        match &field.test {
            FieldTest::Has(atom) => {
                self.text.push(':');
                self.atom(atom);
            }
            FieldTest::Compare(op, literal) => self.operator(op.sign(), literal),
            FieldTest::Similar(literal) => self.operator("~", literal),
            FieldTest::StartsWith(literal) => self.operator("^=", literal),
            FieldTest::Contains(literal) => self.operator("*=", literal),
            FieldTest::Between(from, to) => {
                self.text.push_str(":[");
                self.bound(from.as_ref());
                self.text.push_str(" TO ");
                self.bound(to.as_ref());
                self.text.push(']');
            }
            FieldTest::Null => self.text.push_str(":null"),
            FieldTest::Exists => self.text.push_str(":exists"),
            FieldTest::Missing => self.text.push_str(":missing"),
        }
    }

    fn operator(&mut self, sign: &str, literal: &Literal) {
        self.text.push_str(sign);
        self.literal(literal);
    }

    fn bound(&mut self, literal: Option<&Literal>) {
        match literal {
            Some(literal) => self.literal(literal),
            None => self.text.push('*'),
        }
    }

    fn literal(&mut self, literal: &Literal) {
        if literal.quoted {
            push_quoted(&mut self.text, &literal.text);
        } else {
            self.text.push_str(&literal.text);
        }
    }
}

impl CompareOp {
    /// The sign as typed.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}
