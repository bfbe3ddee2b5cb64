//! The panels of the window: each draws a part of the view and queues commands.

pub mod detail;
pub mod pages;

pub use crate::format;
