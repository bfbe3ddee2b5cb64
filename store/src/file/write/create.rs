//! Creating a file: written under a temporary name, made durable, then renamed.
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;

use crate::{
    control::{Cancelled, Control},
    file::{
        disk::{
            entropy::{Entropy, OsEntropy, random},
            io_error::IoError,
            lock::{Lock, LockError, lock_data, lock_holder, refusing},
            siblings::{folder, remove_temporaries, temp_path},
            vfs::{Access, Vfs, VfsFile},
        },
        format::{
            header::{Header, MINOR},
            meta::FileMeta,
            slots::{self, EMPTY_SLOT, NewSlotError, SLOT_COUNT},
        },
        keys::{
            credentials::Credentials,
            kdf::{KdfParams, KdfProfile},
            seal::{Dek, Nonce},
        },
        write::{
            backup::{BACKUPS_MAX, keep_replaced},
            checkpoint::{NewGeneration, TempFile},
            create_error::CreateError,
            store_file::StoreFile,
        },
    },
};

/// The version of the payloads, recorded in META.
const SCHEMA: u32 = 1;

/// Options for creating a file.
#[derive(Clone, Debug)]
pub struct FileCreateOptions {
    /// The cost of the password.
    pub kdf: KdfProfile,
    /// The program, written into the file (encrypted) and into the lock.
    pub program: String,
    /// The current Unix time in milliseconds.
    pub now: i64,
    /// Pads every commit to a multiple of 512 or 4096 bytes, for disks that may destroy the whole
    /// sector if power fails while it is written (USB sticks, SD cards).
    pub commit_align: Option<CommitAlign>,
    /// Replaces an existing file once the new one is complete. The old one becomes the newest
    /// backup, even if `backups` is 0.
    pub overwrite: bool,
    /// The number of generations kept as backups by compactions, 0 to 10.
    pub backups: u8,
    /// The source of random bytes; anything but the operating system is for tests only.
    pub entropy: Arc<dyn Entropy>,
}

/// The sector size of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitAlign {
    /// Sectors of 512 bytes.
    Bytes512,
    /// Sectors of 4096 bytes.
    Bytes4096,
}

impl CommitAlign {
    fn bytes(self) -> u32 {
        match self {
            Self::Bytes512 => 512,
            Self::Bytes4096 => 4096,
        }
    }
}

impl Default for FileCreateOptions {
    fn default() -> Self {
        Self {
            kdf: KdfProfile::default(),
            program: "VStore".to_owned(),
            now: 0,
            commit_align: None,
            overwrite: false,
            backups: 1,
            entropy: Arc::new(OsEntropy),
        }
    }
}

/// The result of creating a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateReport {
    /// The cost that was chosen for the password; a recovery key has none.
    pub kdf: Option<KdfParams>,
    /// The length of the file in bytes.
    pub bytes: u64,
}

impl From<NewSlotError> for CreateError {
    fn from(error: NewSlotError) -> Self {
        match error {
            NewSlotError::Kdf(error) => error.into(),
            NewSlotError::Entropy(error) => error.into(),
            NewSlotError::Cancelled => Self::Cancelled(Cancelled),
        }
    }
}

