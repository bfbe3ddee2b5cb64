//! Why a record is among the hits of a search, and why it has its rank, in words.

use vstore::Key;

/// The explanation of one hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyHit {
    /// The record.
    pub key: Key,
    /// Its row and the number of rows; `None` if it is not in the table at present, or the table is
    /// not ordered by relevance.
    pub row: Option<(usize, usize)>,
    /// The table is not ordered by relevance.
    pub other_order: bool,
    /// How well it matches: `Slightly misspelt`.
    pub level: String,
    /// What matched each word of the query, in order.
    pub words: Vec<WhyWord>,
    /// The ranking criteria, most important first.
    pub order: Vec<(&'static str, String)>,
}

/// Why one word of a query matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyWord {
    /// The word of the query.
    pub word: String,
    /// The matching text in the record.
    pub found: String,
    /// Where it is: a path, or `key`.
    pub place: String,
    /// How it matches: `slightly misspelt`.
    pub how: &'static str,
}
