//! The panels of the window: each draws a part of the view and queues commands.
//!
//! Every panel first builds a plain data struct from the view (`StatusData::new(view)`), which most
//! tests examine, and then paints it. A panel owns nothing but typed text and scroll positions.

mod bottom;
pub mod detail;
mod file_warning;
mod left;
mod menu;
mod menu_items;
pub mod pages;
mod records;
mod status;
mod toolbar;
mod window;

pub use detail::DetailPanel;
pub use left::LeftPanel;
pub use pages::Pages;
pub use records::RecordsPanel;
pub use toolbar::Toolbar;
pub use window::Panels;

pub use crate::format;
use left::indexed_paths;

#[cfg(test)]
pub(crate) mod testing;
