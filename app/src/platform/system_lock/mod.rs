//! Notices that the screen is locked or the computer goes to sleep.
//!
//! On Linux, desktop and system announce it on D-Bus; other systems are not supported yet. Without
//! a bus nothing happens either, but idleness still locks. What follows is not decided here.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
mod signal;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

/// Calls `locked` from another thread whenever the screen is locked or the computer is about to
/// sleep. Never fails: events that cannot be received are ignored.
pub fn watch_system_lock(locked: impl Fn() + Send + Clone + 'static) {
    #[cfg(target_os = "linux")]
    bus::start(locked);
    #[cfg(not(target_os = "linux"))]
    drop(locked);
}
