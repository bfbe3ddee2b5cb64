//! Where the password comes from: a prompt, or the first line of standard input.

use std::io::{self, BufRead as _, Read as _};

use vstore::file::{Credentials, Password};
use zeroize::Zeroizing;

use super::args::Common;
use super::exit::{Exit, Failure};

/// The longest password, in bytes; more is a file that was piped in by mistake.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// Asks for the password of a file that exists.
pub(super) fn existing(common: &Common) -> Result<Credentials, Failure> {
    let text = if common.password_stdin {
        from_stdin()?
    } else {
        prompt(&format!("Password for {}: ", common.db.display()))?
    };
    credentials(text)
}

/// Asks for the password of a file to be created; twice, if a person types it.
pub(super) fn new(common: &Common) -> Result<Credentials, Failure> {
    if common.password_stdin {
        return credentials(from_stdin()?);
    }
    let first = prompt(&format!("New password for {}: ", common.db.display()))?;
    if *first != *prompt("The same password again: ")? {
        return Err(Failure::usage("the two passwords differ"));
    }
    credentials(first)
}

fn credentials(text: Zeroizing<String>) -> Result<Credentials, Failure> {
    let password = Password::new(text).map_err(|error| Failure::new(Exit::WrongPassword, error))?;
    Ok(Credentials::password(password))
}

fn prompt(question: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|error| {
            Failure::usage(format_args!(
                "there is no terminal to ask for the password ({error}): use --password-stdin"
            ))
        })
}

fn from_stdin() -> Result<Zeroizing<String>, Failure> {
    // Room for all of it at once, so that growing leaves no copy behind.
    let mut line = Zeroizing::new(Vec::with_capacity(PASSWORD_BYTES_MAX as usize + 1));
    io::stdin()
        .lock()
        .take(PASSWORD_BYTES_MAX + 1)
        .read_until(b'\n', &mut line)?;
    if line.len() as u64 > PASSWORD_BYTES_MAX {
        return Err(Failure::usage(format_args!(
            "the first line of standard input is no password: it has more than \
             {PASSWORD_BYTES_MAX} bytes"
        )));
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let text =
        std::str::from_utf8(text).map_err(|_error| Failure::usage("the password is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
