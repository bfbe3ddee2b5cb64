//! The bottom panel: recent changes, the next expiries, background tasks.

mod activity;
mod expiring;
mod jobs;
mod list;
mod panel;

pub(super) use panel::bottom_panel;

#[cfg(test)]
mod tests;
