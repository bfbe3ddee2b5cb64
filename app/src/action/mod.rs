//! Actions the user can choose: the single list behind menus, palette, shortcuts and the shortcut
//! sheet.
//!
//! An [`Action`] has no payload: [`Action::resolve`] takes it from what is on screen. `None` means
//! that the action is disabled.

mod palette;
mod resolve;
mod shortcut;
mod table;

pub use palette::{PaletteEntry, find};
pub use shortcut::{ShortcutScope, pressed, shortcut_text, words};
pub use table::{Action, Menu};

#[cfg(test)]
mod tests;
