//! The syntax tree of a query. Every tree made by the parser prints to a text that parses to the
//! same tree.

use std::ops::Range;

use crate::path::Path;

/// A parsed query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The expression that records have to match.
    pub expr: Expr,
    /// Whether the last word is still being typed, so that it may be a prefix of a longer one.
    pub open: bool,
    /// Remarks about parts that were not understood or are easily misunderstood; at most 16.
    pub hints: Vec<Hint>,
    /// Remarks that apply if no record matches: what else a condition may have been meant as; at
    /// most 16.
    pub hints_if_none: Vec<Hint>,
}

impl Query {
    /// The query that all records match.
    pub const fn all() -> Self {
        Self {
            expr: Expr::All,
            open: false,
            hints: Vec::new(),
            hints_if_none: Vec::new(),
        }
    }

    /// The remarks about the query once its answer is known.
    pub(crate) fn hints_for(&self, total: u64, is_complete: bool) -> Vec<Hint> {
        let mut hints = self.hints.clone();
        if total == 0 && is_complete {
            hints.extend_from_slice(&self.hints_if_none);
        }
        hints
    }

    /// Whether the query has no conditions, so that all records match.
    pub const fn is_all(&self) -> bool {
        matches!(self.expr, Expr::All)
    }
}

/// A remark for the person typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// One sentence without a full stop.
    pub message: String,
    /// The part of the query it is about, as a byte range of the text.
    pub range: Range<usize>,
}

/// An expression of a query.
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
    /// A condition on the key or on a path.
    Field(Field),
}

impl Expr {
    /// The number of words and conditions.
    pub(crate) fn leaves(&self) -> usize {
        match self {
            Self::All => 0,
            Self::And(children) | Self::Or(children) => children.iter().map(Self::leaves).sum(),
            Self::Not(child) => child.leaves(),
            Self::Text(_) | Self::Field(_) => 1,
        }
    }
}

/// A word, a phrase or a regular expression, and how it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextAtom {
    /// The text without its operators.
    pub text: String,
    /// How it is compared.
    pub form: TextForm,
}

/// How a text is compared, given by the operators around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// `word`: according to the [`Mode`](crate::Mode).
    Word,
    /// `word~`, `word~1`: with typos, in every mode. Without a number, the length of the word
    /// determines how many.
    Typos(Option<u8>),
    /// `word*`: a prefix of a word.
    Prefix,
    /// `*word*`: anywhere inside a word.
    Inside,
    /// `'word`: exactly this word, in every mode.
    Exact,
    /// `"some words"`: exactly these words in this order.
    Phrase,
    /// `/regex/`: a regular expression, matched with the unfolded text, ignoring case.
    Regex,
}

/// A condition on the key or on a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name of the key or the path as typed.
    pub name: String,
    /// What the name refers to.
    pub target: Target,
    /// The test of the values there.
    pub test: FieldTest,
}

/// What a condition is tested on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `$key`.
    Key,
    /// The values at any of these paths of the store.
    Paths(Vec<Path>),
}

/// The test of a condition. A list meets it if any of its elements does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldTest {
    /// `:` The text has these words, or the value is this number, boolean or date.
    Has(TextAtom),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=` The value compares so with this one, by type.
    Compare(CompareOp, Literal),
    /// `:a..b`, `:[a TO b]` The value is between two ends, both included. `None`: no bound.
    Between(Option<Literal>, Option<Literal>),
    /// `~` The text has these words, with typos.
    Similar(Literal),
    /// `^=` The text starts with this.
    StartsWith(Literal),
    /// `*=` The text contains this.
    Contains(Literal),
    /// `:null` The value is null.
    Null,
    /// `:exists` The path exists.
    Exists,
    /// `:missing` The path does not exist.
    Missing,
}

/// A comparison operator.
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

/// A value as typed. Its type is inferred from the text; in quotes it is always text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text without quotes.
    pub text: String,
    /// Whether it was in quotes.
    pub quoted: bool,
}
