//! Typed columns: the values at each path, for the rows of one index part.
//!
//! Values are stored by path and type as keys: numbers that sort like the values, so that
//! conditions compare keys and counts count keys. Texts are stored in a dictionary if they repeat.
//! Texts that do not repeat, and bytes, are omitted: the columns only record their rows. Knows
//! records and rows, neither segments nor files.

mod builder;
mod column;
mod compact_rows;
mod dictionary;
mod packed;
mod set;
mod typed_column;

pub(crate) use column::Column;
pub(crate) use set::{Columns, ColumnsBuilder};

#[cfg(test)]
mod tests;
