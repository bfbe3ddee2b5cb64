//! The record table: what it shows of each record, and what a click or a key in it means.

mod cells;
mod columns;
mod empty;
mod events;
mod menus;
mod panel;
mod rows;

pub(super) use menus::column_choice;
pub use panel::RecordsPanel;

#[cfg(test)]
mod tests;
