//! Tests that need keys, a file system that fails on demand, or frames that no program writes.
mod authentic;
mod backups;
mod bombs;
mod crash;
mod damage;
mod document;
mod emergency;
mod faults;
mod forged;
mod golden;
mod header_backup;
mod header_copies;
mod key_slots;
mod limits;
mod mem_vfs;
mod password;
mod position;
mod rotation;
mod rules;
mod salvage;
mod splice;
mod vectors;
mod whole_files;
mod writers;
mod wycheproof;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use bytes::Bytes;

use self::mem_vfs::MemVfs;
use super::{
    Control, Credentials, Entropy, EntropyError, FileCreateOptions, FileOpenOptions, KdfParams,
    KdfProfile, OpenError, Opened, Password, StoreFile,
};
use crate::file::keys::seal::Dek;

/// The lowest cost that is allowed.
const CHEAP: KdfProfile = KdfProfile::Explicit(KdfParams {
    m_kib: 19 * 1024,
    t: 2,
    p: 1,
});

/// Every draw is the number of the draw, repeated: readable in a dump.
#[derive(Debug, Default)]
struct CountingEntropy(AtomicU8);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1));
        Ok(())
    }
}

fn credentials(password: &str) -> Credentials {
    Credentials::password(Password::new(password.to_owned()).unwrap())
}

fn payloads(parts: &[&'static str]) -> Vec<Bytes> {
    parts
        .iter()
        .map(|part| Bytes::from_static(part.as_bytes()))
        .collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter_map(|c| (c as char).to_digit(16))
        .map(|d| d as u8)
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A file in memory, and the key to open it without deriving one.
#[derive(Clone, Debug)]
struct Fixture {
    vfs: MemVfs,
    path: PathBuf,
    dek: Dek,
}

impl Fixture {
    /// A file with two chunks (one of them compressed); it is left open.
    fn create_with(options: &FileCreateOptions) -> (Self, StoreFile) {
        let compressible = Bytes::from("again ".repeat(50));
        Self::create_from(options, &[Bytes::from_static(b"first chunk"), compressible])
    }

    fn create_with_chunks(chunks: &[Bytes]) -> (Self, StoreFile) {
        Self::create_from(&FileCreateOptions::default(), chunks)
    }

    fn create_from(options: &FileCreateOptions, chunks: &[Bytes]) -> (Self, StoreFile) {
        let vfs = MemVfs::default();
        let path = PathBuf::from("/folder/data.vstore");
        let (file, _) = StoreFile::create(
            Arc::new(vfs.clone()),
            &path,
            &credentials("secret"),
            &FileCreateOptions {
                kdf: CHEAP,
                ..options.clone()
            },
            chunks.iter().cloned(),
            7,
            &Control::default(),
        )
        .unwrap();
        (
            Self {
                vfs,
                path,
                dek: file.dek.clone(),
            },
            file,
        )
    }

    fn create() -> (Self, StoreFile) {
        Self::create_with(&FileCreateOptions::default())
    }

    /// Opens another path of the same file system, or this one with other bytes.
    fn with_content(&self, content: Vec<u8>) -> Self {
        let vfs = MemVfs::default();
        vfs.put(&self.path, content);
        Self {
            vfs,
            ..self.clone()
        }
    }

    fn content(&self) -> Vec<u8> {
        self.vfs.content(&self.path)
    }

    fn try_open(&self, read_only: bool) -> Result<Opened, OpenError> {
        let options = FileOpenOptions {
            read_only,
            ..FileOpenOptions::default()
        };
        let control = Control::default();
        StoreFile::open_with(
            Arc::new(self.vfs.clone()),
            &self.path,
            &options,
            &control,
            &|_| Ok((self.dek.clone(), None)),
            &mut |_, _| {},
        )
    }

    fn open(&self) -> Opened {
        self.try_open(false).unwrap()
    }

    fn read(&self) -> Result<Opened, OpenError> {
        self.try_open(true)
    }
}
