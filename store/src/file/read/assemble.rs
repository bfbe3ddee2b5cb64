//! Assembling the content of a file from its frames, and checking their order.
//!
//! All frames are authentic and at their offsets, so a violation is damage (or made by someone with
//! the key), never a torn tail.
use bytes::{Bytes, BytesMut};

use crate::file::{
    format::{
        corruption::CorruptKind,
        frame::{COMMIT, CTRL, Chain, FrameHeader, IGNORABLE, META, SNAP, SNAP_END, TXN},
        meta::{self, Ctrl, FileMeta, SnapEnd},
        pack::Unpacked,
    },
    keys::seal::Tag,
};

/// A payload of a file, by its number, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A chunk of the checkpoint.
    Chunk(usize),
    /// A transaction after the checkpoint.
    Transaction(usize),
}

/// The position of a payload in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PayloadPosition {
    /// The offset of its first frame in bytes.
    pub(crate) offset: u64,
    /// The number of that frame.
    pub(crate) seq: u64,
}

impl PayloadPosition {
    fn of(header: &FrameHeader) -> Self {
        Self {
            offset: header.offset,
            seq: header.seq,
        }
    }
}

/// The positions of all payloads.
#[derive(Clone, Debug, Default)]
pub(crate) struct PayloadPositions {
    pub(crate) chunks: Vec<PayloadPosition>,
    pub(crate) transactions: Vec<PayloadPosition>,
}

impl PayloadPositions {
    /// The position of a payload; that of the first frame if there is no such payload.
    pub(crate) fn of(&self, payload: Payload) -> PayloadPosition {
        let position = match payload {
            Payload::Chunk(number) => self.chunks.get(number),
            Payload::Transaction(number) => self.transactions.get(number),
        };
        position.copied().unwrap_or(PayloadPosition {
            offset: Chain::START.offset,
            seq: Chain::START.seq,
        })
    }
}

/// The content assembled from the frames read so far.
#[derive(Debug)]
pub(crate) struct Assembly {
    /// Whether payloads are kept or only counted.
    keep: bool,
    pub(crate) meta: Option<FileMeta>,
    pub(crate) snap_end: Option<SnapEnd>,
    pub(crate) chunks: Vec<Bytes>,
    pub(crate) transactions: Vec<Bytes>,
    pub(crate) positions: PayloadPositions,
    chunk_count: u64,
    raw_bytes: u64,
    open: Option<OpenTransaction>,
    /// The number of the last complete transaction.
    pub(crate) last_txn: u64,
    /// The highest header epoch recorded in the frames.
    pub(crate) epoch: u64,
    /// The number of frames added.
    pub(crate) frames: u64,
    /// The number of frames in the journal, without an incomplete transaction.
    pub(crate) journal_frames: u64,
    pub(crate) journal_start: u64,
    /// The number of frames of a later version that were skipped.
    pub(crate) skipped: u64,
    /// Whether the file was closed cleanly, or nothing follows the checkpoint.
    pub(crate) closed: bool,
    /// The position after the last complete checkpoint, transaction or record.
    pub(crate) committed: Chain,
    /// The number of the frame after the one whose tag is watched for.
    pub(crate) watched: Option<u64>,
    /// The tag of the watched frame, once it was read.
    pub(crate) watched_tag: Option<Tag>,
}

#[derive(Debug)]
struct OpenTransaction {
    position: PayloadPosition,
    parts: Vec<Bytes>,
    count: u32,
}

/// Why a frame cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    Corrupt(CorruptKind),
    /// A kind of a later version that must not be skipped.
    UnknownKind,
}

impl From<CorruptKind> for Misfit {
    fn from(kind: CorruptKind) -> Self {
        Self::Corrupt(kind)
    }
}

impl Assembly {
    /// An empty assembly; without `keep` payloads are only checked and counted.
    pub(crate) fn new(keep: bool) -> Self {
        Self {
            keep,
            meta: None,
            snap_end: None,
            chunks: Vec::new(),
            transactions: Vec::new(),
            positions: PayloadPositions::default(),
            chunk_count: 0,
            raw_bytes: 0,
            open: None,
            last_txn: 0,
            epoch: 0,
            frames: 0,
            journal_frames: 0,
            journal_start: 0,
            skipped: 0,
            closed: true,
            committed: Chain::START,
            watched: None,
            watched_tag: None,
        }
    }

    /// Whether the checkpoint is complete, so that the journal follows.
    pub(crate) fn in_journal(&self) -> bool {
        self.snap_end.is_some()
    }

    /// The number of frames of an incomplete transaction at the end.
    pub(crate) fn unfinished_frames(&self) -> u32 {
        self.open.as_ref().map_or(0, |open| open.count)
    }

