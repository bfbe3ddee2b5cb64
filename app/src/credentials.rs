//! From what a person entered to what opens a file.

use vstore::file::{Credentials, KeyFile, Password, RealVfs, RecoveryKey};

use crate::state::{Problem, Secret};

/// What opens a file. Reads the key file, if there is one.
pub(crate) fn credentials(secret: &Secret) -> Result<Credentials, Problem> {
    // No password looks like one by accident: every group of a recovery key checks itself.
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
