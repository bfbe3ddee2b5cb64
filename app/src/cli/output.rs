//! The two streams: data and messages.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write as _};

use serde::Serialize;

use super::exit::Failure;

/// Whether a person reads the data.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The stream for data. The caller flushes it, to learn of errors.
pub(super) fn data() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Writes one JSON document and a line break as data.
pub(super) fn json(document: &impl Serialize) -> Result<(), Failure> {
    let mut out = data();
    serde_json::to_writer(&mut out, document)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// Writes one line as data.
pub(super) fn line(line: impl fmt::Display) -> Result<(), Failure> {
    let mut out = data();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

/// Writes lines as data.
pub(super) fn lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
    let mut out = data();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}

/// Writes names and values in two columns as data.
pub(super) fn table(lines: &[(&str, String)]) -> Result<(), Failure> {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut out = data();
    for (name, value) in lines {
        writeln!(out, "{name:width$}  {value}")?;
    }
    out.flush()?;
    Ok(())
}

/// Writes a line for the user. If nobody can read it, nobody can be told.
pub(super) fn message(message: impl fmt::Display) {
    drop(writeln!(io::stderr().lock(), "{message}"));
}
