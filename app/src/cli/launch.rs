//! From the arguments to a window or a completed command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser as _;

use super::args::{Arguments, Command};
use super::exit::{Exit, Failure};
use super::output;
use super::{apply, export, file, import, keys, query, records, repair, signals};
use crate::typed_path;

/// What the program does once it has read its arguments.
#[derive(Debug, PartialEq, Eq)]
pub enum Launch {
    /// Open the window.
    Window {
        /// The file to open in it.
        file: Option<PathBuf>,
        /// Open it without a lock and change nothing.
        read_only: bool,
    },
    /// A command has run, with this exit code.
    Done(u8),
}

/// Reads the arguments (the first is the name of the program) and runs the command, if one was
/// given.
pub fn launch(arguments: impl IntoIterator<Item = OsString>) -> Launch {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version count as errors here; clap chooses their stream and exit code.
            let text = error.render().to_string();
            if error.use_stderr() {
                output::messages(&text);
                return Launch::Done(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8));
            }
            return Launch::Done(exit_of(output::text(&text).map(|()| Exit::Ok)) as u8);
        }
    };
    let Some(command) = arguments.command else {
        return Launch::Window {
            // Desktops also pass URLs.
            file: arguments.file.map(typed_path::argument),
            read_only: arguments.read_only,
        };
    };
    signals::install();
    let ran = run(command);
    if ran.is_err() {
        signals::end_if_stopped();
    }
    Launch::Done(exit_of(ran) as u8)
}

/// Reports a failure, if there was one, and returns the exit code.
fn exit_of(ran: Result<Exit, Failure>) -> Exit {
    ran.unwrap_or_else(|failure| {
        if let Some(message) = &failure.message {
            output::message(format_args!("vstore: {message}"));
        }
        failure.exit
    })
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Get(args) => records::get(&args),
        Command::Put(args) => records::put(&args),
        Command::Delete(args) => records::delete(&args),
        Command::Apply(args) => apply::apply(&args),
        Command::Find(args) => query::find(&args),
        Command::Search(args) => query::search(&args),
        Command::Range(args) => records::range(&args),
        Command::Info(args) => file::info(&args),
        Command::Verify(args) => file::verify(&args),
        Command::Compact(args) => file::compact(&args),
        Command::Passwd(args) => keys::passwd(&args),
        Command::Slots(command) => keys::slots(&command),
        Command::Rotate(args) => keys::rotate(&args),
        Command::HeaderBackup(command) => repair::header_backup(&command),
        Command::Salvage(args) => repair::salvage(&args),
    }
}
