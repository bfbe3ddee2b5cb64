//! One window per database file: an instance that opens a file can bring the window that already
//! shows it to the front.
//!
//! A window that shows a file listens on a local socket whose name is a hash of the file's path, in
//! a folder that only its user can enter. The only message is "show yourself". The lock of the file
//! is separate (`vstore::file`): it decides who may write, this only finds the window. On systems
//! without such sockets no window can be found.

#[cfg(unix)]
mod listener;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod presence;

#[cfg(test)]
#[cfg(unix)]
mod tests;

#[cfg(unix)]
pub use presence::{Presence, show_window_of};

#[cfg(not(unix))]
pub use elsewhere::{Presence, show_window_of};

/// The file a window shows, and whether it is open there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The file.
    pub path: std::path::PathBuf,
    /// The file is open here, not just waiting for its password: this window takes precedence over
    /// others that show the file.
    pub is_open: bool,
}

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    use super::Shown;

    /// Windows cannot be found on this system.
    #[derive(Debug)]
    pub struct Presence;

    impl Presence {
        /// Does nothing.
        pub fn start(_asked: impl Fn() + Send + Clone + 'static) -> std::io::Result<Self> {
            Ok(Self)
        }

        /// Does nothing.
        pub fn show(&mut self, _shown: Option<Shown>) {}

        /// Does nothing.
        pub fn finish(&mut self) {}
    }

    /// Never finds a window.
    pub fn show_window_of(_path: &Path) -> bool {
        false
    }
}
