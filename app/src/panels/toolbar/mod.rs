//! The toolbar: the search box with its mode and result, and the most frequent actions.

mod bar;
mod search_menu;
mod summary;

pub use bar::Toolbar;

#[cfg(test)]
mod tests;
