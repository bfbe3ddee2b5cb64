//! Where the parts of a query stand in its text.

use std::ops::Range;

use super::ast::{Expr, Query};

/// A query with the places of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The query.
    pub query: Query,
    /// What every record has to fit, in the order of the text; a query with alternatives (`OR`) is
    /// one part. Together they are the query.
    pub pieces: Vec<Part>,
    /// Where conditions on paths stand, as bytes of the text in their order. A group
    /// (`year:(1980 OR 1982)`) is one condition.
    pub conditions: Vec<Range<usize>>,
    /// The text ends in a condition whose value is not typed yet: the name of its path.
    pub awaits_value: Option<String>,
}

/// A part of a query that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands: bytes of the text.
    pub range: Range<usize>,
    /// What it asks for.
    pub expr: Expr,
}
