//! Everything that is shown over the window: dialogs, the command palette, messages.
//!
//! [`crate::state::Dialog`] says which dialog is open and what it is about. What is typed in it is
//! kept here and wiped when it closes. Answers are commands.

mod about;
mod change_password;
mod check;
mod confirm_delete;
mod expiry;
mod export;
mod finder;
mod frame;
mod go_to_key;
mod host;
mod import;
mod import_report;
mod message;
mod palette;
mod path_field;
mod rename;
mod replace_file;
mod restore_header;
mod salvage;
mod save_as;
mod save_before_closing;
mod saved_searches;
mod secret_fields;
mod security;
mod settings;
mod shortcuts;
mod toasts;
mod why_hit;

pub use host::Dialogs;

#[cfg(test)]
mod tests;
