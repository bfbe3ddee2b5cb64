//! The file layer on the real file system.
mod golden;
mod killed;
mod lifecycle;
#[cfg(target_os = "linux")]
mod lock;
mod refusals;
#[cfg(target_os = "linux")]
mod rights;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use tempfile::TempDir;
use vstore::file::{
    Control, Credentials, FileCreateOptions, FileOpenOptions, KdfParams, KdfProfile, OpenError,
    Opened, Password, RealVfs, StoreFile,
};

/// The lowest cost that is allowed.
pub(crate) const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});

pub(crate) fn credentials(password: &str) -> Credentials {
    Credentials::password(Password::new(password.to_owned()).unwrap())
}

pub(crate) fn bytes(parts: &[&'static str]) -> Vec<Bytes> {
    parts
        .iter()
        .map(|part| Bytes::from_static(part.as_bytes()))
        .collect()
}

/// A folder with one file in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.vstore");
        Self { folder, path }
    }

    pub(crate) fn create(&self, chunks: &[&'static str]) -> StoreFile {
        create(
            &self.path,
            chunks,
            &FileCreateOptions {
                kdf: CHEAP,
                ..FileCreateOptions::default()
            },
        )
    }

    pub(crate) fn open(&self) -> Opened {
        self.try_open("secret", &FileOpenOptions::default())
            .unwrap()
    }

    pub(crate) fn open_read_only(&self) -> Opened {
        self.try_open(
            "secret",
            &FileOpenOptions {
                read_only: true,
                ..FileOpenOptions::default()
            },
        )
        .unwrap()
    }

    pub(crate) fn try_open(
        &self,
        password: &str,
        options: &FileOpenOptions,
    ) -> Result<Opened, OpenError> {
        let control = Control::default();
        StoreFile::open(
            Arc::new(RealVfs),
            &self.path,
            &credentials(password),
            options,
            &control,
        )
    }

    pub(crate) fn read(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    pub(crate) fn write(&self, content: &[u8]) {
        std::fs::write(&self.path, content).unwrap();
    }
}

pub(crate) fn create(
    path: &Path,
    chunks: &[&'static str],
    options: &FileCreateOptions,
) -> StoreFile {
    StoreFile::create(
        Arc::new(RealVfs),
        path,
        &credentials("secret"),
        options,
        bytes(chunks).into_iter(),
        chunks.len() as u64,
        &Control::default(),
    )
    .unwrap()
    .0
}
