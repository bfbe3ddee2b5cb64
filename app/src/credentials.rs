//! Turns what the user entered into credentials.

use vstore::file::{Credentials, KeyFile, Password, RealVfs, RecoveryKey};

use crate::state::{Problem, Secret};

/// The credentials that open a file. Reads the key file, if there is one.
pub(crate) fn credentials(secret: &Secret) -> Result<Credentials, Problem> {
    // No password looks like a recovery key by accident: every group of a key has a check digit.
    if let Ok(key) = RecoveryKey::parse(&secret.password) {
        return Ok(Credentials::RecoveryKey(key));
    }
    let password = Password::new(secret.password.clone())
        .map_err(|error| Problem::Other(error.to_string()))?;
    let Some(path) = &secret.key_file else {
        return Ok(Credentials::password(password));
    };
    let key_file = KeyFile::read(&RealVfs, path)
        .map_err(|error| Problem::KeyFileUnreadable(error.to_string()))?;
    Ok(Credentials::with_key_file(password, key_file))
}
