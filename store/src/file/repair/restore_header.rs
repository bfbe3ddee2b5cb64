//! Restoring destroyed headers from a header backup.
//!
//! A header backup has the data key (wrapped under its passwords), but the file may have been
//! compacted since, and every generation has a key of its own. The generation of the file and its
//! salt are recovered from the legible parts of the damaged headers, or from the first frame, from
//! whose nonce the salt is derived. The first frame also proves that backup and file belong
//! together.
use std::{path::Path, sync::Arc};

use crate::{
    control::{Control, Phase},
    file::{
        disk::{
            io_error::IoError,
            lock,
            vfs::{Vfs, VfsFile},
        },
        format::{
            frame::{FrameHeader, META},
            header::{COPY_B, Copy, DATA_OFFSET, Header},
            slot_list::{SlotInfo, slot_list},
            slots,
            wire::Reader,
        },
        keys::{
            credentials::Credentials,
            kdf::KdfLimits,
            seal::{Dek, FrameCipher},
        },
        read::{
            assemble::Assembly,
            header_copies::HeaderCopies,
            open_error::OpenError,
            probe::missing,
            walk::{FrameRead, Walk, WalkError, Window, read_frame},
        },
        repair::header_backup::HeaderBackup,
    },
};

/// The number of generations after that of the backup that are tried; each costs microseconds.
const GENERATIONS_AHEAD: u64 = 1 << 20;
/// The longest first frame that is tried, in bytes of ciphertext. Usually it has one or two
/// hundred.
const META_CT_MAX: u32 = 8 << 10;
/// The offsets of generation and salt in a header copy.
const GENERATION_AT: u64 = 48;

/// Options for restoring a header.
#[derive(Clone, Debug)]
pub struct RestoreOptions {
    /// Replaces intact headers, for example to use a password that only the backup still has.
    pub replace_intact: bool,
    /// Limits for the cost of checking the password.
    pub kdf_limits: KdfLimits,
    /// The program, for the lock.
    pub program: String,
    /// The current Unix time in milliseconds, for the lock.
    pub now: i64,
}

impl Default for RestoreOptions {
    fn default() -> Self {
        Self {
            replace_intact: false,
            kdf_limits: KdfLimits::default(),
            program: "VStore".to_owned(),
            now: 0,
        }
    }
}

/// The result of restoring a header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestoreReport {
    /// Generation of the store when the backup was made.
    pub backup_generation: u64,
    /// Generation of the file. Passwords and keys that were added, changed or removed since the
    /// backup are reverted; if the generation differs, there may have been such changes.
    pub generation: u64,
    /// The passwords and keys that open the file now.
    pub slots: Vec<SlotInfo>,
    /// Whether all frames of the file could be read; if not, the file needs to be salvaged.
    pub is_whole: bool,
}

/// Why a header was not restored. The file is unchanged, unless writing itself failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The headers are intact, and replacing them was not requested.
    #[error("the headers of the file are intact: there is nothing to restore")]
    HeaderIntact,
    /// The backup is that of another store.
    #[error("the header backup belongs to another database")]
    OtherStore,
    /// The data key was exchanged since the backup.
    #[error("the header backup is older than the data key of the file: it cannot open the data")]
    OtherDataKey,
    /// No key of the backup decrypts the first frame: the backup is of another store or data key,
    /// or the frame is damaged too.
    #[error(
        "the header backup does not fit the data: it belongs to another database, the data key \
         was exchanged since, or the beginning of the data is damaged as well"
    )]
    DoesNotFit,
    /// The file or the password was refused.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<IoError> for RestoreError {
    fn from(error: IoError) -> Self {
        Self::Open(error.into())
    }
}

/// Rewrites both headers of a file from a backup. `credentials` must open the backup.
///
/// # Errors
///
/// [`RestoreError`]; the file is unchanged, unless writing itself failed.
pub fn restore_header(
    vfs: &Arc<dyn Vfs>,
    path: &Path,
    backup: &HeaderBackup,
    credentials: &Credentials,
    options: &RestoreOptions,
    control: &Control,
) -> Result<RestoreReport, RestoreError> {
    let path = vfs
        .canonicalize(path)
        .map_err(|error| missing(error, path))?;
    let (lock, file) =
        lock::open_locked(vfs, &path, &options.program, options.now).map_err(OpenError::from)?;
    let len = file.stat()?.len;
    check_headers(&*file, len, backup, options)?;
    let (dek, mut header) = unlock(backup, credentials, &options.kdf_limits, control)?;
    lock.announce();
    let (generation, gen_salt) =
        find_generation(&*file, len, &dek, &header, control)?.ok_or(RestoreError::DoesNotFit)?;
    let cipher = dek.frame_cipher(&header.store_id, generation, &gen_salt);
    let (epoch, is_whole) = read_frames(&*file, len, &cipher, control)?;
    let backup_generation = header.generation;
    header.generation = generation;
    header.gen_salt = gen_salt;
    // Higher than the epoch recorded in the frames, so that the header does not count as outdated.
    header.epoch = header.epoch.max(epoch).saturating_add(1);
    write(&*file, &header, &dek)?;
    Ok(RestoreReport {
        backup_generation,
        generation,
        slots: slot_list(&header.slots),
        is_whole,
    })
}

