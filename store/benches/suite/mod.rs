//! The parts of the benchmark, and how they measure.

pub(crate) mod access;
pub(crate) mod files;
pub(crate) mod measure;
pub(crate) mod output;
pub(crate) mod process;
pub(crate) mod queries;
pub(crate) mod searches;
pub(crate) mod writes;
