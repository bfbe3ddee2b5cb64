//! Databases for tests.

use std::path::Path;

use vstore::file::{Control, Credentials, KdfParams, KdfProfile, Password};
use vstore::{CreateOptions, Store};

/// The lowest cost allowed for a password, because every command of a test derives the key again.
pub(crate) const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});

/// Creates an empty database with a cheap password.
pub(crate) fn create(path: &Path, password: &str) {
    let options = CreateOptions {
        kdf: CHEAP,
        ..CreateOptions::default()
    };
    let credentials = Credentials::password(Password::new(password.to_owned()).unwrap());
    let (store, _) = Store::create(path, &credentials, &options, &Control::default()).unwrap();
    store.close().unwrap();
}
