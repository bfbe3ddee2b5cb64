//! The pages that fill the window while no database is open: start, unlock, new database.
//!
//! A page draws itself from [`crate::view::AppView`] and queues commands. It opens no file, derives
//! no key and reads no clock.

mod card;
mod create;
mod damage_check;
mod page;
mod problem;
mod start;
mod unlock;

pub use page::Pages;

#[cfg(test)]
mod tests;
