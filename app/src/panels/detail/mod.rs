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
mod leaf;
mod many;
mod marks;
mod panel;
mod text;
mod tree_menu;
mod tree_model;
mod tree_view;

pub use panel::DetailPanel;
pub(super) use panel::RECORD_HEIGHT;

#[cfg(test)]
mod tests;
