//! The signals by which a system asks a program to end: SIGTERM at shut-down, SIGHUP when a session
//! or terminal ends, SIGINT for Ctrl+C.

/// Calls `ask` from another thread for each such signal. A signal that is repeated after a few
/// seconds ends the program at once: its sender does not want to wait for an answer.
///
/// If the thread cannot start, or on a system without signals, signals have their default effect.
#[cfg(unix)]
pub fn watch_signals(ask: impl Fn() + Send + 'static) {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    const PATIENCE: Duration = Duration::from_secs(3);

    // A file over the size limit of the process is then an error, like a full disk, and does not
    // end the process.
    let ignored = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGXFSZ, ignored).ok();
    let Ok(mut signals) = Signals::new([SIGTERM, SIGHUP, SIGINT]) else {
        return;
    };
    let work = move || {
        let mut first: Option<Instant> = None;
        for signal in signals.forever() {
            let since = first.get_or_insert_with(Instant::now).elapsed();
            if PATIENCE < since {
                signal_hook::low_level::emulate_default_handler(signal).ok();
            }
            ask();
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(work)
        .ok();
}

/// Systems without signals close windows instead.
#[cfg(not(unix))]
pub fn watch_signals(_: impl Fn() + Send + 'static) {}
