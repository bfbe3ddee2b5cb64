//! Passwords, key files, recovery keys, and the keys derived from them.

pub(super) mod credentials;
pub(super) mod kdf;
pub(super) mod key_file;
pub(super) mod page_lock;
pub(super) mod recovery_key;
pub(super) mod seal;
pub(super) mod secret;
