//! Every kind of damage to a file is reported, and none yields wrong data.
use std::ops::Range;

use bytes::Bytes;
use rayon::prelude::*;

use super::{Fixture, payloads};
use crate::file::{
    Control, OpenError, Opened,
    format::{
        frame::{FRAME_HEADER_LEN, FRAME_OVERHEAD, FrameHeader},
        header::{COPY_B, DATA_OFFSET, HEADER_LEN},
    },
};

pub(super) const TRANSACTIONS: [&str; 3] = ["first", "second", "third"];

/// A file with three transactions, each with its own sync.
pub(super) fn sample(close: bool) -> Fixture {
    let (fixture, mut file) = Fixture::create();
    for text in TRANSACTIONS {
        file.append(&payloads(&[text])).unwrap();
    }
    if close {
        file.close().unwrap();
    }
    fixture
}

/// The positions of the frames.
pub(super) fn frames(content: &[u8]) -> Vec<Range<usize>> {
    let mut frames = Vec::new();
    let mut at = DATA_OFFSET as usize;
    while at < content.len() {
        let bytes: [u8; FRAME_HEADER_LEN] = *content[at..].first_chunk().unwrap();
        let header = FrameHeader::parse(&bytes).unwrap();
        let end = at + FRAME_OVERHEAD as usize + header.ct_len as usize;
        frames.push(at..end);
        at = end;
    }
    frames
}

pub(super) fn transactions(opened: &Opened) -> Vec<&str> {
    opened
        .transactions
        .iter()
        .map(|bytes| std::str::from_utf8(bytes).unwrap())
        .collect()
}

/// Frames of the checkpoint in the sample: META, two chunks, the end.
pub(super) const SNAPSHOT_FRAMES: usize = 4;

/// The required result of a change at a byte.
fn check_flip(close: bool, frames: &[Range<usize>], at: usize, result: &Result<Opened, OpenError>) {
    let frame = frames.iter().position(|frame| frame.contains(&at));
    match (frame, result) {
        // One copy of the header is enough, and the zeros beside the copies mean nothing.
        (None, Ok(opened)) => {
            assert_eq!(transactions(opened), TRANSACTIONS, "byte {at}");
            assert_eq!(opened.chunks.len(), 2, "byte {at}");
            assert!(opened.report.header_fault, "byte {at}: not noticed");
        }
        (Some(frame), Err(OpenError::Corrupt(found))) => {
            assert_eq!(found.offset, frames[frame].start as u64, "byte {at}");
            let last = frame + 1 == frames.len();
            assert!(
                frame < SNAPSHOT_FRAMES || !last,
                "byte {at}: a torn tail taken for damage"
            );
        }
        (Some(frame), Ok(opened)) => {
            assert_eq!(frame + 1, frames.len(), "byte {at}: damage not noticed");
            assert_eq!(opened.report.torn_at, Some(frames[frame].start as u64));
            assert!(!opened.report.header_fault);
            let expected = if close {
                &TRANSACTIONS[..]
            } else {
                &TRANSACTIONS[..2]
            };
            assert_eq!(transactions(opened), expected, "byte {at}");
            assert!(!opened.report.clean_close);
        }
        (_, other) => panic!("byte {at}: {other:?}"),
    }
}

fn flip_every_byte(close: bool) {
    let fixture = sample(close);
    let content = fixture.content();
    let frames = frames(&content);
    (0..content.len()).into_par_iter().for_each(|at| {
        // Of the padding, which is most of the file, one change is enough.
        let padding = at < DATA_OFFSET as usize && at % COPY_B as usize >= HEADER_LEN;
        let masks: &[u8] = if padding {
            &[0xFF]
        } else {
            &[0x01, 0x80, 0xFF]
        };
        for mask in masks {
            let mut damaged = content.clone();
            damaged[at] ^= mask;
            check_flip(close, &frames, at, &fixture.with_content(damaged).read());
        }
    });
}

#[test]
fn a_change_of_any_byte_is_noticed_after_a_crash() {
    flip_every_byte(false);
}

#[test]
fn a_change_of_any_byte_is_noticed_after_a_clean_close() {
    flip_every_byte(true);
}

