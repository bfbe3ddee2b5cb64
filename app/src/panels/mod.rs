//! The panels of the window: each draws a part of the view and queues commands.

pub use crate::format;
