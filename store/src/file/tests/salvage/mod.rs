//! Salvaging files with all kinds of damage: what is found is genuine, what is missing is reported,
//! and the damaged file is never changed.
mod diverged;

use bytes::Bytes;

use super::{Fixture, credentials};
use crate::file::{
    Control, FileSalvageError, LostKind, OpenError, Rescued, SalvageMode,
    format::{
        frame::{FRAME_HEADER_LEN, FRAME_OVERHEAD, FrameHeader},
        header::{COPY_A, COPY_B, DATA_OFFSET, HEADER_LEN},
        slots::UnlockError,
    },
    repair::salvage::salvage_with,
};

const CHUNKS: usize = 60;
const TRANSACTIONS: usize = 140;

/// `SplitMix64`: every seed is one damage.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Incompressible bytes, so that the length of frames is known.
pub(super) fn noise(seed: u64, len: usize) -> Bytes {
    let mut random = Random(seed);
    (0..len).map(|_| random.below(256) as u8).collect()
}

struct Sample {
    fixture: Fixture,
    chunks: Vec<Bytes>,
    transactions: Vec<Bytes>,
}

fn sample() -> Sample {
    let chunks: Vec<Bytes> = (0..CHUNKS as u64).map(|seed| noise(seed, 3000)).collect();
    let (fixture, mut file) = Fixture::create_with_chunks(&chunks);
    let transactions: Vec<Bytes> = (0..TRANSACTIONS as u64)
        .map(|seed| noise(seed + 1000, 1500))
        .collect();
    for transaction in &transactions {
        file.append(std::slice::from_ref(transaction)).unwrap();
    }
    file.close().unwrap();
    Sample {
        fixture,
        chunks,
        transactions,
    }
}

impl Sample {
    /// As with the correct password: a slot opens if it and the id of the store are intact.
    fn salvage(&self, content: Vec<u8>, mode: SalvageMode) -> Result<Rescued, FileSalvageError> {
        let original = self.fixture.content();
        let store_id = &original[32..48];
        let slot = &original[256..512];
        let damaged = self.fixture.with_content(content.clone());
        damaged.vfs.take_log();
        let result = salvage_with(
            &damaged.vfs,
            &damaged.path,
            mode,
            &Control::default(),
            &|id, bytes| {
                if id == store_id && bytes == slot {
                    Ok(self.fixture.dek.clone())
                } else {
                    Err(UnlockError::WrongPassword)
                }
            },
        );
        assert_eq!(damaged.vfs.take_log(), [], "salvage wrote");
        assert!(damaged.content() == content, "salvage changed the file");
        result
    }

    /// Everything in `rescued` is what was written.
    fn check_genuine(&self, rescued: &Rescued, story: &str) {
        for (number, chunk) in &rescued.chunks {
            assert_eq!(chunk, &self.chunks[*number as usize], "{story}");
        }
        for (number, transaction) in &rescued.transactions {
            let written = &self.transactions[*number as usize - 1];
            assert_eq!(transaction, written, "{story}");
        }
    }

    fn frame_starts(&self) -> Vec<usize> {
        let content = self.fixture.content();
        let mut starts = vec![DATA_OFFSET as usize];
        loop {
            let at = *starts.last().unwrap();
            let bytes: [u8; FRAME_HEADER_LEN] = *content[at..].first_chunk().unwrap();
            let header = FrameHeader::parse(&bytes).unwrap();
            let next = at + FRAME_OVERHEAD as usize + header.ct_len as usize;
            if next == content.len() {
                return starts;
            }
            starts.push(next);
        }
    }
}

#[test]
fn an_undamaged_file_is_rescued_whole() {
    let sample = sample();
    for mode in [SalvageMode::ConsistentPrefix, SalvageMode::Everything] {
        let rescued = sample.salvage(sample.fixture.content(), mode).unwrap();
        sample.check_genuine(&rescued, "undamaged");
        assert_eq!(rescued.chunks.len(), CHUNKS);
        assert_eq!(rescued.transactions.len(), TRANSACTIONS);
        assert!(rescued.report.is_complete(), "{:?}", rescued.report);
        assert!(rescued.report.header_intact);
        assert_eq!(rescued.report.records_in_checkpoint, Some(7));
    }
}

