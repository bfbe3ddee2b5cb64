//! Finding the data key and the frame keys in headers that may be partly damaged or moved.
//!
//! Fields are at fixed offsets, so one damaged copy may still have a good slot, and the other one
//! the salt of the generation. Every combination is verified: a slot by its commitment and tag, a
//! frame key by the first frame that it decrypts.
use super::{FileSalvageError, TrySlot};
use crate::{
    control::{Control, Phase},
    file::{
        disk::vfs::VfsFile,
        format::{
            frame::{MARK, META},
            header::{COPY_A, COPY_B, Copy, HEADER_LEN, HeaderFault, MAGIC, UncheckedHeader},
            slots::{SLOT_COUNT, SlotBytes, UnlockError},
            wire::Reader,
        },
        keys::seal::{Dek, FrameCipher, StoreId, sha256},
        read::{
            mark_search::{self, MarkSearch, SearchError},
            open_error::OpenError,
            walk::Window,
        },
    },
};

/// The number of bytes that are searched for moved headers; both belong in the first 20 KiB.
const SEARCHED: u64 = 1 << 20;
/// The largest number of header candidates besides the two at their regular offsets.
const MAX_MOVED: usize = 6;
/// The largest number of slots that are tried; each costs a key derivation.
const MAX_TRIES: usize = 16;

/// The fields of a possible header copy, whether or not its checksum is correct.
#[derive(Clone, Debug)]
pub(super) struct HeaderCandidate {
    offset: u64,
    intact: bool,
    /// Whether the checksum is correct and a later version wrote it.
    later: Option<(u16, u16, u32)>,
    store_id: StoreId,
    generation: u64,
    gen_salt: [u8; 32],
    slots: Vec<SlotBytes>,
}

impl HeaderCandidate {
    /// All possible header copies in a file, intact ones first.
    pub(super) fn find(
        file: &dyn VfsFile,
        len: u64,
        control: &Control,
    ) -> Result<Vec<Self>, SearchError> {
        let mut window = Window::new(file, len);
        let mut offsets = vec![COPY_A, COPY_B];
        let mut position = 0;
        let end = len.min(SEARCHED);
        while let Some(found) = mark_search::find(&mut window, position, end, &MAGIC, control)? {
            position = found.saturating_add(1);
            if !offsets.contains(&found) && offsets.len() < MAX_MOVED.saturating_add(2) {
                offsets.push(found);
            }
        }
        let mut headers = Vec::new();
        for offset in offsets {
            let mut bytes = vec![0; HEADER_LEN];
            let count = file.read_at(&mut bytes, offset)?;
            if count > MAGIC.len() {
                headers.extend(Self::parse(&bytes, offset));
            }
        }
        headers.sort_by_key(|header| !header.intact);
        Ok(headers)
    }

    fn parse(bytes: &[u8], offset: u64) -> Option<Self> {
        let checked = [Copy::A, Copy::B].map(|copy| UncheckedHeader::parse(bytes, copy));
        let (body, sha) = bytes.split_at_checked(HEADER_LEN.checked_sub(32)?)?;
        let later = checked.iter().find_map(|result| match result {
            Err(HeaderFault::Unsupported {
                major,
                minor,
                unknown_features,
            }) if sha == sha256(body) => Some((*major, *minor, *unknown_features)),
            _ => None,
        });
        let mut reader = Reader::new(bytes);
        let _fixed = reader.bytes(32)?;
        let store_id = reader.array()?;
        let generation = reader.u64()?;
        let _epoch = reader.u64()?;
        let gen_salt = reader.array()?;
        let _fixed = reader.bytes(256_usize.checked_sub(96)?)?;
        let slots = (0..SLOT_COUNT).map_while(|_| reader.array()).collect();
        Some(Self {
            offset,
            intact: checked.iter().any(Result::is_ok),
            later,
            store_id,
            generation,
            gen_salt,
            slots,
        })
    }
}

/// The data key, and the possible frame keys according to the headers.
pub(super) struct Keyring {
    pub(super) header_offset: u64,
    pub(super) header_intact: bool,
    ciphers: Vec<FrameCipher>,
}

