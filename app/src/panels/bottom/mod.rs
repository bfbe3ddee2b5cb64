//! The bottom panel: what happened, what expires next, what runs in the background.

mod activity;
mod expiring;
mod jobs;
mod list;
mod panel;

pub(super) use panel::bottom_panel;

#[cfg(test)]
mod tests;
