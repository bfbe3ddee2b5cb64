//! Whether there is a display to open a window on.

/// The message if there is no display.
pub const NO_DISPLAY: &str = "There is no display to open a window on; the command line works \
without one: `vstore --help` lists its commands.";
/// The message if there is a display but no window can be opened.
pub const NO_WINDOW: &str =
    "The command line works without a window: `vstore --help` lists its commands.";

/// Whether a window can probably be opened. Only X11 and Wayland can be checked beforehand.
pub fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos")))
        || is_set("DISPLAY")
        || is_set("WAYLAND_DISPLAY")
        || is_set("WAYLAND_SOCKET")
}
