//! Keeping records and keys out of what the system, or a mistake in the program, writes about the
//! process: core dumps, other processes reading its memory, messages of panics.

use std::ffi::OsStr;
use std::io::Write as _;
use std::panic::{PanicHookInfo, set_hook};

/// Set to anything but an empty text, it leaves core dumps and whole panic messages on, for
/// whoever looks for a mistake in the program with data of no worth.
pub const DEBUG_VARIABLE: &str = "VSTORE_DEBUG";

/// Turns core dumps off, keeps other processes of the same user from reading this one's memory,
/// and has panics say where they happened but not with what. Call it first in `main`.
///
/// Where the system refuses, the program goes on: its user can do nothing about it.
pub fn harden() {
    if is_debugging(std::env::var_os(DEBUG_VARIABLE).as_deref()) {
        return;
    }
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        setrlimit(Resource::Core, none).ok();
    }
    set_dumpable(false);
    set_hook(Box::new(|info| {
        // Without a stream nobody is left to tell.
        writeln!(std::io::stderr(), "{}", quiet_words(info)).ok();
    }));
}

fn is_debugging(variable: Option<&OsStr>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

/// The message of a panic may quote a record (a text that was cut, a map that lacks a key), and
/// standard error may be a file: only the place in the source is said.
fn quiet_words(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(
        || "an unknown place".to_owned(),
        |place| format!("{}:{}", place.file(), place.line()),
    );
    format!("vstore: a mistake in the program at {place} ({DEBUG_VARIABLE}=1 says more)")
}

/// While it lives, other processes of the same user may look at this one.
///
/// The desktop's file dialog needs that: the portal reads `/proc/<pid>/root` of whoever asks, and
/// refuses those it cannot look at (flatpak/xdg-desktop-portal issue 785). Core dumps stay off,
/// their limit is another one.
#[derive(Debug)]
pub(super) struct Visible {
    was: bool,
}

impl Visible {
    pub(super) fn new() -> Self {
        let was = is_dumpable();
        if !was {
            set_dumpable(true);
        }
        Self { was }
    }
}

impl Drop for Visible {
    fn drop(&mut self) {
        if !self.was {
            set_dumpable(false);
        }
    }
}

#[cfg(target_os = "linux")]
fn set_dumpable(dumpable: bool) {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let behavior = if dumpable {
        DumpableBehavior::Dumpable
    } else {
        DumpableBehavior::NotDumpable
    };
    set_dumpable_behavior(behavior).ok();
}

#[cfg(target_os = "linux")]
fn is_dumpable() -> bool {
    use rustix::process::{DumpableBehavior, dumpable_behavior};
    !matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable))
}

#[cfg(not(target_os = "linux"))]
const fn set_dumpable(_dumpable: bool) {}

#[cfg(not(target_os = "linux"))]
const fn is_dumpable() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_variable_that_says_something_turns_debugging_on() {
        assert!(!is_debugging(None));
        assert!(!is_debugging(Some(OsStr::new(""))));
        assert!(is_debugging(Some(OsStr::new("1"))));
    }

    /// The attribute belongs to the whole process, as do the tests beside this one: it is left as
    /// it was found.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_hidden_process_is_visible_while_a_file_dialog_is_open() {
        set_dumpable(false);
        {
            let _visible = Visible::new();
            assert!(is_dumpable());
        }
        assert!(!is_dumpable());
        set_dumpable(true);
        drop(Visible::new());
        assert!(is_dumpable());
    }
}
