//! Tests the format against a second implementation in Python, written from FORMAT.md alone
//! (`tests/format/`): each reads what the other writes.

mod described;
mod python;
mod round_trip;
mod vectors;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vstore::file::{Control, Credentials, KeyFile, Password, RecoveryKey, VerifyDepth};
use vstore::file::{OpenError, RealVfs, VerifyReport};
use vstore::{CreateOptions, OpenOptions, Store};

use self::described::Opener;

/// A folder for the files of one test.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "any file is a key file").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn opener(&self, kind: Kind) -> Opener {
        match kind {
            Kind::Password => Opener::password("pass wörd"),
            Kind::KeyFile => Opener::with_key_file("secret", &self.path("key")),
            Kind::RecoveryKey => Opener::recovery_key(RECOVERY_KEY),
        }
    }
}

/// The three kinds of key slots.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Password,
    KeyFile,
    RecoveryKey,
}

const KINDS: [Kind; 3] = [Kind::Password, Kind::KeyFile, Kind::RecoveryKey];

/// The recovery key of the example in FORMAT.md, the bytes 00 to 1f.
const RECOVERY_KEY: &str =
    "000G43-0R40MK-30E20V-9185G7-R38E1J-W8124S-GK2GAB-HC5RRY-34D1P6-70X3RV-FJ9ZAG";

fn cheap() -> CreateOptions {
    CreateOptions {
        kdf: crate::file::CHEAP,
        ..CreateOptions::default()
    }
}

fn create(path: &Path, opener: &Opener) -> Store {
    Store::create(path, &opener.credentials(), &cheap(), &Control::default())
        .unwrap()
        .0
}

fn open(path: &Path, opener: &Opener, read_only: bool) -> Result<Store, OpenError> {
    let options = OpenOptions {
        read_only,
        ..OpenOptions::default()
    };
    let opened = Store::open(path, &opener.credentials(), &options, &Control::default());
    opened.map(|(store, _)| store)
}

fn verified(path: &Path, opener: &Opener, depth: VerifyDepth) -> Result<VerifyReport, OpenError> {
    Store::verify(
        path,
        &opener.credentials(),
        depth,
        &OpenOptions::default(),
        &Control::default(),
    )
}

impl Opener {
    fn credentials(&self) -> Credentials {
        let password = || Password::new(self.password.clone().unwrap()).unwrap();
        match (&self.recovery_key, &self.key_file) {
            (Some(text), _) => RecoveryKey::parse(text).unwrap().into(),
            (None, Some(path)) => {
                Credentials::with_key_file(password(), KeyFile::read(&RealVfs, path).unwrap())
            }
            (None, None) => Credentials::password(password()),
        }
    }
}
