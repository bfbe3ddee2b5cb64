//! A query with the byte ranges of its parts.

use std::ops::Range;

use super::ast::{Expr, Query};

/// A query with the byte ranges of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryParts {
    /// The query.
    pub query: Query,
    /// The parts that every record has to match, in the order of the text. A query with a top-level
    /// `OR` is one part.
    pub parts: Vec<QueryPart>,
    /// The byte ranges of the conditions on paths, ascending. A group (`year:(1980 OR 1982)`) is
    /// one condition.
    pub conditions: Vec<Range<usize>>,
    /// The name of the path, if the text ends in a condition whose value is not typed yet.
    pub awaits_value: Option<String>,
}

/// An operand of the top-level AND of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryPart {
    /// Its byte range in the text.
    pub range: Range<usize>,
    /// Its expression.
    pub expr: Expr,
}
