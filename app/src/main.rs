//! The `vstore` binary: a command, or the window.

use std::process::ExitCode;

use vstore_app::cli::{Launch, launch};

fn main() -> ExitCode {
    match launch(std::env::args_os()) {
        Launch::Done(code) => ExitCode::from(code),
        Launch::Window { .. } => ExitCode::SUCCESS,
    }
}
