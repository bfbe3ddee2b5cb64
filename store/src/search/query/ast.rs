//! What a query says, as a tree. Every tree that parsing makes prints to a text that parses to the
//! same tree.

use std::ops::Range;

use crate::path::Path;

/// A parsed query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What it asks for.
    pub expr: Expr,
    /// Whether the last word is still being typed, and may be the beginning of a longer one.
    pub open: bool,
    /// What was not understood, or was understood in a way worth saying.
    pub hints: Vec<Hint>,
}

impl Query {
    /// The query that all records fit.
    pub const fn all() -> Self {
        Self {
            expr: Expr::All,
            open: false,
            hints: Vec::new(),
        }
    }

    /// Whether all records fit because nothing is asked.
    pub const fn is_all(&self) -> bool {
        matches!(self.expr, Expr::All)
    }
}

/// A remark for the person typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// One sentence without a full stop.
    pub message: String,
    /// What it is about: bytes of the query text.
    pub range: Range<usize>,
}

/// One part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// Every record.
    All,
    /// All of these; at least two, none of them `And`.
    And(Vec<Self>),
    /// Any of these; at least two, none of them `Or`.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// Words anywhere in the record: its key or any of its values.
    Text(TextAtom),
    /// A condition on one place.
    Field(Field),
}

/// Words, and how they are to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextAtom {
    /// The text without its marks.
    pub text: String,
    /// How it is compared.
    pub form: TextForm,
}

/// The marks around a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// `word`: as the mode says.
    Word,
    /// `word~`, `word~1`: with typos, in every mode. Without a number by the length of the word.
    Typos(Option<u8>),
    /// `word*`: the beginning of a word.
    Prefix,
    /// `*word*`: inside a word.
    Inside,
    /// `'word`: exactly this word, in every mode.
    Exact,
    /// `"some words"`: exactly these words, one after the other.
    Phrase,
    /// `/regex/`: a regular expression on the unfolded text, upper and lower case alike.
    Regex,
}

/// A condition on one place of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The place as typed.
    pub name: String,
    /// The place it names.
    pub target: Target,
    /// What must hold there.
    pub test: FieldTest,
}

/// The place of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `$key`.
    Key,
    /// These paths of the store: it is enough if the condition holds at one of them.
    Paths(Vec<Path>),
}

/// What must hold at a place. In lists, for any element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldTest {
    /// `:` has these words, or is this number, truth value or date.
    Has(TextAtom),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=` compares by type.
    Compare(CompareOp, Literal),
    /// `:a..b`, `:[a TO b]` lies between, ends included. `None`: no bound.
    Between(Option<Literal>, Option<Literal>),
    /// `~` has these words, with typos.
    Similar(Literal),
    /// `^=` starts with.
    StartsWith(Literal),
    /// `*=` contains.
    Contains(Literal),
    /// `:null`
    Null,
    /// `:exists`
    Exists,
    /// `:missing`
    Missing,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A value as typed. Its type is found by looking at it; in quotes it is always text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
}
