//! Frames, of which everything after the headers consists (FORMAT.md, "Frame").
//!
//! A frame header has the kind and number of the frame, its offset, the frame before it, and what
//! was durable when it was written; all of that is authenticated. `assemble` checks what frames
//! make together.
use zeroize::Zeroizing;

use crate::file::{
    disk::entropy::{Entropy, random},
    format::{
        corruption::CorruptKind,
        header::DATA_OFFSET,
        pack::{MAX_RAW, PACK_HEAD_LEN, SealFrameError},
        wire::Reader,
    },
    keys::seal::{FrameCipher, Nonce, TAG_LEN, Tag},
};

pub(crate) const MARK: [u8; 4] = [0xF5, b'V', b'S', 0x01];
pub(crate) const FRAME_HEADER_LEN: usize = 80;
/// The size of a frame without its ciphertext, in bytes.
pub(crate) const FRAME_OVERHEAD: u64 = (FRAME_HEADER_LEN + TAG_LEN) as u64;
/// Every ciphertext is a multiple of this.
const UNIT: u32 = 16;
const MAX_CT: u32 = MAX_RAW as u32 + 4096;

const _: () = assert!(FRAME_OVERHEAD.is_multiple_of(UNIT as u64));

/// First frame of the file.
pub(crate) const META: u8 = 1;
/// A chunk of the checkpoint.
pub(crate) const SNAP: u8 = 2;
/// End of the checkpoint.
pub(crate) const SNAP_END: u8 = 3;
/// Part of a transaction.
pub(crate) const TXN: u8 = 4;
/// A record of the file layer itself.
pub(crate) const CTRL: u8 = 5;
/// A kind with this bit may be skipped by a version that does not know it.
pub(crate) const IGNORABLE: u8 = 0x80;
/// Flag of the last frame of a transaction.
pub(crate) const COMMIT: u8 = 1;

/// The position of the next frame, and the frame that it must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) seq: u64,
    pub(crate) offset: u64,
    pub(crate) prev_tag: Tag,
}

impl Chain {
    /// The position of the first frame of a file.
    pub(crate) const START: Self = Self {
        seq: 0,
        offset: DATA_OFFSET,
        prev_tag: [0; TAG_LEN],
    };

    /// The position after a frame with this many bytes of ciphertext.
    pub(crate) fn after(&self, ct_len: u32, tag: Tag) -> Self {
        Self {
            seq: self.seq.saturating_add(1),
            offset: self
                .offset
                .saturating_add(FRAME_OVERHEAD)
                .saturating_add(u64::from(ct_len)),
            prev_tag: tag,
        }
    }
}

/// The fields of a frame header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) ct_len: u32,
    pub(crate) seq: u64,
    pub(crate) durable_seq: u64,
    pub(crate) nonce: Nonce,
    pub(crate) prev_tag: Tag,
    pub(crate) offset: u64,
}

impl FrameHeader {
    pub(crate) fn encode(&self) -> [u8; FRAME_HEADER_LEN] {
        let mut head = Vec::with_capacity(12);
        head.extend_from_slice(&MARK);
        head.extend_from_slice(&[self.kind, self.flags, 0, 0]);
        head.extend_from_slice(&self.ct_len.to_le_bytes());
        let mut tail = Vec::with_capacity(64);
        tail.extend_from_slice(&self.seq.to_le_bytes());
        tail.extend_from_slice(&self.durable_seq.to_le_bytes());
        tail.extend_from_slice(&self.nonce);
        tail.extend_from_slice(&self.prev_tag);
        tail.extend_from_slice(&self.offset.to_le_bytes());
        let crc = checksum(&head, &tail).to_le_bytes();
        let mut bytes = [0; FRAME_HEADER_LEN];
        for (to, from) in bytes.iter_mut().zip(head.iter().chain(&crc).chain(&tail)) {
            *to = *from;
        }
        bytes
    }

    /// Parses a header and checks what can be checked without a key or another frame.
    pub(crate) fn parse(bytes: &[u8; FRAME_HEADER_LEN]) -> Result<Self, CorruptKind> {
        let mut reader = Reader::new(bytes);
        if reader.array() != Some(MARK) {
            return Err(CorruptKind::Magic);
        }
        let (head, crc, tail) = Self::regions(bytes).ok_or(CorruptKind::Length)?;
        if crc != checksum(head, tail) {
            return Err(CorruptKind::HeaderCrc);
        }
        let header = Self::parse_fields(reader).ok_or(CorruptKind::Padding)?;
        header.check()?;
        Ok(header)
    }

    fn regions(bytes: &[u8; FRAME_HEADER_LEN]) -> Option<(&[u8], u32, &[u8])> {
        let (head, rest) = bytes.split_at_checked(12)?;
        let (crc, tail) = rest.split_first_chunk()?;
        Some((head, u32::from_le_bytes(*crc), tail))
    }

    fn parse_fields(mut reader: Reader<'_>) -> Option<Self> {
        let (kind, flags) = (reader.u8()?, reader.u8()?);
        reader.zeros(2)?;
        let ct_len = reader.u32()?;
        let _crc = reader.u32()?;
        Some(Self {
            kind,
            flags,
            ct_len,
            seq: reader.u64()?,
            durable_seq: reader.u64()?,
            nonce: reader.array()?,
            prev_tag: reader.array()?,
            offset: reader.u64()?,
        })
    }