/// Refuses a restoration that would do harm, as far as the headers of the file still show it.
fn check_headers(
    file: &dyn VfsFile,
    len: u64,
    backup: &HeaderBackup,
    options: &RestoreOptions,
) -> Result<(), RestoreError> {
    if len <= DATA_OFFSET {
        return Err(OpenError::TooShort { len }.into());
    }
    match HeaderCopies::read(file, len) {
        Ok(copies) => {
            let kept = backup.header().claims();
            // One of the copies may be forged: the one that matches the backup counts.
            let fits = |found: &Header| {
                found.store_id == kept.store_id && found.dek_commit == kept.dek_commit
            };
            let mut claims = copies.claims();
            let first = copies.current.claims();
            let found = claims.find(|claims| fits(claims)).unwrap_or(first);
            if found.store_id != kept.store_id {
                Err(RestoreError::OtherStore)
            } else if found.dek_commit != kept.dek_commit {
                Err(RestoreError::OtherDataKey)
            } else if options.replace_intact {
                Ok(())
            } else {
                Err(RestoreError::HeaderIntact)
            }
        }
        Err(error @ OpenError::System(_)) => Err(error.into()),
        // If the headers are damaged, the first frame decides.
        Err(_) => Ok(()),
    }
}

fn unlock(
    backup: &HeaderBackup,
    credentials: &Credentials,
    limits: &KdfLimits,
    control: &Control,
) -> Result<(Dek, Header), RestoreError> {
    let claims = backup.header().claims();
    let unlocked = slots::unlock(
        &claims.slots,
        &claims.store_id,
        credentials,
        limits,
        control,
    )
    .map_err(OpenError::from)?;
    let header = backup
        .header()
        .authenticate(&unlocked.dek)
        .ok_or(OpenError::HeaderTampered)?;
    Ok((unlocked.dek, header))
}

/// The generation and the salt with which the first frame is authentic.
fn find_generation(
    file: &dyn VfsFile,
    len: u64,
    dek: &Dek,
    header: &Header,
    control: &Control,
) -> Result<Option<(u64, [u8; 32])>, OpenError> {
    let mut window = Window::new(file, len);
    // It may be decrypted up to a million times, and may be forged.
    let is_first = |header: &FrameHeader| header.kind == META && header.ct_len <= META_CT_MAX;
    let first = match read_frame(&mut window, DATA_OFFSET)? {
        FrameRead::Frame(frame) if is_first(&frame.header) => frame,
        _ => return Ok(None),
    };
    let mut candidates = vec![(header.generation, header.gen_salt)];
    for copy in [Copy::A, Copy::B] {
        candidates.extend(legible(file, copy)?);
    }
    let salt = dek.generation_salt(&header.store_id, &first.header.nonce);
    let last = header.generation.saturating_add(GENERATIONS_AHEAD);
    let derived = (header.generation..last).map(|generation| (generation, salt));
    let mut ciphers = dek.frame_ciphers(&header.store_id);
    for (generation, gen_salt) in candidates.into_iter().chain(derived) {
        control.check()?;
        if first.is_genuine(ciphers.of(generation, &gen_salt)) {
            return Ok(Some((generation, gen_salt)));
        }
    }
    Ok(None)
}

/// The generation and the salt in a header copy that may be damaged elsewhere.
fn legible(file: &dyn VfsFile, copy: Copy) -> Result<Option<(u64, [u8; 32])>, IoError> {
    let mut bytes = [0; 48];
    let at = copy.offset().saturating_add(GENERATION_AT);
    file.read_at(&mut bytes, at)?;
    let mut reader = Reader::new(&bytes);
    let mut fields = || {
        let generation = reader.u64()?;
        let _epoch = reader.u64()?;
        Some((generation, reader.array()?))
    };
    Ok(fields())
}

/// The highest header epoch recorded in the frames, and whether all of them could be read.
fn read_frames(
    file: &dyn VfsFile,
    len: u64,
    cipher: &FrameCipher,
    control: &Control,
) -> Result<(u64, bool), RestoreError> {
    let walk = Walk {
        file,
        len,
        cipher,
        control,
        phase: Phase::Reading,
    };
    let mut assembly = Assembly::new(false);
    let is_whole = match walk.run(&mut assembly) {
        Ok(stop) => stop.is_none() && assembly.in_journal(),
        Err(WalkError::Io(error)) => return Err(error.into()),
        Err(WalkError::Cancelled(cancelled)) => {
            return Err(OpenError::from(cancelled).into());
        }
        Err(WalkError::Corrupt(_) | WalkError::UnknownKind | WalkError::OutOfMemory) => false,
    };
    Ok((assembly.epoch, is_whole))
}

/// Writes copy B with the padding after it, makes it durable, then copy A: if one of the two was
/// intact before, one is intact at any time.
fn write(file: &dyn VfsFile, header: &Header, dek: &Dek) -> Result<(), IoError> {
    let key = dek.header_key(&header.store_id);
    for copy in [Copy::B, Copy::A] {
        let mut bytes = header.encode(copy, &key);
        bytes.resize(COPY_B as usize, 0);
        file.write_at(&bytes, copy.offset())?;
        file.sync_data()?;
    }
    Ok(())
}
