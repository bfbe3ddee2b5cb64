//! VStore's window and command line.

pub mod action;
mod app;
pub mod cli;
pub mod command;
mod credentials;
pub mod dialogs;
pub mod effect;
pub mod engine;
mod failure;
pub mod format;
pub mod forms;
pub mod jobs;
mod letters;
pub mod panels;
mod perform;
pub mod platform;
mod private_file;
pub mod state;
pub mod theme;
pub mod typed_path;
mod typed_time;
pub mod update;
pub mod view;
pub mod widgets;
mod window;
mod wording;

pub use app::{Options, VStoreApp};
pub use platform::{default_path as preferences_path, harden, show_window_of};
pub use window::run as run_window;
