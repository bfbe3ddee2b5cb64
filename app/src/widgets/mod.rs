//! The widgets that panels and dialogs are made of.
//!
//! Each takes plain data and returns what happened. None of them knows panels, commands or the
//! store; each has roles and names in the accessibility tree, by which tests find it.

mod accessibility;
pub mod badge;
pub mod banner;
pub mod bars;
pub mod button;
pub mod code_editor;
pub mod countdown;
pub mod empty_state;
pub mod field;
pub mod hex_view;
pub mod highlight;
mod keyboard;
pub mod modal;
pub mod nav_list;
pub mod password;
pub mod progress;
pub mod row_ends;
pub mod scroll_bar;
pub mod scrolling;
pub mod search_field;
pub mod section_header;
pub mod segmented;
pub mod shortcut_text;
pub mod start_row;
pub mod strength;
pub mod tab_bar;
pub mod table;
pub mod text_view;
pub mod toast;
mod tree_indent;
pub mod value_tree;
mod virtual_list;
pub mod virtual_rows;
