//! Determining what the authentic frames contain together, and what is missing.
use std::collections::{BTreeMap, btree_map::Entry};

use bytes::{Bytes, BytesMut};

use super::{
    SalvageMode,
    history::History,
    report::{FileSalvageReport, HistoryBreak, LostFrame, LostKind, MAX_LISTED},
    search::{Genuine, Search, Suspect},
};
use crate::file::format::{
    frame::{CTRL, META, SNAP, SNAP_END, TXN},
    meta::{self, FileMeta, SnapEnd},
};

/// What could be read of a damaged file.
#[derive(Clone)]
pub struct Rescued {
    /// The chunks of the checkpoint with their numbers, in order; numbers may be missing.
    pub chunks: Vec<(u64, Bytes)>,
    /// The transactions with their numbers, in order; numbers may be missing.
    pub transactions: Vec<(u64, Bytes)>,
    /// What was found and what is missing.
    pub report: FileSalvageReport,
}

/// Shows only sizes, never content.
impl std::fmt::Debug for Rescued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rescued")
            .field("chunks", &self.chunks.len())
            .field("transactions", &self.transactions.len())
            .field("report", &self.report)
            .finish()
    }
}

/// Assembles what was found.
pub(super) fn arrange(search: Search, len: u64, mode: SalvageMode) -> Rescued {
    let Search {
        keyring,
        frames: found,
        suspects,
        end,
        gave_up,
        ..
    } = search;
    let history = History::choose(found);
    let layout = Layout::of(&history.frames);
    let mut report = FileSalvageReport {
        bytes: len,
        header_offset: keyring.header_offset,
        header_intact: keyring.header_intact,
        frames: history.frames.len() as u64,
        moved_frames: count(history.frames.values(), |frame| !frame.in_place),
        history_breaks: history.breaks.len() as u64,
        breaks: list_breaks(&history),
        other_frames: history.other_frames,
        records_in_checkpoint: layout.end.as_ref().map(|(_, end)| end.records),
        tail_bytes: len.saturating_sub(end),
        gave_up,
        ..FileSalvageReport::default()
    };
    list_losses(&history.frames, &suspects, &layout, &mut report);
    let chunks = chunks(&history.frames, &layout, &mut report);
    let transactions = transactions(history, &layout, mode, &mut report);
    Rescued {
        chunks,
        transactions,
        report,
    }
}

fn list_breaks(history: &History) -> Vec<HistoryBreak> {
    let broken = history.breaks.iter().take(MAX_LISTED);
    broken
        .filter_map(|&seq| {
            let offset = history.frames.get(&seq)?.offset;
            Some(HistoryBreak { offset, seq })
        })
        .collect()
}

fn count<'a>(frames: impl Iterator<Item = &'a Genuine>, wanted: impl Fn(&Genuine) -> bool) -> u64 {
    frames.filter(|frame| wanted(frame)).count() as u64
}

/// The frame numbers at which the parts of the file begin and end, as far as known.
struct Layout {
    meta: Option<FileMeta>,
    /// The number and the content of the frame at the end of the checkpoint.
    end: Option<(u64, SnapEnd)>,
    last_chunk: Option<u64>,
    first_journal: Option<u64>,
}

impl Layout {
    /// The frame number at which the journal begins, as far as known.
    fn journal_start(&self) -> Option<u64> {
        let behind_end = self.end.as_ref().map(|(end, _)| end.saturating_add(1));
        behind_end.or(self.first_journal)
    }
}

impl Layout {
    fn of(frames: &BTreeMap<u64, Genuine>) -> Self {
        let seq_of = |wanted: &dyn Fn(u8) -> bool| {
            let mut found = frames
                .iter()
                .filter(move |(_, frame)| wanted(frame.kind))
                .map(|(seq, _)| *seq);
            (found.next(), found.last())
        };
        let is_chunk = |kind| kind == SNAP;
        let (first_chunk, more) = seq_of(&is_chunk);
        let payload = |kind: u8| {
            let mut all = frames.iter();
            all.find(|(_, frame)| frame.kind == kind)
                .map(|(seq, frame)| (*seq, frame.content.payload.clone()))
        };
        Self {
            meta: payload(META).and_then(|(_, bytes)| meta::decode(&bytes).ok()),
            end: payload(SNAP_END).and_then(|(seq, bytes)| Some((seq, meta::decode(&bytes).ok()?))),
            last_chunk: more.or(first_chunk),
            first_journal: seq_of(&|kind| matches!(kind, TXN | CTRL)).0,
        }
    }

