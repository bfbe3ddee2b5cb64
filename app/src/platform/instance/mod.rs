//! One window for each database file: whoever opens a file that a window has, can have that
//! window brought to the front.
//!
//! A window that shows a file listens on a local socket whose name is a hash of the file's path,
//! in a folder that only its user can enter. All that is ever said there is "show yourself". The
//! lock of the file is another matter (`vstore::file`): it decides who may write, this only finds
//! the window. Systems without such sockets have no windows that can be found.

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

/// The file a window shows, and how much it is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The file.
    pub path: std::path::PathBuf,
    /// It is open here, not only asked for its password: this window counts, whoever else shows
    /// the file.
    pub is_open: bool,
}

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    use super::Shown;

    /// Nothing can be found here.
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

    /// No window is found.
    pub fn show_window_of(_path: &Path) -> bool {
        false
    }
}
