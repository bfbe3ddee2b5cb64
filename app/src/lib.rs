//! VStore's window and command line.

pub mod theme;
pub mod widgets;
