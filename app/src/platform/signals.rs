//! The signals by which a system asks a program to end: SIGTERM at shut-down, SIGHUP when a session
//! or terminal goes, SIGINT for Ctrl+C.

/// Calls `ask` from another thread for each such signal. One that is sent again after some seconds
/// ends the program at once: whoever does that does not want to wait for an answer.
///
/// Without a thread, or on a system without signals, they do what they always do.
#[cfg(unix)]
pub fn watch_signals(ask: impl Fn() + Send + 'static) {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    const PATIENCE: Duration = Duration::from_secs(3);

    // A file over the limit of the process is an error like a full disk, not an end.
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
