//! The two copies of the header (FORMAT.md, "Header").
//!
//! A parsed header is an [`UncheckedHeader`] until the data key has authenticated it. The header
//! has nothing about the journal, so it is only written when the keys or the generation change.

use crate::file::{
    disk::{io_error::IoError, vfs::VfsFile},
    format::{
        slots::{EMPTY_SLOT, SLOT_COUNT, SLOT_LEN, Slot, SlotKind, Slots},
        wire::Reader,
    },
    keys::seal::{self, Dek, HeaderKey, StoreId},
};

pub(crate) const MAGIC: [u8; 8] = *b"\x89VST\r\n\x1a\n";
pub(crate) const MAJOR: u16 = 1;
pub(crate) const MINOR: u16 = 0;
pub(crate) const HEADER_LEN: usize = 4096;
pub(crate) const COPY_A: u64 = 0;
pub(crate) const COPY_B: u64 = 0x4000;
/// The offset of the first frame.
pub(crate) const DATA_OFFSET: u64 = 0x8000;

const KNOWN_INCOMPAT: u32 = 0;
const KNOWN_RO_COMPAT: u32 = 0;
const SLOTS_OFFSET: usize = 256;
const MAC_OFFSET: usize = 4032;
const SHA_OFFSET: usize = 4064;

const _: () = assert!(SLOTS_OFFSET + SLOT_COUNT * SLOT_LEN == 2304);
const _: () = assert!(SHA_OFFSET + 32 == HEADER_LEN && MAC_OFFSET + 32 == SHA_OFFSET);

/// Which of the two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copy {
    A,
    B,
}

impl Copy {
    pub(crate) fn offset(self) -> u64 {
        match self {
            Self::A => COPY_A,
            Self::B => COPY_B,
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }
}

/// The fields of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) minor: u16,
    pub(crate) ro_compat: u32,
    pub(crate) compat: u32,
    pub(crate) store_id: StoreId,
    pub(crate) generation: u64,
    pub(crate) epoch: u64,
    pub(crate) gen_salt: [u8; 32],
    pub(crate) dek_commit: [u8; 32],
    pub(crate) slots: Slots,
}

impl Header {
    /// The 4096 bytes of a copy, authenticated.
    pub(crate) fn encode(&self, copy: Copy, key: &HeaderKey) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_LEN);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&MAJOR.to_le_bytes());
        out.extend_from_slice(&self.minor.to_le_bytes());
        out.extend_from_slice(&(HEADER_LEN as u32).to_le_bytes());
        for mask in [KNOWN_INCOMPAT, self.ro_compat, self.compat] {
            out.extend_from_slice(&mask.to_le_bytes());
        }
        out.extend_from_slice(&[copy.byte(), 0, 0, 0]);
        out.extend_from_slice(&self.store_id);
        out.extend_from_slice(&self.generation.to_le_bytes());
        out.extend_from_slice(&self.epoch.to_le_bytes());
        out.extend_from_slice(&self.gen_salt);
        out.extend_from_slice(&self.dek_commit);
        out.extend_from_slice(&DATA_OFFSET.to_le_bytes());
        out.extend_from_slice(&(SLOT_COUNT as u16).to_le_bytes());
        out.extend_from_slice(&(SLOT_LEN as u16).to_le_bytes());
        out.resize(SLOTS_OFFSET, 0);
        for slot in &self.slots {
            out.extend_from_slice(slot);
        }
        out.resize(MAC_OFFSET, 0);
        out.extend_from_slice(&key.mac(&out));
        out.extend_from_slice(&seal::sha256(&out));
        out
    }

    /// Whether features unknown to this version forbid writing.
    pub(crate) fn forbids_writing(&self) -> bool {
        self.ro_compat & !KNOWN_RO_COMPAT != 0
    }

    /// The slots that this version can open.
    pub(crate) fn known_slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.slots.iter().filter_map(Slot::parse)
    }

    /// Whether every password also needs a key file.
    pub(crate) fn needs_key_file(&self) -> bool {
        let with_password = |kind: &SlotKind| *kind != SlotKind::RecoveryKey;
        let mut kinds = self
            .known_slots()
            .map(|slot| slot.kind)
            .filter(with_password)
            .peekable();
        kinds.peek().is_some() && kinds.all(|kind| kind == SlotKind::PasswordAndKeyFile)
    }
}

/// Why a header copy cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    /// Not the mark of a VStore file.
    Magic,
    /// Of a later version.
    Unsupported {
        major: u16,
        minor: u16,
        unknown_features: u32,
    },
    /// Damaged, or against the rules.
    Damaged,
}

/// A header copy with a correct checksum that is not authenticated yet.
#[derive(Clone, Debug)]
pub(crate) struct UncheckedHeader {
    header: Header,
    authenticated: Vec<u8>,
    mac: [u8; 32],
}

