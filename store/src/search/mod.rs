//! Search: what a query means, which records match it, and in which order.
//!
//! [`Query::parse`] parses the text of a query, [`Matcher`] compares one record with it, and
//! [`search()`] compares all records of a scan. Both sides of every comparison are normalized by
//! [`fold()`]. Depends on values, paths and records; knows neither segments nor files.

mod by_index;
mod condition;
mod control;
mod distance;
mod fold;
mod hit;
mod hits;
mod index;
mod matcher;
mod misspelling;
mod mode;
mod options;
mod query;
mod row_hits;
mod scan;
mod text;
mod tokenize;
mod words;

pub use crate::control::Cancelled;
pub use by_index::RERANKED_MAX;
pub use condition::{Condition, TextComparison};
pub use control::{CancelSource, CancelToken};
pub use fold::{FOLD_VERSION, fold};
pub use hit::Hit;
pub use hits::{HitSet, Hits};
pub use index::TextIndexBytes;
pub use matcher::{
    Explanation, FieldClass, Highlight, HighlightPlace, Match, MatchScratch, Matcher, Reason,
    SortKey, SortKeyParts,
};
pub use mode::{Level, LevelCounts, Mode};
pub use options::{HITS_LISTED_MAX, SearchOptions, Sort, SortBy};
pub use query::edit;
pub use query::{
    CompareOp, Expr, Field, FieldTest, Hint, Literal, NoPaths, PathDictionary, Query, QueryPart,
    QueryParts, Resolution, Target, TextAtom, TextForm, resolve,
};
pub use scan::{PARTIAL_HITS_MAX, PartialSink, SearchControl, SearchResult, search};

pub(crate) use by_index::search_rows;
pub(crate) use condition::{ConditionScratch, ConditionTest, PathNames};
pub(crate) use index::{
    IndexedRows, MovedPart, ROW_DROPPED, RankedRows, SearchPlan, TextIndex, TextIndexBuilder,
    TextIndexMerger, VisitText, search_part,
};
pub(crate) use query::names_of;
pub(crate) use query::parse_date_or_time;
pub(crate) use row_hits::{RowId, RowSource};
pub(crate) use text::leaf_text;
pub(crate) use words::RecordWords;
