//! The matcher: one query against one record.
//!
//! The definition of what a query finds and in which order. Searches run it over what has no index,
//! changed records first of all; indexes are tested against it.

mod compile;
mod field;
mod highlight;
mod hits;
mod rank;
mod run;
mod term;
mod word;

pub use highlight::{Explanation, Highlight, HighlightPlace, Reason};
pub use rank::{FieldClass, SortKey, SortKeyParts};
pub use run::{Match, MatchScratch, Matcher};

pub(super) use compile::Node;
pub(super) use field::{FieldPlace, FieldRule, visit_leaves};
pub(super) use rank::Cost;
pub(super) use term::{Term, TermKind};
pub(super) use word::{Fit, Part, QueryWord, TypoBudget};

#[cfg(test)]
mod tests;
