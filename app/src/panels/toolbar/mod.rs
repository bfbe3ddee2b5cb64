//! The toolbar: the search box with its mode and result, and what is needed most.

mod bar;
mod search_menu;
mod summary;

pub use bar::Toolbar;

#[cfg(test)]
mod tests;
