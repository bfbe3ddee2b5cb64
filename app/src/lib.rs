//! VStore's window and command line.

pub mod action;
mod app;
pub mod cli;
pub mod command;
mod conditions;
pub mod dialogs;
pub mod effect;
pub mod engine;
pub mod format;
pub mod jobs;
pub mod panels;
mod perform;
pub mod platform;
mod private_file;
pub mod state;
pub mod theme;
pub mod typed_path;
pub mod update;
pub mod view;
pub mod widgets;
mod window;

pub use app::{Options, VStoreApp};
pub use platform::{default_path as preferences_path, harden, show_window_of};
pub use window::run as run_window;
