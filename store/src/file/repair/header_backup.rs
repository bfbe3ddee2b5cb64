//! Header backups: small files from which destroyed headers can be restored (FORMAT.md, "Header
//! backup").
//!
//! A header backup has one header copy as stored in the file, so it reveals nothing that the file
//! does not. `restore_header` restores a file from it.
use std::path::Path;

use crate::file::{
    disk::{
        io_error::IoError,
        vfs::{Access, Vfs},
        whole_file::write_new,
    },
    format::{
        header::{Copy, HEADER_LEN, UncheckedHeader},
        slot_list::{SlotInfo, slot_list},
        wire::Reader,
    },
    keys::seal,
    write::store_file::StoreFile,
};

/// Length of a header backup in bytes.
pub const HEADER_BACKUP_LEN: usize = HEADER_AT + HEADER_LEN + SHA_LEN;

pub(crate) const MAGIC: [u8; 8] = *b"\x89VSH\r\n\x1a\n";
const VERSION: u16 = 1;
const TEXT_AT: usize = 32;
const TEXT_LEN: usize = 160;
const HEADER_AT: usize = TEXT_AT + TEXT_LEN;
const SHA_LEN: usize = 32;
/// A note for someone who opens the file in an editor.
const TEXT: &[u8] = b"Backup of the header of a VStore database. Restore a damaged file with:\n\
    vstore header-backup restore FILE BACKUP\nIt opens nothing without a password.\n";

const _: () = assert!(TEXT.len() <= TEXT_LEN);

/// The header of a store at some time; not authenticated yet.
#[derive(Clone, Debug)]
pub struct HeaderBackup {
    exported_at: i64,
    header: UncheckedHeader,
    header_bytes: Vec<u8>,
}

/// Why a header backup cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderBackupError {
    /// The file is something else.
    #[error("this is not a header backup")]
    NotABackup,
    /// A later version wrote it.
    #[error("the header backup needs a newer version of VStore")]
    NewerVersion,
    /// Its checksum or its content is wrong.
    #[error("the header backup is damaged")]
    Damaged,
    /// There is a file of that name already.
    #[error("{} exists already", .0.display())]
    AlreadyExists(std::path::PathBuf),
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
}

impl StoreFile {
    /// A backup of the current header, to be kept elsewhere. `now` is Unix time in milliseconds.
    ///
    /// It stays valid after edits and compactions, but not after the data key was exchanged. It
    /// opens with the current passwords, even after they were changed or removed in the file.
    pub fn header_backup(&self, now: i64) -> HeaderBackup {
        let header = &self.generation.header;
        let key = self.dek.header_key(&header.store_id);
        let header_bytes = header.encode(Copy::A, &key);
        HeaderBackup {
            exported_at: now,
            header: UncheckedHeader::of(header.clone(), &header_bytes),
            header_bytes,
        }
    }
}

impl HeaderBackup {
    /// The time of its creation, Unix time in milliseconds.
    pub fn exported_at(&self) -> i64 {
        self.exported_at
    }

    /// Identity of the store, as [`Probe::store_id`](crate::file::Probe::store_id).
    pub fn store_id(&self) -> [u8; 16] {
        self.header.claims().store_id
    }

    /// Generation of the store when the backup was made.
    pub fn generation(&self) -> u64 {
        self.header.claims().generation
    }

    /// The passwords and keys that it has.
    pub fn slots(&self) -> Vec<SlotInfo> {
        slot_list(&self.header.claims().slots)
    }

    pub(crate) fn header(&self) -> &UncheckedHeader {
        &self.header
    }

    /// The content of a backup file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BACKUP_LEN);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&(HEADER_BACKUP_LEN as u32).to_le_bytes());
        out.extend_from_slice(&self.exported_at.to_le_bytes());
        out.resize(TEXT_AT, 0);
        out.extend_from_slice(TEXT);
        out.resize(HEADER_AT, 0);
        out.extend_from_slice(&self.header_bytes);
        out.extend_from_slice(&seal::sha256(&out));
        out
    }

    /// Reads the content of a backup file.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderBackupError> {
        let mut reader = Reader::new(bytes);
        if reader.array() != Some(MAGIC) {
            return Err(HeaderBackupError::NotABackup);
        }
        match reader.u16() {
            Some(VERSION) => {}
            Some(later) if later > VERSION => return Err(HeaderBackupError::NewerVersion),
            _ => return Err(HeaderBackupError::Damaged),
        }
        let damaged = || HeaderBackupError::Damaged;
        let (body, sha) = bytes
            .split_at_checked(HEADER_BACKUP_LEN.saturating_sub(SHA_LEN))
            .ok_or_else(damaged)?;
        if sha != seal::sha256(body) {
            return Err(damaged());
        }
        let exported_at = read_fields(reader).ok_or_else(damaged)?;
        let header_bytes = body.get(HEADER_AT..).ok_or_else(damaged)?.to_vec();
        #[expect(
            clippy::map_err_ignore,
            reason = "a checksum was right: what is wrong was made so"
        )]
        let header = UncheckedHeader::parse(&header_bytes, Copy::A)
            .map_err(|_| HeaderBackupError::Damaged)?;
        Ok(Self {
            exported_at,
            header,
            header_bytes,
        })
    }

    /// Reads a backup file.
    pub fn load(vfs: &dyn Vfs, path: &Path) -> Result<Self, HeaderBackupError> {
        let file = vfs.open(path, Access::Read)?;
        // One byte more than the length detects longer files.
        let mut bytes = vec![0; HEADER_BACKUP_LEN.saturating_add(1)];
        let count = file.read_at(&mut bytes, 0)?;
        bytes.truncate(count);
        Self::parse(&bytes)
    }

    /// Writes a new backup file durably, at a path where there is none.
    pub fn save(&self, vfs: &dyn Vfs, path: &Path) -> Result<(), HeaderBackupError> {
        write_new(vfs, path, &self.to_bytes()).map_err(|error| {
            if error.kind() == std::io::ErrorKind::AlreadyExists {
                HeaderBackupError::AlreadyExists(path.to_owned())
            } else {
                error.into()
            }
        })
    }
}

/// The fields after the version; `None` if they are invalid for this version.
fn read_fields(mut reader: Reader<'_>) -> Option<i64> {
    reader.zeros(2)?;
    if reader.u32()? != HEADER_BACKUP_LEN as u32 {
        return None;
    }
    let exported_at = i64::from_le_bytes(reader.array()?);
    reader.zeros(8)?;
    Some(exported_at)
}