#[test]
fn a_cut_at_any_byte_leaves_exactly_the_whole_transactions() {
    let fixture = sample(true);
    let content = fixture.content();
    let frames = frames(&content);
    let snapshot_end = frames[SNAPSHOT_FRAMES - 1].end;
    (0..content.len()).into_par_iter().for_each(|len| {
        let result = fixture.with_content(content[..len].to_vec()).read();
        match result {
            Err(OpenError::TooShort { len: found }) => {
                assert!(len < DATA_OFFSET as usize && found == len as u64);
            }
            Err(OpenError::Truncated {
                offset,
                expected_at_least,
            }) => {
                assert!((DATA_OFFSET as usize..snapshot_end).contains(&len));
                assert!(offset == len as u64 && expected_at_least > offset);
            }
            Ok(opened) => {
                let whole = frames.iter().filter(|frame| frame.end <= len).count();
                let expected = (whole - SNAPSHOT_FRAMES).min(TRANSACTIONS.len());
                assert_eq!(
                    transactions(&opened),
                    &TRANSACTIONS[..expected],
                    "cut at {len}"
                );
                let cut_inside = !frames.iter().any(|frame| frame.end == len);
                assert_eq!(opened.report.torn_at.is_some(), cut_inside, "cut at {len}");
            }
            other => panic!("cut at {len}: {other:?}"),
        }
    });
}

#[test]
fn after_a_cut_in_the_journal_appending_goes_on() {
    let fixture = sample(false);
    let content = fixture.content();
    let start = frames(&content)[SNAPSHOT_FRAMES].start;
    for len in start..content.len() {
        let cut = fixture.with_content(content[..len].to_vec());
        let mut opened = cut.open();
        let before = opened.transactions.clone();
        opened.file.append(&payloads(&["after the crash"])).unwrap();
        opened.file.close().unwrap();

        let again = cut.open();
        let expected: Vec<Bytes> = before
            .into_iter()
            .chain(payloads(&["after the crash"]))
            .collect();
        assert_eq!(again.transactions, expected, "cut at {len}");
        assert!(again.report.clean_close && again.report.torn_at.is_none());
    }
}

fn assembled(content: &[u8], frames: &[Range<usize>], order: &[usize]) -> Vec<u8> {
    let mut bytes = content[..DATA_OFFSET as usize].to_vec();
    for &frame in order {
        bytes.extend_from_slice(&content[frames[frame].clone()]);
    }
    bytes
}

#[test]
fn frames_in_another_order_are_noticed() {
    let fixture = sample(false);
    let content = fixture.content();
    let frames = frames(&content);
    for left in 0..frames.len() {
        for right in left + 1..frames.len() {
            let mut order: Vec<usize> = (0..frames.len()).collect();
            order.swap(left, right);
            let result = fixture
                .with_content(assembled(&content, &frames, &order))
                .read();
            assert!(
                matches!(result, Err(OpenError::Corrupt(_))),
                "{left} {right}: {result:?}"
            );
        }
    }
}

#[test]
fn a_missing_frame_is_noticed_unless_it_is_the_last() {
    let fixture = sample(false);
    let content = fixture.content();
    let frames = frames(&content);
    for missing in 0..frames.len() {
        let order: Vec<usize> = (0..frames.len())
            .filter(|&frame| frame != missing)
            .collect();
        let result = fixture
            .with_content(assembled(&content, &frames, &order))
            .read();
        if missing + 1 < frames.len() {
            assert!(
                matches!(result, Err(OpenError::Corrupt(_))),
                "{missing}: {result:?}"
            );
        } else {
            // Equal to the state before the last append, which the file itself cannot reveal.
            assert_eq!(transactions(&result.unwrap()), TRANSACTIONS[..2]);
        }
    }
}

#[test]
fn a_repeated_frame_is_noticed() {
    let fixture = sample(false);
    let content = fixture.content();
    let frames = frames(&content);
    for repeated in 0..frames.len() {
        let mut order: Vec<usize> = (0..frames.len()).collect();
        order.insert(repeated, repeated);
        let result = fixture
            .with_content(assembled(&content, &frames, &order))
            .read();
        assert!(
            matches!(result, Err(OpenError::Corrupt(_))),
            "{repeated}: {result:?}"
        );
    }
}

