//! The `vstore` binary: runs a command or opens the window.

use std::alloc::System;
use std::io::Write as _;
use std::process::ExitCode;

use vstore_app::cli::{Exit, Launch, launch};
use vstore_app::{Options, harden, preferences_path, run_window, show_window_of};
use zeroizing_alloc::ZeroAlloc;

/// Wipes freed memory: records are in too many places (chunks, indexes, laid-out text) for each to
/// wipe itself, and a locked program must not hold them.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    harden();
    let (file, read_only) = match launch(std::env::args_os()) {
        Launch::Done(code) => return ExitCode::from(code),
        Launch::Window { file, read_only } => (file, read_only),
    };
    if let Some(file) = file.as_deref().filter(|_| !read_only)
        && show_window_of(file)
    {
        return ExitCode::SUCCESS;
    }
    let options = Options {
        prefs_path: preferences_path(),
        file,
        read_only,
        on_desktop: true,
        ..Options::default()
    };
    match run_window(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Nothing can be reported if the stream is closed.
            writeln!(std::io::stderr(), "vstore: {message}").ok();
            Exit::InputOutput.into()
        }
    }
}
