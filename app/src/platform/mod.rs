//! What differs between systems, or lives outside of the program: preferences, clipboard, file
//! dialogs, idleness, the process itself. Knows no state and no panel.

mod clipboard;
mod dialog;
mod display;
mod harden;
mod idle;
mod preferences;

pub use clipboard::Clipboard;
pub use dialog::ask_for_file;
pub use display::{NO_DISPLAY, has_display};
pub use harden::harden;
pub use idle::IdleTimer;
pub use preferences::{PreferencesWriter, default_path, load};
