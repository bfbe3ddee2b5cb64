//! The left panel: namespaces of the keys, paths of the values, and statistics of one path.

mod empty_list;
mod heights;
mod indexes;
mod namespaces;
mod panel;
mod statistics;
mod statistics_view;
mod timestamps;

pub(super) use indexes::shown as indexed_paths;
pub use panel::LeftPanel;

#[cfg(test)]
mod tests;