    /// The kind of a missing frame, inferred from its number.
    fn kind_at(&self, seq: u64) -> LostKind {
        match (&self.end, self.last_chunk, self.first_journal) {
            _ if seq == 0 => LostKind::Description,
            (Some((end, _)), ..) if seq < *end => LostKind::Chunk,
            (Some(_), ..) => LostKind::Transaction,
            (None, Some(chunk), _) if seq < chunk => LostKind::Chunk,
            (None, _, Some(journal)) if seq > journal => LostKind::Transaction,
            // The last frame before the journal is the end of the checkpoint.
            (None, _, Some(journal)) if seq.saturating_add(1) == journal => LostKind::CheckpointEnd,
            (None, _, Some(_)) => LostKind::Chunk,
            (None, ..) => LostKind::Unknown,
        }
    }
}

fn kind_of(kind: u8) -> LostKind {
    match kind {
        META => LostKind::Description,
        SNAP => LostKind::Chunk,
        SNAP_END => LostKind::CheckpointEnd,
        TXN => LostKind::Transaction,
        CTRL => LostKind::Note,
        _ => LostKind::Unknown,
    }
}

/// Every number without a frame, and damaged frames right after the last good one.
fn list_losses(
    frames: &BTreeMap<u64, Genuine>,
    suspects: &BTreeMap<u64, Suspect>,
    layout: &Layout,
    report: &mut FileSalvageReport,
) {
    let mut expected = 0_u64;
    let mut gap_start = crate::file::format::header::DATA_OFFSET.min(report.bytes);
    for (&seq, frame) in frames {
        report.lost_frames = report
            .lost_frames
            .saturating_add(seq.saturating_sub(expected));
        for missing in expected..seq {
            if report.lost.len() >= MAX_LISTED {
                break;
            }
            let suspect = suspects.get(&missing);
            report.lost.push(lost(suspect, layout, missing, gap_start));
        }
        expected = seq.saturating_add(1);
        gap_start = frame.end;
    }
    while let Some(suspect) = suspects
        .get(&expected)
        .filter(|suspect| suspect.offset >= gap_start)
    {
        report.lost_frames = report.lost_frames.saturating_add(1);
        if report.lost.len() < MAX_LISTED {
            let lost = lost(Some(suspect), layout, expected, gap_start);
            report.lost.push(lost);
        }
        expected = expected.saturating_add(1);
    }
}

fn lost(suspect: Option<&Suspect>, layout: &Layout, seq: u64, gap_start: u64) -> LostFrame {
    match suspect {
        Some(suspect) => LostFrame {
            offset: suspect.offset,
            seq,
            kind: kind_of(suspect.kind),
            fault: Some(suspect.fault),
        },
        None => LostFrame {
            offset: gap_start,
            seq,
            kind: layout.kind_at(seq),
            fault: None,
        },
    }
}

fn chunks(
    frames: &BTreeMap<u64, Genuine>,
    layout: &Layout,
    report: &mut FileSalvageReport,
) -> Vec<(u64, Bytes)> {
    let mut found: BTreeMap<u64, Bytes> = BTreeMap::new();
    for frame in frames.values().filter(|frame| frame.kind == SNAP) {
        found
            .entry(u64::from(frame.content.part))
            .or_insert_with(|| frame.content.payload.clone());
    }
    report.chunks = found.len() as u64;
    report.lost_chunks = layout
        .end
        .as_ref()
        .map(|(_, end)| end.chunks.saturating_sub(report.chunks));
    found.into_iter().collect()
}

/// A complete transaction.
struct Whole {
    payload: Bytes,
    /// Number of its last frame.
    last: u64,
}