impl UncheckedHeader {
    pub(crate) fn parse(bytes: &[u8], copy: Copy) -> Result<Self, HeaderFault> {
        let mut reader = Reader::new(bytes);
        if reader.array() != Some(MAGIC) {
            return Err(HeaderFault::Magic);
        }
        Self::parse_version(&mut reader)?;
        let (body, sha) = bytes
            .split_at_checked(SHA_OFFSET)
            .ok_or(HeaderFault::Damaged)?;
        if bytes.len() != HEADER_LEN || sha != seal::sha256(body) {
            return Err(HeaderFault::Damaged);
        }
        Self::parse_fields(bytes, copy).ok_or(HeaderFault::Damaged)
    }

    /// Checks the version before the checksum, because a later version may have another layout.
    fn parse_version(reader: &mut Reader<'_>) -> Result<(), HeaderFault> {
        let mut version = || Some((reader.u16()?, reader.u16()?, reader.u32()?, reader.u32()?));
        let (major, minor, _len, incompat) = version().ok_or(HeaderFault::Damaged)?;
        let unknown_features = incompat & !KNOWN_INCOMPAT;
        if major > MAJOR || unknown_features != 0 {
            return Err(HeaderFault::Unsupported {
                major,
                minor,
                unknown_features,
            });
        }
        Ok(())
    }

    fn parse_fields(bytes: &[u8], copy: Copy) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let _magic = reader.bytes(MAGIC.len())?;
        let exactly = |found: bool| found.then_some(());
        exactly(reader.u16()? == MAJOR)?;
        let minor = reader.u16()?;
        exactly(reader.u32()? == HEADER_LEN as u32)?;
        let _incompat = reader.u32()?;
        let (ro_compat, compat) = (reader.u32()?, reader.u32()?);
        exactly(reader.u8()? == copy.byte())?;
        reader.zeros(3)?;
        let store_id = reader.array()?;
        let (generation, epoch) = (reader.u64()?, reader.u64()?);
        let (gen_salt, dek_commit) = (reader.array()?, reader.array()?);
        exactly(reader.u64()? == DATA_OFFSET)?;
        exactly(reader.u16()? == SLOT_COUNT as u16 && reader.u16()? == SLOT_LEN as u16)?;
        reader.zeros(116)?;
        let mut slots = [EMPTY_SLOT; SLOT_COUNT];
        for slot in &mut slots {
            *slot = reader.array()?;
        }
        reader.zeros(1728)?;
        let mac = reader.array()?;
        let authenticated = bytes.get(..MAC_OFFSET)?.to_vec();
        let header = Header {
            minor,
            ro_compat,
            compat,
            store_id,
            generation,
            epoch,
            gen_salt,
            dek_commit,
            slots,
        };
        Some(Self {
            header,
            authenticated,
            mac,
        })
    }

    /// A header together with the bytes it was encoded to.
    pub(crate) fn of(header: Header, bytes: &[u8]) -> Self {
        let (authenticated, rest) = bytes.split_at(MAC_OFFSET.min(bytes.len()));
        Self {
            header,
            authenticated: authenticated.to_vec(),
            mac: rest.first_chunk().copied().unwrap_or_default(),
        }
    }

    /// The fields of the header, sufficient to find a slot, but not to be trusted.
    pub(crate) fn claims(&self) -> &Header {
        &self.header
    }

    /// Authenticates the header with the data key.
    pub(crate) fn authenticate(&self, dek: &Dek) -> Option<Header> {
        let store_id = &self.header.store_id;
        let committed = seal::same(&dek.commitment(store_id), &self.header.dek_commit);
        let genuine = dek
            .header_key(store_id)
            .verify(&self.authenticated, &self.mac);
        (committed && genuine).then(|| self.header.clone())
    }
}

/// The padding after the copies, which is all zeros.
pub(crate) fn paddings() -> impl Iterator<Item = (u64, usize)> {
    let len = COPY_B.saturating_sub(HEADER_LEN as u64) as usize;
    [Copy::A, Copy::B]
        .into_iter()
        .map(move |copy| (copy.offset().saturating_add(HEADER_LEN as u64), len))
}

/// The first byte of the padding after the copies that is not zero, if any.
pub(crate) fn padding_fault(file: &dyn VfsFile) -> Result<Option<u64>, IoError> {
    for (start, len) in paddings() {
        let mut bytes = vec![0; len];
        file.read_at(&mut bytes, start)?;
        if let Some(position) = bytes.iter().position(|&byte| byte != 0) {
            return Ok(Some(start.saturating_add(position as u64)));
        }
    }
    Ok(None)
}
