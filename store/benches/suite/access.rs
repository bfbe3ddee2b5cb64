//! Credentials and options for the files of benchmarks.

use vstore::CreateOptions;
use vstore::file::{Credentials, KdfParams, KdfProfile, Password};

pub(crate) fn credentials() -> Credentials {
    Credentials::password(Password::new("secret".to_owned()).unwrap())
}

/// The lowest key derivation costs allowed, as they are not measured.
pub(crate) fn create_options() -> CreateOptions {
    CreateOptions {
        kdf: KdfProfile::Explicit(KdfParams {
            m_kib: 19 * 1024,
            t: 2,
            p: 1,
        }),
        overwrite: true,
        ..CreateOptions::default()
    }
}
