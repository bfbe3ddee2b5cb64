//! Signals that ask a command to end, and what it cleans up first.
//!
//! Everything on disk survives any signal, kill -9 included. This module only ensures that nothing
//! is left behind: while a new file is being written, before it has its final name, the first
//! signal cancels the write, and the command then ends by that signal. A second signal ends it at
//! once, as the first one does at any other time. A prompt first restores the echo of the terminal.

use vstore::file::Control;

#[cfg(unix)]
pub(super) use unix::{Stoppable, end_if_stopped, hide_input, install, interrupted, is_stopped};

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    use std::sync::{Arc, Mutex, MutexGuard, Once};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::Control;

    /// The signal that asked to stop; 0 if none did.
    static STOPPED_BY: AtomicI32 = AtomicI32::new(0);
    static AT_STAKE: Mutex<AtStake> = Mutex::new(AtStake {
        work: Vec::new(),
        terminal: None,
    });

    /// What to clean up before the process may end.
    struct AtStake {
        /// Work that writes a file without its final name.
        work: Vec<Control>,
        /// A terminal whose echo is off, and its previous settings.
        terminal: Option<(File, Termios)>,
    }

    fn at_stake() -> MutexGuard<'static, AtStake> {
        // Nothing in it is half done at any point where a thread could panic.
        AT_STAKE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Starts to listen for signals. Before that they have their default effect.
    pub(in crate::cli) fn install() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // A file over the size limit of the process is then an error, like a full disk, and
            // does not end the process.
            let ignored = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(SIGXFSZ, ignored).ok();
            let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]) else {
                return;
            };
            let listen = move || signals.forever().for_each(stop);
            let thread = std::thread::Builder::new().name("signals".to_owned());
            thread.spawn(listen).ok();
        });
    }

    fn stop(signal: i32) {
        let at_stake = at_stake();
        if let Some((terminal, before)) = &at_stake.terminal {
            tcsetattr(terminal, OptionalActions::Now, before).ok();
        }
        let is_first = STOPPED_BY.swap(signal, Ordering::Relaxed) == 0;
        if at_stake.work.is_empty() || !is_first {
            emulate_default_handler(signal).ok();
        }
        for control in &at_stake.work {
            control.cancel();
        }
    }

    /// Whether a signal asked to stop.
    pub(in crate::cli) fn is_stopped() -> bool {
        STOPPED_BY.load(Ordering::Relaxed) != 0
    }

    /// Ends the process by the signal that asked it to stop, if one did.
    pub(in crate::cli) fn end_if_stopped() {
        let signal = STOPPED_BY.load(Ordering::Relaxed);
        if signal != 0 {
            emulate_default_handler(signal).ok();
        }
    }

    /// Ends the process as Ctrl+C does, where the terminal does not turn Ctrl+C into a signal.
    pub(in crate::cli) fn interrupted() {
        emulate_default_handler(SIGINT).ok();
    }

    /// While this lives, signals cancel the work instead of ending the process.
    pub(in crate::cli) struct Stoppable;

    impl Stoppable {
        pub(in crate::cli) fn new(control: &Control) -> Self {
            at_stake().work.push(control.clone());
            Self
        }
    }

    impl Drop for Stoppable {
        fn drop(&mut self) {
            at_stake().work.pop();
        }
    }

    /// While this lives, a signal restores the echo of the terminal before it ends the process.
    pub(in crate::cli) struct HiddenInput;

    /// Call this before input is hidden.
    pub(in crate::cli) fn hide_input() -> HiddenInput {
        let terminal = File::options().read(true).write(true).open("/dev/tty").ok();
        at_stake().terminal = terminal.and_then(|terminal| {
            let before = tcgetattr(&terminal).ok()?;
            Some((terminal, before))
        });
        HiddenInput
    }

    impl Drop for HiddenInput {
        fn drop(&mut self) {
            at_stake().terminal = None;
        }
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{
    Stoppable, end_if_stopped, hide_input, install, interrupted, is_stopped,
};

/// Systems without signals end a process without warning.
#[cfg(not(unix))]
mod elsewhere {
    use super::Control;

    pub(in crate::cli) const fn install() {}
    pub(in crate::cli) const fn is_stopped() -> bool {
        false
    }
    pub(in crate::cli) const fn end_if_stopped() {}
    pub(in crate::cli) const fn interrupted() {}
    pub(in crate::cli) struct Stoppable;
    impl Stoppable {
        pub(in crate::cli) const fn new(_control: &Control) -> Self {
            Self
        }
    }
    pub(in crate::cli) struct HiddenInput;
    pub(in crate::cli) const fn hide_input() -> HiddenInput {
        HiddenInput
    }
}