#[test]
fn three_hundred_random_damages_cost_only_the_frames_they_touch() {
    let sample = sample();
    let original = sample.fixture.content();
    let frames = sample.frame_starts().len() as u64;
    let (mut sum, mut worst) = (0, 0);
    for seed in 0..300 {
        let mut random = Random(seed);
        let mut content = original.clone();
        let len = 1 + random.below(6000);
        let start = random.below(content.len() - len);
        let manner = random.below(3);
        match manner {
            0 => content[start..start + len].fill(0),
            1 => drop(content.drain(start..start + len)),
            _ => drop(content.splice(start..start, noise(seed, len))),
        }
        let story = format!("seed {seed}: manner {manner}, {len} bytes at {start}");
        let rescued = sample
            .salvage(content, SalvageMode::Everything)
            .unwrap_or_else(|error| panic!("{story}: {error}"));
        sample.check_genuine(&rescued, &story);
        let report = &rescued.report;
        let lost = frames - report.frames;
        // A frame is at least 1.6 kB long here, and an insertion touches one.
        assert!(lost <= 5, "{story}: {lost} frames lost");
        // Frames that are lost at the very end leave bytes behind, or nothing.
        let at_the_end = lost - report.lost_frames.min(lost);
        assert!(
            at_the_end == 0 || start + len + 6000 > original.len(),
            "{story}: {report:?}"
        );
        assert_eq!(report.lost.len() as u64, report.lost_frames, "{story}");
        let chunks_lost = CHUNKS - rescued.chunks.len();
        assert_eq!(
            report.lost_chunks.unwrap_or(chunks_lost as u64),
            chunks_lost as u64
        );
        let transactions = TRANSACTIONS - rescued.transactions.len();
        assert!(report.lost_transactions <= transactions as u64, "{story}");
        sum += lost;
        worst = worst.max(lost);
    }
    assert!(
        sum > 150 && worst >= 2,
        "the damages hit nothing: {sum}, {worst}"
    );
}

#[test]
fn the_consistent_prefix_ends_before_the_first_lost_transaction() {
    let sample = sample();
    let starts = sample.frame_starts();
    let mut content = sample.fixture.content();
    // A chunk, then the 21st transaction; META and the end of the checkpoint come first.
    for frame in [1 + 10, 1 + CHUNKS + 1 + 20] {
        content[starts[frame] + 100] ^= 1;
    }
    let rescued = sample
        .salvage(content.clone(), SalvageMode::ConsistentPrefix)
        .unwrap();
    sample.check_genuine(&rescued, "prefix");
    assert_eq!(rescued.transactions.len(), 20);
    assert_eq!(rescued.chunks.len(), CHUNKS - 1);
    let report = &rescued.report;
    assert_eq!(report.left_out_transactions, TRANSACTIONS as u64 - 21);
    assert_eq!((report.lost_chunks, report.lost_transactions), (Some(1), 1));
    let lost: Vec<_> = report
        .lost
        .iter()
        .map(|lost| (lost.offset as usize, lost.seq, lost.kind))
        .collect();
    let (chunk, transaction) = (11, 1 + CHUNKS + 1 + 20);
    assert_eq!(
        lost,
        [
            (starts[chunk], chunk as u64, LostKind::Chunk),
            (
                starts[transaction],
                transaction as u64,
                LostKind::Transaction
            ),
        ]
    );

    let everything = sample.salvage(content, SalvageMode::Everything).unwrap();
    assert_eq!(everything.transactions.len(), TRANSACTIONS - 1);
    assert_eq!(everything.report.left_out_transactions, 0);
}

#[test]
fn a_lost_frame_without_head_is_named_by_its_neighbours() {
    let sample = sample();
    let starts = sample.frame_starts();
    let expected = [
        (0, LostKind::Description),
        (5, LostKind::Chunk),
        (1 + CHUNKS, LostKind::CheckpointEnd),
        (CHUNKS + 9, LostKind::Transaction),
    ];
    for (frame, kind) in expected {
        let mut content = sample.fixture.content();
        content[starts[frame]..starts[frame + 1]].fill(0);
        let rescued = sample
            .salvage(content, SalvageMode::ConsistentPrefix)
            .unwrap();
        let [lost] = rescued.report.lost[..] else {
            panic!("{:?}", rescued.report)
        };
        assert_eq!((lost.seq, lost.kind), (frame as u64, kind));
        assert_eq!(lost.offset, starts[frame] as u64);
        let without_data = matches!(kind, LostKind::Description | LostKind::CheckpointEnd);
        if without_data {
            assert_eq!(rescued.chunks.len(), CHUNKS, "{kind}");
            assert_eq!(rescued.transactions.len(), TRANSACTIONS, "{kind}");
        }
    }
}