#[test]
fn frames_of_another_generation_are_noticed() {
    let fixture = sample(false);
    let old = fixture.content();
    let mut file = fixture.open().file;
    let compaction = file.begin_compaction().unwrap();
    let compacted = compaction
        .write(payloads(&["x"]).into_iter(), 1, &Control::default())
        .unwrap();
    file.finish_compaction(compacted).unwrap();
    let new = fixture.content();

    let mut mixed = new[..DATA_OFFSET as usize].to_vec();
    mixed.extend_from_slice(&old[DATA_OFFSET as usize..]);
    let result = fixture.with_content(mixed).read();
    assert!(matches!(result, Err(OpenError::Corrupt(_))), "{result:?}");
}

#[test]
fn frames_of_a_copy_that_went_another_way_do_not_fit() {
    let fixture = sample(false);
    let left = fixture.with_content(fixture.content());
    let right = fixture.with_content(fixture.content());
    for (copy, words) in [
        (&left, ["left one", "left two"]),
        (&right, ["rightone", "righttwo"]),
    ] {
        let mut file = copy.open().file;
        for word in words {
            file.append(&payloads(&[word])).unwrap();
        }
    }
    let (left, right) = (left.content(), right.content());
    let last = frames(&left).pop().unwrap();
    assert_eq!(Some(&last), frames(&right).last());
    let mut mixed = left;
    mixed[last.clone()].copy_from_slice(&right[last]);
    let opened = fixture.with_content(mixed).read().unwrap();
    assert_eq!(
        transactions(&opened),
        ["first", "second", "third", "left one"]
    );
    assert!(opened.report.torn_at.is_some());
}

#[test]
fn several_torn_frames_of_one_group_are_one_torn_tail() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    file.append(&payloads(&["one", "two", "three"])).unwrap();
    let content = fixture.content();
    let frames = frames(&content);
    // The write of the group reached the disk without its first block: the later frames are
    // genuine, but they were never acknowledged and prove nothing.
    let mut torn = content;
    torn[frames[SNAPSHOT_FRAMES + 1].clone()].fill(0);
    let opened = fixture.with_content(torn).read().unwrap();
    assert_eq!(transactions(&opened), ["kept"]);
    assert_eq!(
        opened.report.torn_at,
        Some(frames[SNAPSHOT_FRAMES + 1].start as u64)
    );
}

#[test]
fn a_transaction_of_several_frames_is_whole_or_absent() {
    let (fixture, mut file) = Fixture::create();
    file.append(&payloads(&["kept"])).unwrap();
    let large = Bytes::from(vec![7; (2 << 20) + 5]);
    file.append(std::slice::from_ref(&large)).unwrap();
    let content = fixture.content();
    let frames = frames(&content);
    assert_eq!(frames.len(), SNAPSHOT_FRAMES + 4);
    assert_eq!(
        fixture
            .with_content(content.clone())
            .read()
            .unwrap()
            .transactions[1],
        large
    );
    for (whole_parts, frame) in frames[SNAPSHOT_FRAMES + 1..].iter().enumerate() {
        for len in [frame.start, frame.start + 1, frame.end - 1] {
            let cut = fixture.with_content(content[..len].to_vec());
            let opened = cut.open();
            assert_eq!(transactions(&opened), ["kept"], "cut at {len}");
            assert_eq!(opened.report.discarded_uncommitted as usize, whole_parts);
            drop(opened);
            assert_eq!(transactions(&cut.open()), ["kept"]);
        }
    }
}

#[test]
fn random_bytes_after_the_end_are_a_torn_tail() {
    let fixture = sample(true);
    let mut content = fixture.content();
    content.extend((0..5000_u32).map(|i| ((i * i) >> 3) as u8));
    // Marks that are not followed by a frame.
    content.extend_from_slice(b"\xF5VS\x01\xF5VS\x01");
    let opened = fixture.with_content(content).read().unwrap();
    assert_eq!(transactions(&opened), TRANSACTIONS);
    assert_eq!(opened.report.torn_bytes, 5008);
}
