//! The program from the outside.

mod cli;