#[test]
fn one_header_is_enough_and_half_of_each_may_be() {
    let sample = sample();
    let original = sample.fixture.content();
    for copy in [COPY_A, COPY_B] {
        let mut content = original.clone();
        content[copy as usize..copy as usize + HEADER_LEN].fill(0xEE);
        let rescued = sample.salvage(content, SalvageMode::Everything).unwrap();
        assert!(rescued.report.is_complete() && rescued.report.header_intact);
    }
    // The slots of A and the salt of B are gone; neither copy is intact.
    let mut content = original;
    content[256..2304].fill(0);
    content[COPY_B as usize + 64..COPY_B as usize + 96].fill(0);
    let rescued = sample.salvage(content, SalvageMode::Everything).unwrap();
    assert!(rescued.report.is_complete() && !rescued.report.header_intact);
}

#[test]
fn a_lost_salt_is_made_again_from_the_first_frame() {
    let sample = sample();
    let mut content = sample.fixture.content();
    for copy in [COPY_A, COPY_B] {
        content[copy as usize + 64..copy as usize + 96].fill(0);
    }
    let rescued = sample.salvage(content, SalvageMode::Everything).unwrap();
    assert!(rescued.report.is_complete() && !rescued.report.header_intact);
}

#[test]
fn both_headers_lost_is_told_with_the_way_out() {
    let sample = sample();
    let mut content = sample.fixture.content();
    content[..DATA_OFFSET as usize].fill(0);
    let error = sample
        .salvage(content, SalvageMode::Everything)
        .unwrap_err();
    assert!(matches!(error, FileSalvageError::HeadersLost), "{error:?}");
    assert!(error.to_string().contains("header backup"), "{error}");
}

#[test]
fn what_is_no_store_and_what_is_locked_are_told_apart() {
    let sample = sample();
    let foreign = sample.salvage(vec![7; 100_000], SalvageMode::Everything);
    assert!(matches!(
        foreign,
        Err(FileSalvageError::Open(OpenError::NotAVStore))
    ));
    let limits = crate::file::KdfLimits::default();
    let wrong = crate::file::salvage(
        &sample.fixture.vfs,
        &sample.fixture.path,
        &credentials("wrong"),
        SalvageMode::Everything,
        &limits,
        &Control::default(),
    );
    assert!(matches!(
        wrong,
        Err(FileSalvageError::Open(OpenError::WrongPassword))
    ));
    let right = crate::file::salvage(
        &sample.fixture.vfs,
        &sample.fixture.path,
        &credentials("secret"),
        SalvageMode::Everything,
        &limits,
        &Control::default(),
    );
    assert!(right.unwrap().report.is_complete());
}

#[test]
fn forged_marks_end_the_search_and_not_the_computer() {
    let sample = sample();
    let mut content = sample.fixture.content();
    let genuine = content.len();
    // Headers with a correct checksum that each claim all bytes after them.
    let mut head = FrameHeader {
        kind: 4,
        flags: 0,
        ct_len: 0,
        seq: 1 << 60,
        durable_seq: 0,
        nonce: [0; 24],
        prev_tag: [0; 16],
        offset: 0,
    };
    let (count, body) = (100_u32, 16 << 20);
    head.ct_len = body;
    for seq in 0..count {
        head.seq = (1 << 60) + u64::from(seq);
        content.extend_from_slice(&head.encode());
    }
    content.resize(content.len() + body as usize + 16, 0);
    let rescued = sample.salvage(content, SalvageMode::Everything).unwrap();
    assert!(rescued.report.gave_up);
    assert_eq!(rescued.transactions.len(), TRANSACTIONS);
    assert!(rescued.report.bytes > genuine as u64);
    assert_eq!(rescued.report.lost_frames, 0);
}

#[test]
fn a_cancelled_search_says_so() {
    let sample = sample();
    let control = Control::default();
    control.cancel();
    let result = salvage_with(
        &sample.fixture.vfs,
        &sample.fixture.path,
        SalvageMode::Everything,
        &control,
        &|_, _| Ok(sample.fixture.dek.clone()),
    );
    assert!(matches!(result, Err(FileSalvageError::Cancelled(_))));
}
