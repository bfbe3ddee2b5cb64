//! VStore's window and command line.

pub mod action;
pub mod cli;
pub mod command;
pub mod panels;
pub mod state;
pub mod theme;
pub mod view;
pub mod widgets;
