//! From frames to content: which frame may follow which, and what they make together.
//!
//! Every frame given here is authentic and in its place; a rule broken here is damage (or the
//! work of someone with the key), never a torn tail.
use bytes::{Bytes, BytesMut};

use crate::file::{
    format::{
        corruption::CorruptKind,
        frame::{COMMIT, CTRL, Chain, FrameHeader, IGNORABLE, META, SNAP, SNAP_END, TXN},
        meta::{self, Ctrl, Meta, SnapEnd},
        pack::Unpacked,
    },
    keys::seal::Tag,
};

/// One of the payloads of a file, by its number in order, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A chunk of the checkpoint.
    Chunk(usize),
    /// A transaction after the checkpoint.
    Transaction(usize),
}

/// Where a payload begins in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Absolute position of its first frame, in bytes.
    pub(crate) offset: u64,
    /// The number of that frame.
    pub(crate) seq: u64,
}

impl Place {
    fn of(header: &FrameHeader) -> Self {
        Self {
            offset: header.offset,
            seq: header.seq,
        }
    }
}

/// Where the payloads begin that were kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) chunks: Vec<Place>,
    pub(crate) transactions: Vec<Place>,
}

impl Places {
    /// Where a payload begins; the start of the frames for one that there is not.
    pub(crate) fn of(&self, payload: Payload) -> Place {
        let place = match payload {
            Payload::Chunk(number) => self.chunks.get(number),
            Payload::Transaction(number) => self.transactions.get(number),
        };
        place.copied().unwrap_or(Place {
            offset: Chain::START.offset,
            seq: Chain::START.seq,
        })
    }
}

/// What the frames read so far make.
#[derive(Debug)]
pub(crate) struct Assembly {
    /// Whether payloads are kept or only counted.
    keep: bool,
    pub(crate) meta: Option<Meta>,
    pub(crate) snap_end: Option<SnapEnd>,
    pub(crate) chunks: Vec<Bytes>,
    pub(crate) transactions: Vec<Bytes>,
    pub(crate) places: Places,
    chunk_count: u64,
    raw_bytes: u64,
    open: Option<OpenTransaction>,
    /// Number of the last whole transaction.
    pub(crate) last_txn: u64,
    /// Highest header epoch that the frames know of.
    pub(crate) epoch: u64,
    /// All frames that were added.
    pub(crate) frames: u64,
    /// Frames of the journal, without an unfinished transaction.
    pub(crate) journal_frames: u64,
    pub(crate) journal_start: u64,
    /// Frames of a later version that were skipped.
    pub(crate) skipped: u64,
    /// Whether the last whole thing is the mark of a clean close, or nothing follows the checkpoint.
    pub(crate) closed: bool,
    /// Where the last whole thing ends.
    pub(crate) committed: Chain,
    /// The number of the frame after one that is looked for.
    pub(crate) watched: Option<u64>,
    /// Its tag, once it was seen.
    pub(crate) watched_tag: Option<Tag>,
}

#[derive(Debug)]
struct OpenTransaction {
    place: Place,
    parts: Vec<Bytes>,
    count: u32,
}

/// Why a frame does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    Corrupt(CorruptKind),
    /// Of a kind that only a later version knows, and that must not be skipped.
    UnknownKind,
}

impl From<CorruptKind> for Misfit {
    fn from(kind: CorruptKind) -> Self {
        Self::Corrupt(kind)
    }
}

impl Assembly {
    /// An empty assembly; `keep` false only checks and counts.
    pub(crate) fn new(keep: bool) -> Self {
        Self {
            keep,
            meta: None,
            snap_end: None,
            chunks: Vec::new(),
            transactions: Vec::new(),
            places: Places::default(),
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

    /// Whether the checkpoint is complete, so that what follows is the journal.
    pub(crate) fn in_journal(&self) -> bool {
        self.snap_end.is_some()
    }

    /// Number of frames of a transaction that has no end.
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

    /// Everything up to `after` is whole.
    fn settle(&mut self, after: Chain, journal_frames: u64) {
        self.committed = after;
        self.journal_frames = self.journal_frames.saturating_add(journal_frames);
    }

    fn push_meta(&mut self, unpacked: &Unpacked) -> Result<(), CorruptKind> {
        let meta: Meta = meta::decode(&unpacked.payload)?;
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
            self.places.chunks.push(Place::of(header));
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
            place: Place::of(header),
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
                self.places.transactions.push(open.place);
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

/// One part is shared, several are copied together.
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
