//! Typed columns: what stands at each path, over the rows of one index part.
//!
//! Every value of every record is here once, by path and type, as a number whose order is that of
//! the values: conditions are comparisons of numbers, counts are counts of numbers. Texts are in a
//! dictionary while they repeat; texts that do not, and bytes, are not copied: of those the
//! columns only know the rows. Knows records and rows, no segments and no files.

mod builder;
mod column;
mod compact_rows;
mod dictionary;
mod packed;
mod set;
mod typed_column;

pub(crate) use column::Column;
pub(crate) use set::{Columns, ColumnsBuilder, MetPath};

#[cfg(test)]
mod tests;