/// Whole transactions by their numbers.
fn transactions(
    history: History,
    layout: &Layout,
    mode: SalvageMode,
    report: &mut FileSalvageReport,
) -> Vec<(u64, Bytes)> {
    let unbroken = unbroken_journal(&history, layout);
    let after_end = layout.end.as_ref().map(|(end, _)| end.saturating_add(1));
    let mut whole: BTreeMap<u64, Whole> = BTreeMap::new();
    let mut newest = 0;
    // The number of the transaction that would follow the checkpoint directly.
    let mut first = layout
        .meta
        .as_ref()
        .and_then(|meta| meta.base_txn.checked_add(1));
    let mut parts: Vec<Bytes> = Vec::new();
    let mut open: Option<(u64, u64)> = None;
    let mut left_out = 0_u64;
    for (seq, frame) in history.frames {
        if first.is_none() && after_end == Some(seq) && frame.kind == TXN {
            first = Some(frame.content.txn_id);
        }
        let follows = history.breaks.binary_search(&seq).is_err();
        if frame.kind != TXN {
            open = None;
            continue;
        }
        let (id, part) = (frame.content.txn_id, frame.content.part);
        newest = newest.max(id);
        if part == 0 {
            parts.clear();
        } else if !follows
            || open != seq.checked_sub(1).map(|before| (before, id))
            || usize::try_from(part) != Ok(parts.len())
        {
            open = None;
            continue;
        }
        parts.push(frame.content.payload);
        open = Some((seq, id));
        if frame.commit {
            // A number that occurs twice is of two histories: the earlier one is kept.
            if let Entry::Vacant(place) = whole.entry(id) {
                let payload = join(&parts);
                place.insert(Whole { payload, last: seq });
            } else {
                left_out = left_out.saturating_add(1);
            }
            open = None;
        }
    }
    let start = first.or_else(|| whole.keys().next().copied());
    let expected = start.map_or(0, |start| newest.saturating_add(1).saturating_sub(start));
    report.lost_transactions = expected.saturating_sub(whole.len() as u64);
    let all = whole.len() as u64;
    let taken: Vec<(u64, Bytes)> = match mode {
        SalvageMode::Everything => whole
            .into_iter()
            .map(|(id, whole)| (id, whole.payload))
            .collect(),
        SalvageMode::ConsistentPrefix => prefix(whole, first, unbroken),
    };
    report.transactions = taken.len() as u64;
    report.left_out_transactions = left_out.saturating_add(all.saturating_sub(report.transactions));
    taken
}

/// The number of the first frame of the journal that is missing or does not follow the one before.
fn unbroken_journal(history: &History, layout: &Layout) -> u64 {
    let Some(start) = layout.journal_start() else {
        return 0;
    };
    let breaks = history.breaks.iter().copied();
    // Without the end of the checkpoint it is unknown which frame the first one follows; the
    // numbers of transactions decide.
    let first_break = breaks
        .filter(|&seq| seq > start || (seq == start && layout.end.is_some()))
        .min();
    let frames = history.frames.range(start..);
    let first_gap = frames
        .zip(start..)
        .take_while(|((seq, _), expected)| *seq == expected)
        .last()
        .map_or(start, |((seq, _), _)| seq.saturating_add(1));
    first_break.map_or(first_gap, |seq| seq.min(first_gap))
}

/// The transactions from `first` on that end before frame `unbroken`; none if it is not known
/// which one followed the checkpoint.
fn prefix(whole: BTreeMap<u64, Whole>, first: Option<u64>, unbroken: u64) -> Vec<(u64, Bytes)> {
    let Some(first) = first else {
        return Vec::new();
    };
    let numbers = first..=u64::MAX;
    numbers
        .zip(whole)
        .take_while(|(expected, (id, whole))| expected == id && whole.last < unbroken)
        .map(|(_, (id, whole))| (id, whole.payload))
        .collect()
}

fn join(parts: &[Bytes]) -> Bytes {
    if let [only] = parts {
        return only.clone();
    }
    let mut whole = BytesMut::new();
    for part in parts {
        whole.extend_from_slice(part);
    }
    whole.freeze()
}
