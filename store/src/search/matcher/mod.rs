//! The matcher: compares one query with one record.
//!
//! It defines what a query finds and in which order. Searches run it over records without an index,
//! such as those changed recently, and the indexes are tested against it.

mod as_typed;
mod compile;
mod field_check;
mod highlight;
mod match_record;
mod query_term;
mod query_word;
mod rank;
mod term_hits;

pub use highlight::{Explanation, Highlight, HighlightPlace, Reason};
pub use match_record::{Match, MatchScratch, Matcher};
pub use rank::{FieldClass, SortKey, SortKeyParts};

pub(super) use compile::MatchNode;
pub(super) use field_check::{FieldPlace, FieldRule, visit_leaves};
pub(super) use query_term::{QueryTerm, TermKind};
pub(super) use query_word::{Fit, QueryWord, TokenPart, TypoBudget};
pub(super) use rank::Cost;

#[cfg(test)]
mod tests;
