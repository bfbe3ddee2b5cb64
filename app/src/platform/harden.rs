//! Keeps records and keys out of core dumps, of the reach of other processes, and of panic
//! messages.

use std::ffi::OsStr;
use std::io::Write as _;
use std::panic::{PanicHookInfo, set_hook};

/// If set to any text that is not empty, core dumps and full panic messages stay on: for debugging
/// with worthless data.
pub const DEBUG_VARIABLE: &str = "VSTORE_DEBUG";

/// Turns core dumps off, keeps other processes of the same user from reading this one's memory, and
/// makes panics report where they happened but no data. Call it first in `main`.
///
/// Where the system refuses, the program continues: its user can do nothing about it.
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
        // Nothing can be reported if the stream is closed.
        writeln!(std::io::stderr(), "{}", quiet_words(info)).ok();
    }));
}

fn is_debugging(variable: Option<&OsStr>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

/// A panic message may quote a record (a truncated text, a missing map key), and standard error may
/// be a file: only the location in the source is reported.
fn quiet_words(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(
        || "an unknown location".to_owned(),
        |place| format!("{}:{}", place.file(), place.line()),
    );
    format!("vstore: internal error at {place} (set {DEBUG_VARIABLE}=1 for details)")
}

/// While it lives, other processes of the same user can inspect this one.
///
/// The desktop's file dialog needs that: the portal reads `/proc/<pid>/root` of its client, and
/// refuses clients it cannot inspect (flatpak/xdg-desktop-portal issue 785). Core dumps stay off,
/// because they have a separate limit.
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
    fn only_a_variable_that_is_not_empty_turns_debugging_on() {
        assert!(!is_debugging(None));
        assert!(!is_debugging(Some(OsStr::new(""))));
        assert!(is_debugging(Some(OsStr::new("1"))));
    }

    /// The attribute belongs to the whole process, which other tests share: it is restored at the
    /// end.
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
