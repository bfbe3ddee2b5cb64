//! Whether there is a screen to open a window on.

/// What is said where there is none.
pub const NO_DISPLAY: &str = "There is no display to open a window on; the command line works \
without one: `vstore --help` lists its commands.";
/// What is said where there is one and no window opens.
pub const NO_WINDOW: &str =
    "The command line works without a window: `vstore --help` lists its commands.";

/// Whether a window can be expected to open. Only X11 and Wayland say so beforehand.
pub fn has_display() -> bool {
    let says = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos")))
        || says("DISPLAY")
        || says("WAYLAND_DISPLAY")
        || says("WAYLAND_SOCKET")
}