impl Keyring {
    pub(super) fn unlock(
        headers: &[HeaderCandidate],
        file: &dyn VfsFile,
        len: u64,
        control: &Control,
        try_slot: &TrySlot<'_>,
    ) -> Result<Self, FileSalvageError> {
        let mut tried: Vec<(StoreId, SlotBytes)> = Vec::new();
        let mut refused = None;
        for header in headers {
            for slot in header.slots.iter().filter(|slot| slot.first() == Some(&1)) {
                let attempt = (header.store_id, *slot);
                if tried.contains(&attempt) || tried.len() >= MAX_TRIES {
                    continue;
                }
                tried.push(attempt);
                match try_slot(&header.store_id, slot) {
                    Ok(dek) => {
                        let salt =
                            salt_from_first_frame(file, len, control, &dek, &header.store_id)?;
                        return Ok(Self::of(header, headers, &dek, salt));
                    }
                    Err(UnlockError::Cancelled) => {
                        return Err(crate::control::Cancelled.into());
                    }
                    Err(error) => refused = Some(more_telling(refused, error)),
                }
            }
        }
        Err(locked(headers, refused, file, len, control)?)
    }

    fn of(
        header: &HeaderCandidate,
        headers: &[HeaderCandidate],
        dek: &Dek,
        made_again: Option<[u8; 32]>,
    ) -> Self {
        let mut fields = vec![(header.generation, header.gen_salt)];
        for other in headers {
            let salts = [Some(other.gen_salt), Some(header.gen_salt), made_again];
            for salt in salts.into_iter().flatten() {
                for generation in [header.generation, other.generation] {
                    if !fields.contains(&(generation, salt)) {
                        fields.push((generation, salt));
                    }
                }
            }
        }
        let ciphers = fields
            .iter()
            .map(|(generation, salt)| dek.frame_cipher(&header.store_id, *generation, salt))
            .collect();
        Self {
            header_offset: header.offset,
            header_intact: header.intact,
            ciphers,
        }
    }

    /// The keys to try on a frame.
    pub(super) fn ciphers(&self) -> &[FrameCipher] {
        &self.ciphers
    }

    /// Keeps only the key that has decrypted a frame: all frames of a file have the same one.
    pub(super) fn settle_on(&mut self, index: usize) {
        if self.ciphers.len() > 1 && index < self.ciphers.len() {
            self.ciphers.swap(0, index);
            self.ciphers.truncate(1);
        }
    }
}

/// Recovers the salt of a generation from the nonce of its first frame, wherever that is now.
fn salt_from_first_frame(
    file: &dyn VfsFile,
    len: u64,
    control: &Control,
    dek: &Dek,
    store_id: &StoreId,
) -> Result<Option<[u8; 32]>, SearchError> {
    let mut marks = MarkSearch::new(file, len.min(SEARCHED), 0, control, Phase::Reading);
    while let Some(found) = marks.next()? {
        let head = &found.header;
        if head.kind == META && head.seq == 0 {
            return Ok(Some(dek.generation_salt(store_id, &head.nonce)));
        }
    }
    Ok(None)
}

/// The more helpful of two reasons why slots did not open.
fn more_telling(before: Option<UnlockError>, now: UnlockError) -> UnlockError {
    match before {
        Some(before) if rank(&before) >= rank(&now) => before,
        _ => now,
    }
}

fn rank(error: &UnlockError) -> u8 {
    match error {
        UnlockError::SlotCorrupt { .. } => 3,
        UnlockError::KeyFileRequired => 2,
        UnlockError::Kdf(_) => 1,
        _ => 0,
    }
}

/// Why no key was found, depending on what is left of the headers.
fn locked(
    headers: &[HeaderCandidate],
    refused: Option<UnlockError>,
    file: &dyn VfsFile,
    len: u64,
    control: &Control,
) -> Result<FileSalvageError, SearchError> {
    if let Some((major, minor, unknown_features)) = headers.iter().find_map(|header| header.later) {
        return Ok(FileSalvageError::Open(OpenError::UnsupportedVersion {
            major,
            minor,
            unknown_features,
        }));
    }
    if let Some(error) = refused
        && (headers.iter().any(|header| header.intact) || rank(&error) == 2)
    {
        return Ok(FileSalvageError::Open(error.into()));
    }
    let mut window = Window::new(file, len);
    let ours = mark_search::find(&mut window, 0, len.min(SEARCHED), &MAGIC, control)?.is_some()
        || mark_search::find(&mut window, 0, len, &MARK, control)?.is_some();
    Ok(if ours {
        FileSalvageError::HeadersLost
    } else {
        FileSalvageError::Open(OpenError::NotAVStore)
    })
}