    fn check(&self) -> Result<(), CorruptKind> {
        let length_allowed = (PACK_HEAD_LEN as u32..=MAX_CT).contains(&self.ct_len)
            && self.ct_len.is_multiple_of(UNIT);
        if !length_allowed {
            return Err(CorruptKind::Length);
        }
        if self.durable_seq > self.seq {
            return Err(CorruptKind::Seq);
        }
        if self.flags & !COMMIT != 0 || (self.flags == COMMIT && self.kind != TXN) {
            return Err(CorruptKind::Inner);
        }
        Ok(())
    }

    /// Checks that this is the frame expected next.
    pub(crate) fn follows(&self, chain: &Chain) -> Result<(), CorruptKind> {
        if self.seq != chain.seq {
            Err(CorruptKind::Seq)
        } else if self.offset != chain.offset {
            Err(CorruptKind::Offset)
        } else if self.prev_tag != chain.prev_tag {
            Err(CorruptKind::Link)
        } else {
            Ok(())
        }
    }
}

fn checksum(head: &[u8], tail: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head);
    crc.update(tail);
    crc.finalize()
}

/// A frame as stored in the file.
#[derive(Clone, Debug)]
pub(crate) struct RawFrame {
    pub(crate) header: FrameHeader,
    pub(crate) header_bytes: [u8; FRAME_HEADER_LEN],
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: Tag,
}

impl RawFrame {
    /// Whether the frame is authentic; its content is discarded.
    pub(crate) fn is_genuine(&self, cipher: &FrameCipher) -> bool {
        let mut text = Zeroizing::new(self.ciphertext.clone());
        cipher.open(&self.header.nonce, &self.header_bytes, &mut text, &self.tag)
    }

    /// Decrypts in place; `None` if anything was modified.
    pub(crate) fn open(mut self, cipher: &FrameCipher) -> Option<Vec<u8>> {
        let nonce = &self.header.nonce;
        cipher
            .open(nonce, &self.header_bytes, &mut self.ciphertext, &self.tag)
            .then_some(self.ciphertext)
    }
}

/// How a plaintext is padded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Padding {
    /// To a multiple of this number of bytes, itself a multiple of 16.
    Unit(u32),
    /// Until the frame ends at a multiple of this number of bytes in the file, itself a multiple of
    /// 16.
    End(u32),
}

impl Padding {
    /// The padded length of a plaintext of `len` bytes in a frame at `offset`.
    fn padded(self, len: u64, offset: u64) -> u64 {
        let up = |value: u64, unit: u32| {
            value
                .checked_next_multiple_of(u64::from(unit.max(UNIT)))
                .unwrap_or(value)
        };
        match self {
            Self::Unit(unit) => up(len, unit),
            Self::End(unit) => {
                let before = offset.saturating_add(FRAME_OVERHEAD);
                up(before.saturating_add(len), unit).saturating_sub(before)
            }
        }
    }
}

/// Seals frames one after another into a buffer.
///
/// The caller's chain does not change until it takes over [`chain`](Self::chain): frames that were
/// not written leave no trace, and those written instead get new nonces.
pub(crate) struct FrameWriter<'a> {
    cipher: &'a FrameCipher,
    entropy: &'a dyn Entropy,
    pub(crate) chain: Chain,
    durable_seq: u64,
    pub(crate) out: Vec<u8>,
}

impl<'a> FrameWriter<'a> {
    /// A writer of frames from `chain` on; all frames before `durable_seq` are known to be durable.
    pub(crate) fn new(
        cipher: &'a FrameCipher,
        entropy: &'a dyn Entropy,
        chain: Chain,
        durable_seq: u64,
    ) -> Self {
        Self {
            cipher,
            entropy,
            chain,
            durable_seq,
            out: Vec::new(),
        }
    }

    /// Seals one packed plaintext.
    pub(crate) fn push(
        &mut self,
        kind: u8,
        flags: u8,
        plain: Vec<u8>,
        padding: Padding,
    ) -> Result<(), SealFrameError> {
        let nonce = random(self.entropy)?;
        self.push_with_nonce(kind, flags, plain, padding, nonce)
    }

    /// Seals one packed plaintext with a given nonce.
    pub(crate) fn push_with_nonce(
        &mut self,
        kind: u8,
        flags: u8,
        mut plain: Vec<u8>,
        padding: Padding,
        nonce: Nonce,
    ) -> Result<(), SealFrameError> {
        let len = plain.len() as u64;
        let padded = padding.padded(len, self.chain.offset);
        let ct_len = u32::try_from(padded)
            .ok()
            .filter(|&ct_len| ct_len <= MAX_CT)
            .ok_or(SealFrameError::TooLarge { len })?;
        plain.resize(ct_len as usize, 0);
        let header = FrameHeader {
            kind,
            flags,
            ct_len,
            seq: self.chain.seq,
            durable_seq: self.durable_seq,
            nonce,
            prev_tag: self.chain.prev_tag,
            offset: self.chain.offset,
        };
        let header_bytes = header.encode();
        let tag = self
            .cipher
            .seal(&header.nonce, &header_bytes, &mut plain)
            .ok_or(SealFrameError::TooLarge { len })?;
        self.out.extend_from_slice(&header_bytes);
        self.out.extend_from_slice(&plain);
        self.out.extend_from_slice(&tag);
        self.chain = self.chain.after(ct_len, tag);
        Ok(())
    }
}
