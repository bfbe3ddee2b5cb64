//! The two streams: data and messages.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::exit::Failure;
use super::terminal::{self, Escaping};

/// Whether standard output was open when the program started.
///
/// Before `main`, the standard library opens the null device in place of a closed stream
/// (`std::rt`): a program that checks later would report success for output that nobody received.
#[cfg(unix)]
fn was_open() -> bool {
    WAS_OPEN.load(Ordering::Relaxed)
}

#[cfg(unix)]
static WAS_OPEN: AtomicBool = AtomicBool::new(true);

// Code that runs before `main` must not call any part of the standard library that needs its
// set-up: this is one system call and one store.
#[cfg(unix)]
#[ctor::ctor(unsafe)]
fn look_at_standard_output() {
    let is_open = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
    WAS_OPEN.store(is_open, Ordering::Relaxed);
}

/// On other systems writing to a closed stream fails.
#[cfg(not(unix))]
const fn was_open() -> bool {
    true
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The stream for data: unchanged, except that it is escaped on a terminal.
pub(super) enum Data {
    Closed,
    Raw(StdoutLock<'static>),
    Shown(Escaping<StdoutLock<'static>>),
}

impl Write for Data {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Closed => Err(io::Error::other("standard output is closed")),
            Self::Raw(out) => out.write(buffer),
            Self::Shown(out) => out.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Closed => Ok(()),
            Self::Raw(out) => out.flush(),
            Self::Shown(out) => out.flush(),
        }
    }
}

/// The stream for data. The caller must flush it to learn of errors.
pub(super) fn data() -> BufWriter<Data> {
    let out = io::stdout().lock();
    BufWriter::new(if !was_open() {
        Data::Closed
    } else if out.is_terminal() {
        Data::Shown(Escaping::new(out))
    } else {
        Data::Raw(out)
    })
}

/// Writes one JSON document and a line break to standard output.
pub(super) fn json(document: &impl Serialize) -> Result<(), Failure> {
    let mut out = data();
    serde_json::to_writer(&mut out, document)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// Writes one line to standard output.
pub(super) fn line(line: impl fmt::Display) -> Result<(), Failure> {
    let mut out = data();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

/// Writes names and values in two columns to standard output.
pub(super) fn table(lines: &[(&str, String)]) -> Result<(), Failure> {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut out = data();
    for (name, value) in lines {
        writeln!(out, "{name:width$}  {value}")?;
    }
    out.flush()?;
    Ok(())
}

/// Writes a line for the user. Errors are ignored: there is nowhere left to report them.
pub(super) fn message(message: impl fmt::Display) {
    let text = message.to_string();
    drop(writeln!(
        io::stderr().lock(),
        "{}",
        terminal::one_line(&text)
    ));
}

/// Writes text of several lines for the user, keeping its line breaks.
pub(super) fn messages(text: &str) {
    drop(
        io::stderr()
            .lock()
            .write_all(terminal::lines(text).as_bytes()),
    );
}

/// Writes text to standard output, keeping its line breaks.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    let mut out = data();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
