//! The parts of the benchmark and their tools.

pub(crate) mod access;
pub(crate) mod files;
pub(crate) mod measure;
pub(crate) mod output;
pub(crate) mod process;
pub(crate) mod queries;
pub(crate) mod searches;
pub(crate) mod writes;
