//! The record at the right: its value as tree, text, bytes and history, its expiry, its edit.
//!
//! Draws from [`crate::view::StoreView`] and queues commands; edits are drafts or single leaves
//! of a value, and it is [`crate::update`] that keeps and checks the draft.

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
