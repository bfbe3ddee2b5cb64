//! The query language. Parsing turns any text into a syntax tree and never fails.
//!
//! ```text
//! query  = or ;  or = and { ("OR" | "|") and } ;  and = unary { ["AND"] unary } ;
//! unary  = ("-" | "NOT") unary | "(" or ")" | field | text ;
//! field  = path ( ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "^=" | "*=" ) value
//!        | path ":" ( a ".." b | "[" a "TO" b "]" | "(" or ")" | "null" | "exists" | "missing" ) ;
//! path   = "$key" | "**." name | name { "." name | "[]" } ;   name = plain | "*" | quoted ;
//! text   = word [ "~" [digit] ] | word "*" | "*" word "*" | "'" word | '"' phrase '"'
//!        | "/" regex "/" ;
//! value  = number | true | false | null | date | text ;
//! ```
//!
//! A condition that is still being typed already has a meaning, explained by a [`Hint`]. Without a
//! value it requires that the path exists; where that would exclude or include nearly all records
//! (in NOT, in one branch of an OR) it is ignored. A range without `]` has only a start.
//!
//! A sign is an operator only if the text before it names a path of the store (see
//! [`PathDictionary`]), because keys look like `customer:de:ab12`. What cannot be parsed is
//! searched as plain words, with a [`Hint`].

mod ast;
pub mod edit;
mod lexer;
mod literal;
mod parser;
mod parts;
mod paths;
mod print;
mod regex;

pub use ast::{
    CompareOp, Expr, Field, FieldTest, Hint, Literal, Query, Target, TextAtom, TextForm,
};
pub(crate) use literal::{Typed, parse_date_or_time, parse_number};
pub use parts::{QueryPart, QueryParts};
pub(crate) use paths::names_of;
pub use paths::{NoPaths, PathDictionary, Resolution, resolve};
pub(crate) use regex::{REGEX_NESTING_MAX, compile_regex};

#[cfg(test)]
mod tests;
