//! Hearing that the screen is locked or the computer goes to sleep.
//!
//! On Linux the desktop and the system say so on D-Bus; on other systems nothing is heard yet.
//! Without a bus nothing happens either: idleness still locks. What follows is not decided here.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
mod signal;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

/// Calls `told` from another thread whenever the screen is locked or the computer is about to
/// sleep. Never fails: what cannot be heard is not heard.
pub fn watch_system_lock(told: impl Fn() + Send + Clone + 'static) {
    #[cfg(target_os = "linux")]
    bus::start(told);
    #[cfg(not(target_os = "linux"))]
    drop(told);
}
