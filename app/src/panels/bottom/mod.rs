//! The bottom panel: what happened, what expires next, what runs in the background.

mod activity;
mod expiring;
mod jobs;
mod list;
mod panel;

pub use panel::BottomPanel;

#[cfg(test)]
mod tests;
