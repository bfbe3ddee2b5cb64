//! What differs between systems or lies outside the program: preferences, clipboard, file dialogs,
//! idleness, the system's screen lock, other instances, the process itself. Knows no state and no
//! panel.

mod clipboard;
mod dialog;
mod display;
mod harden;
mod idle;
mod instance;
mod preferences;
mod signals;
mod system_lock;

pub use clipboard::Clipboard;
pub use dialog::{ask_for_file, user_folders};
pub use display::{NO_DISPLAY, NO_WINDOW, has_display};
pub use harden::{DEBUG_VARIABLE, harden};
pub use idle::IdleTimer;
pub use instance::{Presence, Shown, show_window_of};
pub use preferences::{PreferencesWriter, default_path, load};
pub use signals::watch_signals;
pub use system_lock::watch_system_lock;
