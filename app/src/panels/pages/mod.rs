//! What fills the window while no database is open: start, unlock, new database.
//!
//! A page draws itself from [`crate::view::AppView`] and queues commands. It opens no file, derives no key and
//! reads no clock.

mod blur;
mod card;
mod create;
mod damage;
mod key_file;
mod new_password;
mod page;
mod problem;
mod start;
mod strength;
mod unlock;

pub use new_password::NewPassword;
pub use page::Pages;

pub(crate) use card::busy_line;
pub(crate) use damage::{check_findings, check_progress};
pub(crate) use key_file::KeyFileField;

#[cfg(test)]
mod tests;