    /// Adds a frame that ends at `after`.
    pub(crate) fn push(
        &mut self,
        header: &FrameHeader,
        unpacked: Unpacked,
        after: Chain,
    ) -> Result<(), Misfit> {
        if self.watched == Some(after.seq) {
            self.watched_tag = Some(after.prev_tag);
        }
        if matches!(header.kind, META | SNAP | SNAP_END) && header.durable_seq != 0 {
            return Err(CorruptKind::Seq.into());
        }
        self.frames = self.frames.saturating_add(1);
        match (header.kind, self.in_journal()) {
            (META, false) if self.meta.is_none() => self.push_meta(&unpacked)?,
            (_, _) if self.meta.is_none() => return Err(CorruptKind::TxnOrder.into()),
            (SNAP, false) => self.push_chunk(header, unpacked)?,
            (SNAP_END, false) => self.push_snap_end(&unpacked, &after)?,
            (TXN, true) => return Ok(self.push_part(header, unpacked, after)?),
            (CTRL, true) => self.push_ctrl(&unpacked)?,
            (META | SNAP | SNAP_END | TXN | CTRL, _) => return Err(CorruptKind::TxnOrder.into()),
            (kind, in_journal) if kind & IGNORABLE != 0 => {
                self.skipped = self.skipped.saturating_add(1);
                self.closed &= !in_journal;
            }
            _ => return Err(Misfit::UnknownKind),
        }
        if self.open.is_some() {
            return Err(CorruptKind::TxnOrder.into());
        }
        self.settle(
            after,
            u64::from(self.in_journal() && header.kind != SNAP_END),
        );
        Ok(())
    }

    /// Records that everything up to `after` is complete.
    fn settle(&mut self, after: Chain, journal_frames: u64) {
        self.committed = after;
        self.journal_frames = self.journal_frames.saturating_add(journal_frames);
    }

    fn push_meta(&mut self, unpacked: &Unpacked) -> Result<(), CorruptKind> {
        let meta: FileMeta = meta::decode(&unpacked.payload)?;
        self.last_txn = meta.base_txn;
        self.epoch = meta.epoch;
        self.meta = Some(meta);
        Ok(())
    }

    fn push_chunk(&mut self, header: &FrameHeader, unpacked: Unpacked) -> Result<(), CorruptKind> {
        if u64::from(unpacked.part) != self.chunk_count || unpacked.txn_id != 0 {
            return Err(CorruptKind::TxnOrder);
        }
        self.chunk_count = self.chunk_count.saturating_add(1);
        self.raw_bytes = self.raw_bytes.saturating_add(unpacked.payload.len() as u64);
        if self.keep {
            self.chunks.push(unpacked.payload);
            self.positions.chunks.push(PayloadPosition::of(header));
        }
        Ok(())
    }

    fn push_snap_end(&mut self, unpacked: &Unpacked, after: &Chain) -> Result<(), CorruptKind> {
        let end: SnapEnd = meta::decode(&unpacked.payload)?;
        if end.chunks != self.chunk_count || end.bytes != self.raw_bytes {
            return Err(CorruptKind::SnapshotIncomplete);
        }
        self.snap_end = Some(end);
        self.journal_start = after.offset;
        Ok(())
    }

    fn push_part(
        &mut self,
        header: &FrameHeader,
        unpacked: Unpacked,
        after: Chain,
    ) -> Result<(), CorruptKind> {
        let txn_id = self.last_txn.checked_add(1);
        let open = self.open.get_or_insert_with(|| OpenTransaction {
            position: PayloadPosition::of(header),
            parts: Vec::new(),
            count: 0,
        });
        if Some(unpacked.txn_id) != txn_id || unpacked.part != open.count {
            return Err(CorruptKind::TxnOrder);
        }
        open.count = open.count.checked_add(1).ok_or(CorruptKind::TxnOrder)?;
        if self.keep {
            open.parts.push(unpacked.payload);
        }
        if header.flags & COMMIT == 0 {
            return Ok(());
        }
        self.last_txn = unpacked.txn_id;
        self.closed = false;
        if let Some(open) = self.open.take() {
            if self.keep {
                self.transactions.push(concatenate(open.parts));
                self.positions.transactions.push(open.position);
            }
            self.settle(after, u64::from(open.count));
        }
        Ok(())
    }

    fn push_ctrl(&mut self, unpacked: &Unpacked) -> Result<(), CorruptKind> {
        match Ctrl::decode(&unpacked.payload)? {
            Ctrl::HeaderEpoch(epoch) => {
                self.epoch = self.epoch.max(epoch);
                self.closed = false;
            }
            Ctrl::Close => self.closed = true,
            Ctrl::Recovered(_) | Ctrl::Note => self.closed = false,
        }
        Ok(())
    }
}

/// Joins the parts of a payload; a single part is shared, not copied.
fn concatenate(mut parts: Vec<Bytes>) -> Bytes {
    if parts.len() == 1 {
        return parts.pop().unwrap_or_default();
    }
    let total = parts
        .iter()
        .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
    let mut whole = BytesMut::with_capacity(total);
    for part in &parts {
        whole.extend_from_slice(part);
    }
    whole.freeze()
}
