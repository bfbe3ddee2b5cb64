//! Why a record is among the hits of a search, and why it stands where it stands, in words.

use vstore::Key;

/// The account of one hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyHit {
    /// The record.
    pub key: Key,
    /// Its row and how many rows there are; `None`: it is not in the table now, or the table is not
    /// in the order of relevance.
    pub row: Option<(usize, usize)>,
    /// The table is in another order than that of relevance.
    pub other_order: bool,
    /// How well it fits: `Slightly misspelt`.
    pub level: String,
    /// What was found of each word of the query, in their order.
    pub words: Vec<WhyWord>,
    /// What decides the order, from what weighs most to what weighs least.
    pub order: Vec<(&'static str, String)>,
}

/// Why one word of a query was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyWord {
    /// The word of the query.
    pub word: String,
    /// What stands in the record.
    pub found: String,
    /// Where: a path, or `key`.
    pub place: String,
    /// How they fit: `slightly misspelt`.
    pub how: &'static str,
}
