//! The left panel: namespaces of the keys, paths of the values, and statistics of one path.

mod figures;
mod heights;
mod hint;
mod indexes;
mod moments;
mod namespaces;
mod panel;
mod statistics;

pub(super) use indexes::shown as indexed_paths;
pub use panel::LeftPanel;

#[cfg(test)]
mod tests;
