//! What a person can pick: the one list behind menus, palette, shortcuts and the shortcut sheet.
//!
//! An [`Action`] has no payload; [`Action::resolve`] finds it in what is on screen, and `None` is
//! what "disabled" means.

mod palette;
mod resolve;
mod shortcut;
mod table;

pub use palette::{PaletteEntry, find};
pub use shortcut::{ShortcutScope, pressed, shortcut_text, words};
pub use table::{Action, Menu};

#[cfg(test)]
mod tests;
