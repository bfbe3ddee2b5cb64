//! Reads passwords and recovery keys from a prompt or from the lines of standard input.

use std::io::{self, BufRead as _, Read as _};
use std::path::Path;

use vstore::file::{Credentials, KeyFile, Password, RealVfs, RecoveryKey};
use vstore::target::Output;
use zeroize::Zeroizing;

use super::common::Common;
use super::exit::{Exit, Failure};
use super::key_args::NewPassword;
use super::output;
use super::signals;
use super::target;
use super::terminal;

/// The longest password, in bytes; anything longer is a file that was piped in by mistake.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// Asks for what opens an existing file: the password, or the recovery key with `--recovery-key`.
pub(super) fn existing(common: &Common) -> Result<Credentials, Failure> {
    let what = if common.recovery_key {
        "Recovery key"
    } else {
        "Password"
    };
    let text = if common.password_stdin {
        from_stdin()?
    } else {
        prompt(&format!("{what} for {}: ", common.db.display()))?
    };
    if common.recovery_key {
        return recovery_key(&text);
    }
    with_key_file(text, common.key_file.as_deref())
}

/// Asks for the password of a new file; twice if it is typed.
pub(super) fn new(common: &Common) -> Result<Credentials, Failure> {
    if common.recovery_key {
        return Err(Failure::usage(
            "a new file needs a password; `vstore slots add --recovery` adds a recovery key later",
        ));
    }
    with_key_file(typed_twice(common)?, common.key_file.as_deref())
}

/// Asks for a new password, either an additional one or a replacement.
///
/// `kept` is the key file that belongs to it unless another one is asked for.
pub(super) fn added(
    common: &Common,
    new: &NewPassword,
    kept: Option<&Path>,
) -> Result<Credentials, Failure> {
    let Some(path) = &new.generate_key_file else {
        let text = typed_twice(common)?;
        return with_key_file(text, new.new_key_file.as_deref().or(kept));
    };
    let approve = || target::approve(path, Output::KeyFile, common, false);
    // Problems that need no password are reported before it is asked for.
    approve()?;
    let text = typed_twice(common)?;
    if text.is_empty() {
        // Refused here, before a key file is made for it.
        return with_key_file(text, None);
    }
    let key_file = KeyFile::generate(&RealVfs, approve()?.path())?;
    output::message(format_args!(
        "vstore: created the key file {}; keep a copy of it",
        path.display()
    ));
    Ok(Credentials::with_key_file(password(text)?, key_file))
}

/// Asks for more passwords and recovery keys, until an empty one is entered.
pub(super) fn further(common: &Common) -> Result<Vec<Credentials>, Failure> {
    let mut further = Vec::new();
    loop {
        let text = if common.password_stdin {
            from_stdin()?
        } else {
            prompt("Another password or recovery key to keep (empty to finish): ")?
        };
        if text.is_empty() {
            return Ok(further);
        }
        further.push(match RecoveryKey::parse(&text) {
            Ok(key) => key.into(),
            Err(_) => with_key_file(text, common.key_file.as_deref())?,
        });
    }
}

fn typed_twice(common: &Common) -> Result<Zeroizing<String>, Failure> {
    if common.password_stdin {
        return from_stdin();
    }
    let first = prompt(&format!("New password for {}: ", common.db.display()))?;
    if *first != *prompt("The same password again: ")? {
        return Err(Failure::usage("the two passwords differ"));
    }
    Ok(first)
}

fn with_key_file(text: Zeroizing<String>, key_file: Option<&Path>) -> Result<Credentials, Failure> {
    let password = password(text)?;
    Ok(match key_file {
        None => Credentials::password(password),
        Some(path) => Credentials::with_key_file(password, KeyFile::read(&RealVfs, path)?),
    })
}

fn password(text: Zeroizing<String>) -> Result<Password, Failure> {
    Password::new(text).map_err(|error| Failure::new(Exit::WrongPassword, error))
}

fn recovery_key(text: &str) -> Result<Credentials, Failure> {
    RecoveryKey::parse(text)
        .map(Credentials::from)
        .map_err(|error| Failure::new(Exit::WrongPassword, error))
}

fn prompt(question: &str) -> Result<Zeroizing<String>, Failure> {
    let hidden = signals::hide_input();
    let typed = rpassword::prompt_password(&*terminal::one_line(question)).map(Zeroizing::new);
    drop(hidden);
    if typed
        .as_ref()
        .is_err_and(|error| error.kind() == io::ErrorKind::Interrupted)
    {
        signals::interrupted();
    }
    typed.map_err(|error| {
        Failure::usage(format_args!(
            "cannot ask for the password without a terminal ({error}): use --password-stdin"
        ))
    })
}

/// The next line of standard input; empty at the end.
fn from_stdin() -> Result<Zeroizing<String>, Failure> {
    // The full capacity at once, because growing would leave copies behind in memory.
    let mut line = Zeroizing::new(Vec::with_capacity(PASSWORD_BYTES_MAX as usize + 1));
    io::stdin()
        .lock()
        .take(PASSWORD_BYTES_MAX + 1)
        .read_until(b'\n', &mut line)?;
    if line.len() as u64 > PASSWORD_BYTES_MAX {
        return Err(Failure::usage(format_args!(
            "a line of standard input is longer than a password may be: {PASSWORD_BYTES_MAX} bytes"
        )));
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let text =
        std::str::from_utf8(text).map_err(|_error| Failure::usage("the password is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