impl StoreFile {
    /// Creates a file whose checkpoint is `chunks` (each at most 64 MiB) with `records` records,
    /// and opens it.
    ///
    /// Until it returns, the path has no file, or the old one.
    pub fn create(
        vfs: Arc<dyn Vfs>,
        path: &Path,
        credentials: &Credentials,
        options: &FileCreateOptions,
        chunks: impl Iterator<Item = Bytes>,
        records: u64,
        control: &Control,
    ) -> Result<(Self, CreateReport), CreateError> {
        let path = place(&*vfs, path)?;
        let replaced = if options.overwrite {
            existing(&*vfs, &path)?
        } else if exists(&*vfs, &path)? {
            return Err(CreateError::AlreadyExists { path });
        } else {
            None
        };
        let lock = take_lock(&vfs, &path, replaced.as_deref(), options)?;
        // Left by an attempt that was killed.
        remove_temporaries(&*vfs, &path);
        let kdf = options.kdf.params_for(credentials)?;
        let entropy = &*options.entropy;
        let dek = Dek::random(entropy)?;
        let first_nonce = random(entropy)?;
        let header = new_header(&dek, &first_nonce, credentials, kdf, entropy, control)?;
        let meta = FileMeta {
            v: 1,
            epoch: header.epoch,
            generation: header.generation,
            base_txn: 0,
            prev: None,
            app: options.program.clone(),
            schema: SCHEMA,
            created: options.now,
            align: options.commit_align.map_or(0, CommitAlign::bytes),
        };
        let temp = TempFile::new(Arc::clone(&vfs), temp_path(&path, entropy)?);
        let file = vfs.create_new(temp.path()).map_err(refused)?;
        // Locked before the rename, so that no other process can lock it first.
        lock_data(&*file)?;
        let new = NewGeneration {
            dek: &dek,
            first_nonce,
            header,
            meta,
            records,
            entropy,
            control,
        };
        let mut generation = new.write::<CreateError>(file, chunks)?;
        if let Some(replaced) = &replaced {
            drop(generation.file.set_rights(&replaced.rights()?));
            generation.file.sync_all()?;
            keep_replaced(&vfs, &path, options.backups, entropy)?;
        }
        publish(&*vfs, temp, &path, options.overwrite)?;
        generation.file.renamed(&path);
        let report = CreateReport {
            kdf,
            bytes: generation.chain.offset,
        };
        let file = Self {
            vfs,
            entropy: Arc::clone(&options.entropy),
            path,
            generation,
            lock: Some(lock),
            dek,
            kdf,
            program: options.program.clone(),
            poisoned: None,
            compaction: None,
            compactions_begun: 0,
            backups: options.backups.min(BACKUPS_MAX),
            backup_problem: None,
            left_unread: 0,
        };
        Ok((file, report))
    }
}

fn new_header(
    dek: &Dek,
    first_nonce: &Nonce,
    credentials: &Credentials,
    kdf: Option<KdfParams>,
    entropy: &dyn Entropy,
    control: &Control,
) -> Result<Header, CreateError> {
    let store_id = random(entropy)?;
    let mut slots = [EMPTY_SLOT; SLOT_COUNT];
    let [first, ..] = &mut slots;
    *first = slots::new_slot(dek, &store_id, credentials, kdf, entropy, control)?;
    Ok(Header {
        minor: MINOR,
        ro_compat: 0,
        compat: 0,
        store_id,
        generation: 1,
        epoch: 1,
        gen_salt: dek.generation_salt(&store_id, first_nonce),
        dek_commit: dek.commitment(&store_id),
        slots,
    })
}

/// Renames a complete file and makes the name durable.
fn publish(vfs: &dyn Vfs, temp: TempFile, path: &Path, overwrite: bool) -> Result<(), CreateError> {
    let renamed = if overwrite {
        vfs.rename(temp.path(), path)
    } else {
        vfs.rename_noreplace(temp.path(), path)
    };
    match renamed {
        Ok(()) => temp.renamed(),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(CreateError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(vfs.sync_dir(folder(path))?)
}

/// The final path of the file, without symbolic links.
fn place(vfs: &dyn Vfs, path: &Path) -> Result<PathBuf, CreateError> {
    match vfs.canonicalize(path) {
        Ok(existing) => Ok(existing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = vfs.canonicalize(folder(path))?;
            Ok(path
                .file_name()
                .map_or_else(|| folder.clone(), |name| folder.join(name)))
        }
        Err(error) => Err(error.into()),
    }
}

fn exists(vfs: &dyn Vfs, path: &Path) -> Result<bool, IoError> {
    match vfs.stat(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The file that a new one would replace.
fn existing(vfs: &dyn Vfs, path: &Path) -> Result<Option<Box<dyn VfsFile>>, CreateError> {
    // A file that may not be written can still be replaced if the folder permits it.
    let opened = match vfs.open(path, Access::ReadWrite) {
        Err(error) if error.is_write_refused() => vfs.open(path, Access::Read),
        other => other,
    };
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.is_sharing_violation() => Err(CreateError::Locked { holder: None }),
        Err(error) => Err(error.into()),
    }
}

/// Locks the path, and the file that will be replaced, which may be open under another name.
fn take_lock(
    vfs: &Arc<dyn Vfs>,
    path: &Path,
    replaced: Option<&dyn VfsFile>,
    options: &FileCreateOptions,
) -> Result<Lock, CreateError> {
    if let Some(replaced) = replaced
        && !lock_data(replaced).map_err(LockError::from)?
    {
        let holder = lock_holder(&**vfs, path);
        return Err(CreateError::Locked { holder });
    }
    let lock = Lock::acquire(vfs, path, replaced, &options.program, options.now)?;
    lock.announce();
    Ok(lock)
}

fn refused(error: IoError) -> CreateError {
    if error.is_write_refused() {
        CreateError::NotWritable {
            path: refusing(error),
        }
    } else {
        error.into()
    }
}
