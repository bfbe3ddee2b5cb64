//! The query language: text in, tree out, never an error.
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
//! While a condition is typed, it means what the whole may become: without a value that the path is
//! there, or nothing where that would hide or add nearly all records (in NOT, beside other branches
//! of OR); a range without `]` everything from its start on. Each says so in a [`Hint`].
//!
//! A sign is an operator only if what stands left of it names a path of the store (see
//! [`PathDictionary`]), because keys look like `customer:de:ab12`. What cannot be read is taken
//! as plain words, with a [`Hint`].

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
pub(crate) use literal::{Typed, parse_moment};
pub use parts::{Part, Parts};
pub(crate) use paths::names_of;
pub use paths::{NoPaths, PathDictionary, Resolution, resolve};
pub(crate) use regex::{REGEX_NESTING_MAX, compile_regex};

#[cfg(test)]
mod tests;
