//! The detail panel at the right: the record's value as tree, text, bytes and history, its expiry
//! and its edit.
//!
//! Draws from [`crate::view::StoreView`] and queues commands. An edit is a draft or a single value;
//! [`crate::update`] keeps and validates the draft.

mod data;
mod draft;
mod expiry_bar;
mod header;
mod history;
mod large_text;
mod matches;
mod panel;
mod selection_summary;
mod text;
mod tree_menu;
mod tree_model;
mod tree_view;
mod value_edit;

pub use panel::DetailPanel;
pub(super) use panel::RECORD_HEIGHT;

#[cfg(test)]
mod tests;
